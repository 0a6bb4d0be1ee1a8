"""What the GRADeS reads before it grants, carries over or corrects."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bookings.models import TimeMovement, TimePacket
from bookings.permissions import PERMISSIONS
from bookings.queries import time_ledger as ledger
from bookings.queries.time_statement import list_entries_of
from bookings.rules.time_statement import Balance, Line, statement
from bookings.service.time_place import Place, establishment_names, facility_of, list_places, place_name
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Organisation


@dataclass(frozen=True, slots=True)
class PacketSheet:
    """A packet, where it is kept, and what may still be carried over."""

    organisation: Organisation
    packet: TimePacket
    place: str
    available: int


@dataclass(frozen=True, slots=True)
class MovementSheet:
    """A movement as the statement of its organisation shows it; `is_corrected` once it was taken back."""

    organisation: Organisation
    movement: TimeMovement
    line: Line
    is_corrected: bool


def view_places(actor: Actor, organisation_id: UUID) -> tuple[Organisation, Sequence[Place]]:
    """Where half-days may be granted. Raises NotFound."""
    with transaction(actor) as tx:
        organisation = facility_of(tx, organisation_id)
        permit(PERMISSIONS, actor, "time_account.grant", organisation)
        return organisation, list_places(tx, organisation)


def view_packet(actor: Actor, packet_id: UUID) -> PacketSheet:
    """A packet to carry over. Raises NotFound."""
    with transaction(actor) as tx:
        packet = ledger.get_packet(tx.session, packet_id)
        permit(PERMISSIONS, actor, "time_account.carry_over", packet)
        organisation = facility_of(tx, packet.organisation_id)
        place = place_name(tx, organisation, packet.finess_et)
        return PacketSheet(organisation, packet, place, ledger.available_in(tx.session, packet.id))


def view_movement(actor: Actor, movement_id: UUID) -> MovementSheet:
    """A movement to correct. Raises NotFound."""
    with transaction(actor) as tx:
        movement = ledger.get_movement(tx.session, movement_id)
        permit(PERMISSIONS, actor, "time_account.correct", movement)
        organisation = facility_of(tx, movement.organisation_id)
        entries = list_entries_of(tx.session, organisation.id, movement.id)
        names = establishment_names(tx, organisation)
        (line,) = statement(movement.effective_on, movement.effective_on, Balance(), entries, names).lines
        return MovementSheet(organisation, movement, line, ledger.find_reversal(tx.session, movement.id) is not None)
