"""The price for me, as programs ask for it. Amounts are cents."""

from typing import Any

from marshmallow import Schema, fields, validate

from services_catalog.rules.bracket import BIGGEST_SIZE
from services_catalog.rules.price import MOST_UNITS, Priced

_SIZE: dict[str, Any] = {"load_default": None, "validate": validate.Range(0, BIGGEST_SIZE)}


class PriceQuery(Schema):
    """For whom: `organisation_id`, or for the staff any FINESS number; else one's own organisation.

    A size (a budget is in euros) serves where nobody knows it.
    """

    organisation_id = fields.UUID(load_default=None)
    number = fields.String(load_default="", validate=validate.Length(max=40))
    on = fields.Date(load_default=None, metadata={"description": "today when it is not said"})
    quantity = fields.Integer(load_default=1, validate=validate.Range(1, MOST_UNITS))
    establishments = fields.Integer(**_SIZE)
    places = fields.Integer(**_SIZE)
    workstations = fields.Integer(**_SIZE)
    budget = fields.Integer(**_SIZE)


class PricesQuery(PriceQuery):
    """The same, by pages."""

    after = fields.String(load_default=None, validate=validate.Length(max=200))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class FacilityView(Schema):
    """Whom the price is for, and what is known of its size (null: nobody knows)."""

    finess_ej = fields.String()
    name = fields.String()
    establishments = fields.Integer(allow_none=True)
    places = fields.Integer(allow_none=True)
    workstations = fields.Integer(allow_none=True)
    budget_cents = fields.Integer(allow_none=True)


class PriceView(Schema):
    """A price and where it comes from; or null, the reason, and what would decide if it were known."""

    service = fields.String()
    title = fields.String()
    price = fields.Dict(allow_none=True)
    sentence = fields.String()
    missing = fields.String(allow_none=True)


class AskedPriceView(PriceView):
    """The price of one service."""

    facility = fields.Nested(FacilityView)


class PricesView(Schema):
    """A page of prices. `after` asks for the next one; null on the last."""

    facility = fields.Nested(FacilityView, allow_none=True)
    adherent = fields.Boolean()
    on = fields.Date()
    quantity = fields.Integer()
    items = fields.List(fields.Nested(PriceView))
    after = fields.String(allow_none=True)


def as_view(slug: str, title: str, found: Any) -> dict[str, Any]:
    """A PriceView of a price, or of the reason why there is none."""
    priced = isinstance(found, Priced)
    return {
        "service": slug,
        "title": title,
        "price": found.as_json() if priced else None,
        "sentence": found.sentence,
        "missing": None if priced else found.missing,
    }
