"""Accepting what was delivered (service fait), or raising reserves. An acceptance is one event for whoever waits."""

from uuid import UUID

from bookings.models import Acceptance, Mission, Reserve, TimeSheet
from bookings.permissions import PERMISSIONS
from bookings.queries import delivery as deliveries
from bookings.queries import mission as missions
from bookings.rules.delivery import Signatory, check_reserve, check_signatory, digest, manifest
from bookings.rules.states import MISSION
from bookings.service import time_ledger
from bookings.service.delivery import check_read, forget_answer
from bookings.service.order import complete_order
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction

CHANGED = (
    "Le prestataire a déposé un nouveau document depuis que vous avez lu cette page. Rien n’est accepté"
    "\N{NO-BREAK SPACE}: relisez ce qui est livré, puis acceptez-le."
)


def accept_mission(actor: Actor, mission_id: UUID, name: str, function: str, seen: str) -> Acceptance:
    """Accept what was delivered, in the name of a person of the facility. `seen` is the digest of what they read.

    Of two people who accept at once, one does. Raises Conflict unless the mission is delivered, or when its time sheet
    is above the balance; Invalid (name, function); Stale when something else was delivered meanwhile.
    """
    with transaction(actor) as tx:
        mission = missions.lock_with_order(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.accept", mission)
        MISSION.target(mission.state, "accept")
        signatory = check_signatory(name, function)
        if seen != digest(*delivered(tx, mission)):
            raise Stale(CHANGED)
        return accept(tx, mission, signatory)


def reserve_mission(actor: Actor, mission_id: UUID, text: str, revision: int | None = None) -> Reserve:
    """Say what is wrong with a delivery: its provider delivers again. Raises Conflict, Invalid (text), Stale."""
    with transaction(actor) as tx:
        mission = missions.get_mission(tx.session, tx.tenant_id, mission_id, lock=True)
        permit(PERMISSIONS, actor, "mission.reserve", mission)
        MISSION.target(mission.state, "reserve")
        check_read(mission, revision)
        written = check_reserve(text)
        reserve = tx.add(
            Reserve(id=uuid7(), mission_id=mission.id, text=written, raised_by=actor.user_id, raised_at=tx.now)
        )
        forget_answer(tx, mission)
        mission.accept_by = None
        mission.revision += 1
        tx.advance(mission, MISSION, "reserve")
        return reserve


def delivered(tx: Tx, mission: Mission) -> tuple[list[dict[str, object]], int | None]:
    """What an acceptance would be about: the last version of each document, the half-days of the time sheet."""
    sheet = _sheet(tx, mission)
    return manifest(deliveries.list_files(tx.session, mission.id)), sheet.half_days if sheet else None


def can_accept(tx: Tx, mission: Mission) -> bool:
    """Whether nothing stands in the way: the half-days of the time sheet are there."""
    sheet = _sheet(tx, mission)
    try:
        if sheet is not None:
            time_ledger.expected(tx, mission, sheet.half_days)
    except Conflict:
        return False
    return True


def accept(tx: Tx, mission: Mission, signatory: Signatory | None) -> Acceptance:
    """Write the acceptance of a locked, delivered mission (its order locked before it); tacit without a signatory.

    Whoever bills or proves listens to the one event `mission.accept`. Half-days are consumed and the order completed in
    the same transaction: an acceptance that cannot be paid for is no acceptance.
    """
    files, half_days = delivered(tx, mission)
    acceptance = tx.add(
        Acceptance(
            mission_id=mission.id,
            tacit=signatory is None,
            accepted_by=tx.actor.user_id if signatory else None,
            name=signatory.name if signatory else "",
            function=signatory.function if signatory else "",
            manifest=files,
            half_days=half_days,
            accepted_at=tx.now,
        )
    )
    deliveries.lift_reserves(tx.session, mission.id, tx.now)
    forget_answer(tx, mission)
    mission.accepted_at = tx.now
    mission.revision += 1
    tx.advance(mission, MISSION, "accept", files=[one["sha256"] for one in files], tacit=acceptance.tacit)
    if half_days is not None:
        time_ledger.consume(tx, mission, half_days)
    tx.session.flush()
    if mission.order_id is not None:
        complete_order(tx, mission.order_id)
    return acceptance


def _sheet(tx: Tx, mission: Mission) -> TimeSheet | None:
    return deliveries.find_time_sheet(tx.session, mission.id) if mission.mode == "time" else None
