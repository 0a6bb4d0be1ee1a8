"""What the API says of a portal and of whoever asks."""

from marshmallow import Schema, fields


class PortalView(Schema):
    """A portal."""

    slug = fields.String(required=True, metadata={"description": "First segment of every address of the portal."})
    name = fields.String(required=True, metadata={"description": "The GRADeS."})
    ars = fields.String(required=True)
    region_code = fields.String(required=True, metadata={"description": "INSEE code of the région."})
    zone = fields.String(required=True, metadata={"description": "IANA name of the time zone."})


class ActorView(Schema):
    """Whoever a token stands for."""

    kind = fields.String(required=True, metadata={"enum": ["token"]})
    name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    organisations = fields.Dict(
        keys=fields.UUID(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "Identifier of each organisation, with the roles held inside it."},
    )
    scopes = fields.List(fields.String(), required=True)
