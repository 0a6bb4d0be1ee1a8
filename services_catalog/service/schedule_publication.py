"""Publishing a schedule: what it changes is shown before, and the one in force ends the day before it begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kit.actor import Actor
from kit.errors import Conflict
from kit.french import NBSP, day
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import PriceSchedule
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import market as queries
from services_catalog.rules.difference import Change, compare
from services_catalog.rules.market import revision_on
from services_catalog.rules.offer import UNCHANGED
from services_catalog.rules.states import PRICE_SCHEDULE
from services_catalog.service.schedule import SchedulePage, schedule_page


@dataclass(frozen=True)
class Outlook:
    """What publishing would do: the schedule it follows (None: it is the first), every change, why it cannot be.

    `lost_on` is the first day on which the holder, who had prices, would have none; None when there is no such day.
    """

    page: SchedulePage
    before: PriceSchedule | None
    changes: Sequence[Change]
    refusal: str | None
    lost_on: date | None = None


def foresee_publication(actor: Actor, schedule_id: UUID, action: str = "price_schedule.view") -> Outlook:
    """What publishing this schedule would change, compared with the prices in force on its first day."""
    with transaction(actor) as tx:
        schedule = queries.get_schedule(tx.session, schedule_id)
        permit(PERMISSIONS, actor, action, schedule)
        page = schedule_page(tx, schedule)
        before = _before(tx, schedule)
        refusal = _refusal(tx, schedule)
        if before is None:
            return Outlook(page, None, compare((), page.lines), refusal)
        lines = queries.list_lines(tx.session, before.id)
        changes = compare(lines, page.lines, _coefficient(tx, before, schedule))
        shortened = schedule.state == "draft" and schedule.ends_on < before.ends_on
        lost_on = schedule.ends_on + timedelta(days=1) if shortened else None
        return Outlook(page, before, changes, refusal, lost_on)


def publish_schedule(actor: Actor, schedule_id: UUID, compared_with: int | None = None) -> PriceSchedule:
    """Make a draft the holder's prices from its first day on.

    `compared_with` is the number of the schedule that its changes were shown against (0: none; None: nobody looked).
    Raises Conflict when other prices stand in its way, or were published since.
    """
    with transaction(actor) as tx:
        found = queries.get_schedule(tx.session, schedule_id)
        permit(PERMISSIONS, actor, "price_schedule.publish", found)
        lot = queries.get_lot(tx.session, found.lot_id)
        # Everything of an agreement is published, and its dates are changed, one after the other.
        queries.get_agreement(tx.session, lot.agreement_id, lock=True)
        schedule = queries.get_schedule(tx.session, schedule_id, lock=True)
        tx.session.refresh(schedule)
        PRICE_SCHEDULE.target(schedule.state, "publish")
        refusal = _refusal(tx, schedule)
        if refusal:
            raise Conflict(refusal)
        _check_shown(_before(tx, schedule), compared_with)
        before = _in_force(tx, schedule)
        if before is not None:
            before.ends_on = schedule.starts_on - timedelta(days=1)
            tx.audit("price_schedule.end", before.id, ends_on=str(before.ends_on))
            tx.session.flush()
        schedule.published_at = tx.now
        tx.advance(schedule, PRICE_SCHEDULE, "publish", ended=str(before.id) if before else None)
        return schedule


def _check_shown(before: PriceSchedule | None, compared_with: int | None) -> None:
    if before is not None and compared_with not in (None, before.number):
        raise Conflict(
            f"Le bordereau n°{NBSP}{before.number} a été publié depuis que vous avez lu cette page{NBSP}: relisez ce "
            "que celui-ci change, puis publiez-le."
        )


def _in_force(tx: Tx, schedule: PriceSchedule) -> PriceSchedule | None:
    """The published schedule that runs on the first day of this one, and began before."""
    for other in queries.published_schedules(tx.session, schedule.lot_id, schedule.provider_id):
        if other.id != schedule.id and other.starts_on < schedule.starts_on <= other.ends_on:
            return other
    return None


def _before(tx: Tx, schedule: PriceSchedule) -> PriceSchedule | None:
    """The one to compare with: the last that began before this one."""
    others = queries.published_schedules(tx.session, schedule.lot_id, schedule.provider_id)
    return max(
        (other for other in others if other.id != schedule.id and other.starts_on < schedule.starts_on),
        key=lambda other: other.starts_on,
        default=None,
    )


def _refusal(tx: Tx, schedule: PriceSchedule) -> str | None:
    """A published schedule that begins no sooner and would overlap: it cannot simply be ended."""
    if schedule.state != "draft":
        return None
    for other in queries.published_schedules(tx.session, schedule.lot_id, schedule.provider_id):
        if schedule.starts_on <= other.starts_on <= schedule.ends_on:
            return (
                f"Le bordereau n°{NBSP}{other.number} est déjà publié du {day(other.starts_on)} au "
                f"{day(other.ends_on)}{NBSP}: celui-ci doit commencer après le {day(other.starts_on)}, ou finir avant."
            )
    return None


def _coefficient(tx: Tx, before: PriceSchedule, schedule: PriceSchedule) -> int:
    """The revision that applies to the prices in force, on the first day of the new ones."""
    last_day = min(before.ends_on, schedule.starts_on)
    applies = revision_on(queries.list_revisions(tx.session, before.id), last_day)
    return applies.coefficient_ppm if applies else UNCHANGED
