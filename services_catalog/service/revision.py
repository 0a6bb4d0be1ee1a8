"""Revising prices by their formula: what an index would do, line by line; then the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import NBSP, day
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import PriceRevision, PriceSchedule
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import market as queries
from services_catalog.rules.difference import Change, foresee
from services_catalog.rules.market import revision_on
from services_catalog.rules.offer import UNCHANGED
from services_catalog.rules.revision import Formula, read_formula, read_index_value
from services_catalog.service.schedule import SchedulePage, schedule_page

SMALLEST, BIGGEST = UNCHANGED // 10, UNCHANGED * 10


@dataclass(frozen=True)
class NewRevision:
    """A value of the index, the day it was published for, and the first day of the revised prices."""

    index_value: object
    index_on: date | None
    starts_on: date | None


@dataclass(frozen=True)
class RevisionOutlook:
    """What a revision would do: its coefficient in millionths, the one before, and each line's price."""

    page: SchedulePage
    coefficient_ppm: int
    before_ppm: int
    changes: Sequence[Change]


def foresee_revision(actor: Actor, schedule_id: UUID, asked: NewRevision) -> RevisionOutlook:
    """What a value of the index would do to each line, and nothing is changed. Raises Invalid, Conflict."""
    with transaction(actor) as tx:
        schedule = queries.get_schedule(tx.session, schedule_id)
        permit(PERMISSIONS, actor, "price_schedule.revise", schedule)
        formula, value, _, starts_on = _check(tx, schedule, asked)
        page = schedule_page(tx, schedule)
        applies = revision_on(page.revisions, starts_on)
        before = applies.coefficient_ppm if applies else UNCHANGED
        after = formula.coefficient_ppm(value)
        return RevisionOutlook(page, after, before, foresee(page.lines, before, after))


def revise_schedule(actor: Actor, schedule_id: UUID, asked: NewRevision) -> PriceRevision:
    """Decide a revision: from `starts_on` on, every price of the schedule is multiplied by its coefficient."""
    with transaction(actor) as tx:
        schedule = queries.get_schedule(tx.session, schedule_id, lock=True)
        permit(PERMISSIONS, actor, "price_schedule.revise", schedule)
        formula, value, index_on, starts_on = _check(tx, schedule, asked)
        revision = PriceRevision(
            schedule_id=schedule.id,
            starts_on=starts_on,
            index_value=str(value),
            index_on=index_on,
            coefficient_ppm=formula.coefficient_ppm(value),
            author_id=actor.user_id,
            decided_at=tx.now,
        )
        tx.add(revision)
        tx.audit(
            "price_schedule.revise", schedule.id, starts_on=str(starts_on), coefficient_ppm=revision.coefficient_ppm
        )
        tx.emit("price_schedule.revise", schedule.id, str(starts_on))
        return revision


def _check(tx: Tx, schedule: PriceSchedule, asked: NewRevision) -> tuple[Formula, Decimal, date, date]:
    if schedule.state != "published":
        raise Conflict("Seuls les prix d’un bordereau publié se révisent.")
    if not schedule.formula:
        raise Conflict("Les prix de ce bordereau sont fermes\N{NO-BREAK SPACE}: il n’a pas de formule de révision.")
    formula = read_formula(schedule.formula)
    faults: dict[str, str] = {}
    value = Decimal(0)
    try:
        value = read_index_value(asked.index_value)
    except Invalid as fault:
        faults |= fault.fields
    if asked.index_on is None or asked.index_on < formula.base_on:
        faults["index_on"] = f"Donnez la date de cette valeur, à partir du {day(formula.base_on)}."
    starts_on = asked.starts_on
    if starts_on is None or not schedule.starts_on < starts_on <= schedule.ends_on:
        faults["starts_on"] = (
            f"La révision doit prendre effet après le {day(schedule.starts_on)}, et au plus tard le "
            f"{day(schedule.ends_on)}, dernier jour de ce bordereau."
        )
    elif starts_on in {one.starts_on for one in queries.list_revisions(tx.session, schedule.id)}:
        faults["starts_on"] = f"Une révision prend déjà effet le {day(starts_on)}."
    if not faults and not SMALLEST <= formula.coefficient_ppm(value) <= BIGGEST:
        faults["index_value"] = f"Cette valeur multiplierait ou diviserait les prix par plus de dix{NBSP}: vérifiez-la."
    if faults or asked.index_on is None or starts_on is None:
        raise Invalid(f"La révision n’est pas faite{NBSP}: corrigez ce qui est indiqué.", faults)
    return formula, value, asked.index_on, starts_on
