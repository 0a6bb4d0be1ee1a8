"""The second half of an import: what is staged becomes an edition, by sets, touching only what changed."""

from sqlalchemy import Table, and_, exists, func, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from finess.models import Establishment, ImportRemark, LegalEntity
from finess.rules.edition import Counts, Difference
from finess.service.staging import STAGED_ESTABLISHMENT, STAGED_LEGAL_ENTITY, STAGED_REMARK

_KINDS: dict[str, tuple[type[LegalEntity | Establishment], Table, str]] = {
    "ej": (LegalEntity, STAGED_LEGAL_ENTITY, "finess_ej"),
    "et": (Establishment, STAGED_ESTABLISHMENT, "finess_et"),
}


def count_staged(session: Session, rejected: int, warnings: int) -> Counts:
    """The figures of what is staged."""
    is_open, category = STAGED_ESTABLISHMENT.c.is_open, STAGED_ESTABLISHMENT.c.category_code
    opened = func.count().filter(STAGED_LEGAL_ENTITY.c.is_open)
    ej, ej_open = session.execute(select(func.count(), opened).select_from(STAGED_LEGAL_ENTITY)).one()
    et, et_open, without_category = session.execute(
        select(
            func.count(), func.count().filter(is_open), func.count().filter(is_open, category.is_(None))
        ).select_from(STAGED_ESTABLISHMENT)
    ).one()
    return Counts(ej, ej_open, et, et_open, without_category, rejected, warnings)


def replace_edition(session: Session, previous: int | None, edition: int) -> None:
    """Make what is staged true from `edition` on. A row that did not change is not written."""
    for model, staged, key in _KINDS.values():
        held = model.__table__.c
        same = and_(held[key] == staged.c[key], held.last_edition.is_(None))
        if previous is not None:
            facts = tuple_(*(held[column.name] for column in staged.c))
            unchanged = exists().where(same, facts.is_not_distinct_from(tuple_(*staged.c)))
            session.execute(
                update(model).where(held.last_edition.is_(None), ~unchanged).values(last_edition=previous),
                execution_options={"synchronize_session": False},
            )
        columns = staged.c.keys()
        new = select(*staged.c, literal(edition)).where(~exists().where(same))
        session.execute(insert(model).from_select([*columns, "first_edition"], new))
    remarks = select(*STAGED_REMARK.c, literal(edition))
    session.execute(insert(ImportRemark).from_select([*STAGED_REMARK.c.keys(), "edition_id"], remarks))
    session.execute(select(func.settle_register()))


def difference(session: Session, previous: int | None, edition: int) -> dict[str, dict[str, int]]:
    """What `edition` changed, by kind ("ej", "et"): rows that ended with `previous` against rows that begin."""
    return {kind: _difference(session, kind, previous, edition).as_json() for kind in _KINDS}


def _difference(session: Session, kind: str, previous: int | None, edition: int) -> Difference:
    model, _, key = _KINDS[kind]
    held = model.__table__.c
    facts = held[key].label("number"), held.is_open
    before = select(*facts).where(held.last_edition == (previous or 0)).subquery("before")  # identities begin at 1
    after = select(*facts).where(held.first_edition == edition).subquery("after")
    joined = before.join(after, before.c.number == after.c.number, full=True)
    figures = select(
        func.count().filter(before.c.number.is_(None)),
        func.count().filter(after.c.number.is_(None)),
        func.count().filter(before.c.number.is_not(None), after.c.number.is_not(None)),
        func.count().filter(after.c.is_open, before.c.is_open.is_not(True)),
        func.count().filter(before.c.is_open, after.c.is_open.is_not(True)),
    ).select_from(joined)
    return Difference(*session.execute(figures).one())
