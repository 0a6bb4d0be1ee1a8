"""Starting a mission and delivering it; a delivery waits for an answer until a day."""

from datetime import timedelta
from uuid import UUID

from bookings.models import Mission
from bookings.permissions import PERMISSIONS
from bookings.queries import delivery as deliveries
from bookings.queries import mission as missions
from bookings.rules import delivery as rules
from bookings.rules.states import MISSION
from bookings.service.today import local_instant, today
from kit.actor import Actor
from kit.errors import Conflict, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant

MORNING = 8
STALE = "La mission a changé depuis que vous l’avez lue. Rien n’est modifié. Relisez-la, puis recommencez."


def start_mission(actor: Actor, mission_id: UUID, revision: int | None = None) -> Mission:
    """Say that a planned mission has begun. Raises Stale when it changed since `revision`."""
    with transaction(actor) as tx:
        mission = missions.get_mission(tx.session, tx.tenant_id, mission_id, lock=True)
        permit(PERMISSIONS, actor, "mission.start", mission)
        MISSION.target(mission.state, "start")
        check_read(mission, revision)
        mission.started_at = tx.now
        mission.revision += 1
        tx.advance(mission, MISSION, "start")
        return mission


def deliver_mission(actor: Actor, mission_id: UUID, revision: int | None = None) -> Mission:
    """Say that the work is done; the facility answers by `accept_by`.

    Raises Conflict without a deliverable (or a time sheet, for a mission of time), or after reserves when nothing was
    added since them; Stale when the mission changed since `revision`.
    """
    with transaction(actor) as tx:
        mission = missions.get_mission(tx.session, tx.tenant_id, mission_id, lock=True)
        permit(PERMISSIONS, actor, "mission.deliver", mission)
        MISSION.target(mission.state, "deliver")
        check_read(mission, revision)
        _check_something_new(tx, mission)
        mission.started_at = mission.started_at or tx.now
        await_answer(tx, mission)
        mission.revision += 1
        tx.advance(mission, MISSION, "deliver")
        return mission


def await_answer(tx: Tx, mission: Mission) -> None:
    """Give the facility its days to answer, by the tenant's rule of today, and set the reminders and the alert."""
    tenant, on = tx.session.get_one(Tenant, tx.tenant_id), today(tx)
    forget_answer(tx, mission)
    mission.delivered_at, mission.silence_accepts = tx.now, tenant.silence_accepts
    mission.accept_by = last = rules.accept_by(on, tenant.acceptance_days)
    for day, key in rules.reminders(last, on):
        tx.due("mission.accept_remind", mission.id, local_instant(tx, day, MORNING), key)
    tx.due("mission.accept_late", mission.id, local_instant(tx, last + timedelta(days=1), MORNING), str(last))


def forget_answer(tx: Tx, mission: Mission) -> None:
    """No answer is waited for any more: no reminder, no alert."""
    tx.undue("mission.accept_remind", mission.id)
    tx.undue("mission.accept_late", mission.id)


def check_read(mission: Mission, revision: int | None) -> None:
    """Raise Stale when a mission is not what the caller read (None: whatever stands)."""
    if revision is not None and revision != mission.revision:
        raise Stale(STALE)


def _check_something_new(tx: Tx, mission: Mission) -> None:
    """There is something to accept, and after reserves something that answers them."""
    sheet = deliveries.find_time_sheet(tx.session, mission.id) if mission.mode == "time" else None
    if mission.mode == "time" and sheet is None:
        raise Conflict("Rien n’est livré\N{NO-BREAK SPACE}: envoyez d’abord le relevé de temps de la mission.")
    files = deliveries.list_files(tx.session, mission.id)
    if mission.mode != "time" and not files:
        raise Conflict("Rien n’est livré\N{NO-BREAK SPACE}: déposez d’abord au moins un livrable.")
    reserve = deliveries.last_reserve(tx.session, mission.id)
    # Identifiers tell the order, also of two things of one instant.
    added = [one.id for one in (*files, sheet) if one is not None]
    if reserve is not None and max(added) < reserve.id:
        raise Conflict(
            "Rien n’est livré de nouveau\N{NO-BREAK SPACE}: déposez d’abord ce qui répond aux réserves "
            "(un livrable corrigé, ou une réponse écrite)."
        )
