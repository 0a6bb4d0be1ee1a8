"""A register of a few applicants, written to PostgreSQL for one test, and the tenant's facts about them as selects."""

import json
from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import Text, cast, insert, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from eligibility.queries.compiling import Facts, Sources
from eligibility.rules import Applicant
from finess.models import Establishment, LegalEntity

_editions = count(1)
_EDITION = text(
    """
    insert into registry_edition
        (id, source, generated_at, sha256, file_name, imported_at, imported_by, counts, difference)
    overriding system value values (:id, 'finess_plus', now(), '', '', now(), 'tests', :counts, '{}')
    """
)


def put_register(session: Session, applicants: Sequence[Applicant]) -> int:
    """Write the applicants as an edition of their own, and return its number: negative, older than any import's.

    The edition before knew each of them otherwise: open, with open and authorised EHPAD in Ille-et-Vilaine.
    """
    edition = -2 * next(_editions)
    session.execute(_EDITION, {"id": edition, "counts": json.dumps({"ej": len(applicants)})})
    entities, establishments = [], []
    for applicant in applicants:
        entity = applicant.legal_entity
        mine = {"finess_ej": entity.finess_ej, "search_text": ""}
        now, before = _during(edition), _during(edition - 1)
        entities.append(mine | _facts(entity) | now)
        entities.append(mine | _facts(entity) | before | {"is_open": True, "department": "35"})
        for one in applicant.establishments:
            establishments.append(mine | _facts(one) | now)
            breton = {"is_open": True, "department": "35", "category_code": "500", "authorised_on": "2001-01-01"}
            establishments.append(mine | _facts(one) | before | breton)
    if entities:
        session.execute(insert(LegalEntity), entities)
    if establishments:
        session.execute(insert(Establishment), establishments)
    return edition


def sources_of(applicants: Sequence[Applicant]) -> Sources:
    """What the applicants say of attributes, adherence and history."""
    attributes, adherents, applied, awarded = [], [], [], []
    for one in applicants:
        ej = one.legal_entity.finess_ej
        attributes += [(ej, name, value) for name, value in (one.attributes or {}).items()]
        adherents += [(ej,)] if one.adherent else []
        if one.history:
            applied += [(ej, slug) for slug in one.history.applied_to]
            awarded += [(ej, slug) for slug in one.history.awarded_in]
    return Sources(
        attributes=_select(attributes, "finess_ej", "name", "value"),
        adherents=_select(adherents, "finess_ej"),
        applied_to=_select(applied, "finess_ej", "slug"),
        awarded_in=_select(awarded, "finess_ej", "slug"),
    )


def _during(edition: int) -> dict[str, int]:
    return {"first_edition": edition, "last_edition": edition}


def _facts(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def _select(rows: Sequence[tuple[Any, ...]], *names: str) -> Facts:
    """The rows as a select; an impossible one when there is none."""
    kinds = [JSONB(none_as_null=False) if name == "value" else Text() for name in names]
    lines = [
        select(
            *(cast(literal(cell, kind), kind).label(name) for cell, kind, name in zip(row, kinds, names, strict=True))
        )
        for row in rows or [("",) * len(names)]
    ]
    every = union_all(*lines).subquery()
    return select(*(every.c[name] for name in names)).where(every.c.finess_ej != "")
