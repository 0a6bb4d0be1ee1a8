"""Opening, planning and cancelling missions: steps that orders, dates and time take in their own transactions."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bookings.models import Mission
from bookings.rules.states import MISSION
from bookings.service import time_ledger
from bookings.service.assigning import assign, check_fit, choose_for, need_of
from bookings.service.slot import release_slots
from kit.db import uuid7
from kit.errors import Conflict
from kit.permissions import allows
from kit.reference import new_reference
from kit.transaction import Tx
from services_catalog.models import Consultant
from services_catalog.permissions import PERMISSIONS as CATALOGUE
from services_catalog.rules.assignment import Choice

ANOTHER_DATE = "Le prestataire ne peut pas faire cette mission ce jour-là\N{NO-BREAK SPACE}: choisissez-en un autre."


@dataclass(frozen=True, slots=True)
class NewMission:
    """What a mission is opened with. `provider_id` and `sentence` are a choice made already, by the quote."""

    organisation_id: UUID
    service_version_id: UUID
    title: str
    mode: str
    half_days: int
    order_id: UUID | None = None
    award_id: UUID | None = None
    finess_et: str | None = None
    department: str | None = None
    due_on: date | None = None
    provider_id: UUID | None = None
    sentence: str = ""


def open_mission(tx: Tx, new: NewMission) -> Mission:
    """Open a mission and assign it when its provider is fit, or by the rule of its lot when it comes without one.

    Else it stays `created`, the reason in `assignment`, and the GRADeS is told.
    """
    mission = tx.add(
        Mission(
            id=uuid7(),
            number=new_reference("MI", tx.now.year),
            state=MISSION.initial,
            organisation_id=new.organisation_id,
            service_version_id=new.service_version_id,
            title=new.title,
            mode=new.mode,
            half_days=new.half_days,
            order_id=new.order_id,
            award_id=new.award_id,
            finess_et=new.finess_et,
            department=new.department,
            due_on=new.due_on,
            created_at=tx.now,
            revision=1,
        )
    )
    tx.session.flush()
    tx.audit("mission.open", mission.id, number=mission.number)
    choice = _first_choice(tx, mission, new)
    if choice.provider_id is not None:
        assign(tx, mission, choice.provider_id, choice.sentence)
    else:
        mission.assignment = choice.sentence
        tx.emit("mission.unassigned", mission.id)
    return mission


def plan_mission(tx: Tx, mission: Mission, starts_at: datetime, ends_at: datetime, consultant_id: UUID) -> None:
    """Give a mission its date (or another one) and its consultant; whoever calls has held the slot.

    Raises Conflict when the consultant is not its provider's, or when the provider is not fit on that day.
    """
    MISSION.target(mission.state, "plan")
    consultant = tx.session.get_one(Consultant, (tx.tenant_id, consultant_id))
    if mission.provider_id is None or consultant.provider_id != mission.provider_id:
        raise Conflict("Cette date est celle d’un autre prestataire que celui de la mission.")
    fault = check_fit(tx, mission.provider_id, need_of(tx, mission, starts_at, ends_at))
    if fault:
        # What a provider lacks is between it and the GRADeS: a facility only learns that the date is not possible.
        may_read = allows(CATALOGUE, tx.actor, "provider.view", mission)
        raise Conflict(f"Cette date ne convient pas. {fault if may_read else ANOTHER_DATE}")
    mission.starts_at, mission.ends_at, mission.consultant_id = starts_at, ends_at, consultant_id
    mission.revision += 1
    tx.advance(mission, MISSION, "plan")


def unplan_mission(tx: Tx, mission: Mission) -> None:
    """Take a mission's date back, and free its slots; its provider stays."""
    MISSION.target(mission.state, "unplan")
    release_slots(tx, mission.id)
    mission.starts_at = mission.ends_at = mission.consultant_id = None
    mission.revision += 1
    tx.advance(mission, MISSION, "unplan")


def cancel_mission(tx: Tx, mission: Mission) -> None:
    """Cancel a mission that has not begun; its slots and the half-days set aside for it are free again."""
    MISSION.target(mission.state, "cancel")
    release_slots(tx, mission.id)
    if mission.mode == "time":
        time_ledger.release(tx, mission)
    mission.cancelled_at = tx.now
    mission.revision += 1
    tx.advance(mission, MISSION, "cancel")


def _first_choice(tx: Tx, mission: Mission, new: NewMission) -> Choice:
    if new.provider_id is None:
        return choose_for(tx, mission)
    fault = check_fit(tx, new.provider_id, need_of(tx, mission))
    return Choice(None, fault, ()) if fault else Choice(new.provider_id, new.sentence, ())
