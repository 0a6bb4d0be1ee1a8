"""The register as the API shows it."""

from marshmallow import Schema, fields, validate

from finess.rules.nomenclature import STATUS_GROUPS, category_name, status_group


class SearchQuery(Schema):
    """What to look for."""

    text = fields.String(
        required=True,
        validate=validate.Length(1, 200),
        metadata={"description": "Words of a name and town, or a number."},
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class RegistryEditionName(Schema):
    """Which edition of the national register answered."""

    id = fields.Integer(required=True)
    source = fields.String(required=True)
    generated_at = fields.AwareDateTime(required=True, metadata={"description": "What the file says of its own date."})


class RegistryEditionView(RegistryEditionName):
    """A dated import of the national register."""

    imported_at = fields.AwareDateTime(required=True)
    sha256 = fields.String(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class RegisterView(Schema):
    """The edition in force and its age."""

    current = fields.Nested(RegistryEditionView, allow_none=True, required=True)
    level = fields.String(attribute="age.level", required=True, metadata={"enum": ["fresh", "warning", "alarm"]})
    sentence = fields.String(attribute="age.sentence", required=True)


class HitView(Schema):
    """A structure found; `finess_ej` is the legal entity to retain."""

    kind = fields.String(required=True, metadata={"enum": ["ej", "et"]})
    number = fields.String(required=True)
    finess_ej = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    town = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    category_code = fields.String(required=True, allow_none=True)
    is_open = fields.Boolean(required=True)


class FoundView(Schema):
    """The structures found, open ones first."""

    edition = fields.Nested(RegistryEditionName, required=True)
    items = fields.List(fields.Nested(HitView), attribute="hits", required=True)


class StructureView(Schema):
    """What an EJ and an ET have in common. A fact that the register does not hold is null."""

    name = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True, metadata={"description": "INSEE"})
    commune_code = fields.String(required=True, allow_none=True, metadata={"description": "INSEE"})
    postal_code = fields.String(required=True, allow_none=True)
    town = fields.String(required=True, allow_none=True)
    opened_on = fields.Date(required=True, allow_none=True)
    closed_on = fields.Date(required=True, allow_none=True)
    is_open = fields.Boolean(required=True)


class EstablishmentView(StructureView):
    """An ET, at its place of exercise."""

    finess_et = fields.String(required=True)
    category_code = fields.String(required=True, allow_none=True)
    category = fields.Function(lambda held: category_name(held.category_code), required=True)
    siret = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    authorised_on = fields.Date(required=True, allow_none=True)


class LegalEntityView(StructureView):
    """An EJ, at its seat."""

    finess_ej = fields.String(required=True)
    siren = fields.String(required=True, allow_none=True)
    legal_status_code = fields.String(required=True, allow_none=True)
    legal_status_group = fields.Function(
        lambda held: status_group(held.legal_status_code), required=True, metadata={"enum": [*STATUS_GROUPS, None]}
    )


class LookUpView(Schema):
    """What a number leads to."""

    edition = fields.Nested(RegistryEditionName, required=True)
    outcome = fields.String(
        attribute="answer.outcome",
        required=True,
        metadata={"enum": ["legal_entity", "closed", "establishment", "several"]},
    )
    sentence = fields.String(attribute="answer.sentence", required=True)
    candidates = fields.List(
        fields.String(), attribute="answer.candidates", metadata={"description": "Several EJ share the number."}
    )
    legal_entity = fields.Nested(LegalEntityView, required=True, allow_none=True)
    establishments = fields.List(fields.Nested(EstablishmentView), required=True)
