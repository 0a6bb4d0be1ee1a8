"""The provider says which half-days it worked; the facility reads what accepting them would consume."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from bookings.models import Mission, TimeSheet
from bookings.permissions import PERMISSIONS
from bookings.queries import mission as missions
from bookings.queries import time_sheet as sheets
from bookings.queries.time_ledger import list_packets, reserved_for
from bookings.rules import time_sheet as rules
from bookings.rules.time import Settlement, half_days_of, total
from bookings.service.delivery import await_answer
from bookings.service.time_ledger import expected, usable_by
from bookings.service.today import today, zone_of
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from services_catalog.models import Consultant
from tenants.models import Organisation


@dataclass(frozen=True, slots=True)
class Bill:
    """What accepting the last time sheet would do to the balance, for the facility and the GRADeS alone.

    `settled` None with the sentence of `refusal` when the balance is short.
    """

    settled: Settlement | None
    refusal: str
    available_after: int

    @property
    def reserved(self) -> int:
        """How many come from what is reserved for the mission."""
        return total(self.settled.from_reserved) if self.settled else 0

    @property
    def drawn(self) -> int:
        """How many are taken from what is available."""
        return total(self.settled.from_available) if self.settled else 0

    @property
    def released(self) -> int:
        """How many were reserved and are not used."""
        return total(self.settled.released) if self.settled else 0


@dataclass(frozen=True, slots=True)
class SheetsPage:
    """A mission's time sheets, the last version first. `bill` is None for its provider, who sees no balance."""

    mission: Mission
    organisation: Organisation
    consultant: str
    wish: str
    sheets: Sequence[tuple[TimeSheet, str]]
    first_on: date
    today: date
    can_submit: bool
    can_accept: bool
    bill: Bill | None


def submit_time_sheet(actor: Actor, mission_id: UUID, typed: Sequence[Mapping[str, Any]]) -> TimeSheet:
    """Say which half-days were worked: one more version, the only one that counts, until the mission is accepted.

    Each line is on (ISO date), half (am, pm), what. Raises Invalid (lines, lines.<n>.<key>) for a day outside the
    mission's life, a half-day twice, here or in another mission of the same consultant; Conflict above the balance.
    """
    with transaction(actor) as tx:
        mission = missions.lock_with_order(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "time_sheet.submit", mission)
        rules.check_state(mission.mode, mission.state)
        lines = rules.read_lines(typed, _first_day(tx, mission), today(tx))
        if mission.consultant_id is not None:
            # Two sheets of one consultant take turns: neither misses what the other declares.
            tx.session.get(Consultant, (tx.tenant_id, mission.consultant_id), with_for_update=True)
            moments = [line.moment for line in lines]
            rules.check_apart(lines, sheets.declared_elsewhere(tx.session, mission, moments))
        _check_covered(tx, mission, len(lines))
        if mission.state == "delivered":
            await_answer(tx, mission)  # another sheet to accept: the facility has its whole delay again
        mission.revision += 1
        last = next((sheet.version for sheet, _ in sheets.list_time_sheets(tx.session, mission.id)), 0)
        sheet = tx.add(
            TimeSheet(
                id=uuid7(),
                mission_id=mission.id,
                version=last + 1,
                lines=[line.as_json() for line in lines],
                half_days=len(lines),
                submitted_by=actor.user_id,
                submitted_at=tx.now,
            )
        )
        tx.audit("time_sheet.submit", mission.id, version=sheet.version, half_days=sheet.half_days)
        return sheet


def view_time_sheets(actor: Actor, mission_id: UUID) -> SheetsPage:
    """The time sheets of a mission, for its two sides and the GRADeS. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        mission = missions.get_mission(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "time_sheet.view", mission)
        found = sheets.list_time_sheets(tx.session, mission.id)
        names = tx.session.get(Consultant, (tx.tenant_id, mission.consultant_id)) if mission.consultant_id else None
        writable = mission.mode == "time" and mission.state in rules.STATES
        return SheetsPage(
            mission,
            tx.session.get_one(Organisation, (tx.tenant_id, mission.organisation_id)),
            names.name if names else "",
            sheets.find_wish(tx.session, mission.id),
            found,
            _first_day(tx, mission),
            today(tx),
            writable and allows(PERMISSIONS, actor, "time_sheet.submit", mission),
            mission.state == "delivered" and allows(PERMISSIONS, actor, "mission.accept", mission),
            bill_of(tx, mission, found[0][0].half_days) if found and mission.state in rules.STATES else None,
        )


def bill_of(tx: Tx, mission: Mission, half_days: int) -> Bill | None:
    """What consuming so many half-days would do, for whoever may see the account; None for the provider."""
    if not allows(PERMISSIONS, tx.actor, "time_account.view", mission):
        return None
    available = usable_by(tx, mission)
    try:
        settled = expected(tx, mission, half_days)
    except Conflict as short:
        return Bill(None, short.sentence, available)
    back = {one.id for one in list_packets(tx.session, settled.released) if one.expires_on >= today(tx)}
    returned = sum(number for packet_id, number in settled.released.items() if packet_id in back)
    return Bill(settled, "", available - total(settled.from_available) + returned)


def _check_covered(tx: Tx, mission: Mission, half_days: int) -> None:
    """The account covers the sheet. Its balance is the facility's: the provider reads what is reserved for it only."""
    try:
        expected(tx, mission, half_days)
    except Conflict:
        held = total(reserved_for(tx.session, mission.id))
        raise Conflict(
            f"Le relevé n’est pas envoyé\N{NO-BREAK SPACE}: il compte {half_days_of(half_days)}, plus que le solde de "
            f"l’établissement, qui en a réservé {held} pour cette mission. Demandez-lui d’en prévoir d’autres."
        ) from None


def _first_day(tx: Tx, mission: Mission) -> date:
    return mission.created_at.astimezone(zone_of(tx)).date()
