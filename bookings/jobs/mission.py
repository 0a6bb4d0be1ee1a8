"""What an acceptance proves, and who is told of each step of a mission."""

from uuid import UUID

from bookings.models import Mission
from bookings.queries import delivery as deliveries
from bookings.queries import mission as missions
from bookings.queries.guest import list_invited
from bookings.rules.delivery import is_current
from bookings.rules.next_step import FACILITY, GRADES, PROVIDER
from bookings.service.acceptance import accept, can_accept
from bookings.service.mission_news import ALL, tell, tell_former
from bookings.service.today import today
from campaigns.service.award import prove_milestone
from kit.errors import NotFound
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from tenants.models import Tenant

MILESTONE = "service"


def prove_service(tx: Tx, message: OutboxMessage) -> None:
    """The last accepted mission of an award's order proves that its funded service was done."""
    mission = _mission(tx, message)
    if mission.award_id is None or (mission.order_id and deliveries.count_unaccepted(tx.session, mission.order_id)):
        return
    try:
        prove_milestone(tx, mission.award_id, MILESTONE, "mission", mission.id)
    except NotFound:  # a call may have milestones of its own, and not this one
        tx.audit("mission.prove_nothing", mission.id, award=str(mission.award_id))


def tell_unassigned(tx: Tx, message: OutboxMessage) -> None:
    """A mission that nobody can do yet is the GRADeS's to assign."""
    mission = _mission(tx, message)
    if mission.state == "created":
        tell(tx, "mission_unassigned", message.id, mission, (GRADES,), action_text="Attribuer la mission")


def tell_assigned(tx: Tx, message: OutboxMessage) -> None:
    """The provider has a mission, the facility a provider; one assigned again meanwhile has its own news.

    With an order, the order's own mails have just said so.
    """
    mission = _mission(tx, message)
    with_order = mission.order_id is not None and mission.assigned_at == mission.created_at
    if mission.assigned_at == message.emitted_at and not with_order:
        tell(tx, "mission_assigned", message.id, mission, (PROVIDER, FACILITY), action_text="Voir la mission")


def tell_left(tx: Tx, message: OutboxMessage) -> None:
    """A provider whose mission went to another one is free again; the key is that provider."""
    tell_former(tx, "mission_left", message.id, _mission(tx, message), UUID(message.key))


def tell_planned(tx: Tx, message: OutboxMessage) -> None:
    """Both sides know the date, by their invitation or by this mail.

    One moved meanwhile has its own news, one taken back none.
    """
    mission = _mission(tx, message)
    if mission.state == "planned" and mission.starts_at is not None:
        occasion = f"{mission.id}:{mission.starts_at.isoformat()}"
        invited = list_invited(tx.session, mission.id)
        tell(tx, "mission_planned", occasion, mission, (PROVIDER, FACILITY), invited, action_text="Voir la mission")


def tell_cancelled(tx: Tx, message: OutboxMessage) -> None:
    """The provider is free again; with an order, its cancellation says so."""
    mission = _mission(tx, message)
    if mission.order_id is None:
        tell(tx, "mission_cancelled", message.id, mission, (PROVIDER,), action_text="Voir la mission")


def tell_delivered(tx: Tx, message: OutboxMessage) -> None:
    """The facility has something to accept."""
    _tell_delivery(tx, message, _mission(tx, message), added=None)


def tell_added(tx: Tx, message: OutboxMessage) -> None:
    """A document added to a delivery changes what the facility accepts; before a delivery it is nobody's news.

    The key is the state of the mission when the document came.
    """
    deliverable = deliveries.get_deliverable(tx.session, tx.tenant_id, message.subject_id)
    mission = missions.get_mission(tx.session, tx.tenant_id, deliverable.mission_id)
    if message.key == "delivered" and mission.delivered_at == message.emitted_at:
        _tell_delivery(tx, message, mission, added=deliverable.name)


def tell_reserved(tx: Tx, message: OutboxMessage) -> None:
    """The provider has something to answer; the GRADeS knows."""
    mission = _mission(tx, message)
    reserve = deliveries.last_reserve(tx.session, mission.id)
    text = reserve.text if reserve else ""
    tell(tx, "mission_reserved", message.id, mission, (PROVIDER, GRADES), text=text, action_text="Voir la mission")


def tell_accepted(tx: Tx, message: OutboxMessage) -> None:
    """The service is done: provider and GRADeS know, and everybody when silence accepted it."""
    mission = _mission(tx, message)
    acceptance = deliveries.find_acceptance(tx.session, tx.tenant_id, mission.id)
    if acceptance is not None:
        sides = ALL if acceptance.tacit else (PROVIDER, GRADES)
        tell(tx, "mission_accepted", message.id, mission, sides, acceptance=acceptance, action_text="Voir la mission")


def remind_acceptance(tx: Tx, message: OutboxMessage) -> None:
    """Five days and one day before the last one; after an interruption, the nearest reminder alone."""
    mission = _mission(tx, message)
    if mission.state != "delivered" or mission.accept_by is None:
        return
    if is_current(message.key, mission.accept_by, today(tx)):
        tell(tx, "mission_reminder", message.id, mission, (FACILITY,), action_text="Lire et accepter")


def end_delay(tx: Tx, message: OutboxMessage) -> None:
    """The delay to answer is over: the GRADeS and the facility are alerted; silence accepts only where it was said so.

    The key is the last day: one that moved has its own news.
    """
    mission = missions.lock_with_order(tx.session, tx.tenant_id, message.subject_id)
    if mission.state != "delivered" or message.key != str(mission.accept_by):
        return
    tenant = tx.session.get_one(Tenant, tx.tenant_id)
    if mission.silence_accepts and tenant.silence_accepts and can_accept(tx, mission):
        accept(tx, mission, None)
        return
    tell(tx, "mission_late", message.id, mission, (FACILITY, GRADES), action_text="Voir la mission")


def _mission(tx: Tx, message: OutboxMessage) -> Mission:
    return missions.get_mission(tx.session, tx.tenant_id, message.subject_id)


def _tell_delivery(tx: Tx, message: OutboxMessage, mission: Mission, added: str | None) -> None:
    if mission.state != "delivered":
        return
    files = deliveries.list_files(tx.session, mission.id)
    names, action = sorted({one.name for one in files}), "Lire et accepter"
    tell(tx, "mission_delivered", message.id, mission, (FACILITY,), names=names, added=added, action_text=action)
