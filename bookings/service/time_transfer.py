"""Half-days go from one place to another of the same gestionnaire, with the day they expire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookings.models import TimePacket
from bookings.permissions import PERMISSIONS
from bookings.queries import time_ledger as ledger
from bookings.queries.time_balance import available_by_place
from bookings.rules import time as rules
from bookings.service.time_place import Place, facility_of, list_places, place_of, sisters
from bookings.service.time_posting import Key, Movement, hold, open_packet, post
from bookings.service.today import today
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation


@dataclass(frozen=True, slots=True)
class Transfer:
    """From a place to another one; an establishment of None is the whole organisation."""

    organisation_id: UUID
    half_days: int
    to_organisation_id: UUID
    finess_et: str | None = None
    to_finess_et: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TransferChoices:
    """What the form of a transfer offers; `available` by establishment (None: the whole organisation)."""

    organisation: Organisation
    sources: Sequence[Place]
    targets: Sequence[Place]
    available: Mapping[str | None, int]


def transfer_time(actor: Actor, asked: Transfer) -> list[TimePacket]:
    """Move half-days, the soonest to expire first; each keeps its last day. Returns the packets they make there.

    Raises Invalid (to_organisation_id, finess_et, to_finess_et, half_days), Conflict with the balance when short.
    """
    with transaction(actor) as tx:
        return transfer(tx, asked)


def transfer(tx: Tx, asked: Transfer) -> list[TimePacket]:
    """The step of `transfer_time`. It makes new packets there: nobody else's account is locked, in either direction."""
    source, target = _places(tx, asked)
    packets = _drawable(tx, source)
    accounts = hold(tx, [one.id for one in packets])
    drawn = rules.draw(accounts.holdings(packets), asked.half_days)
    made, entries = [], dict[Key, int]()
    for packet in packets:
        if packet.id in drawn:
            there = open_packet(tx, accounts, _like(packet, target))
            made.append(there)
            entries |= {("available", packet.id): -drawn[packet.id], ("available", there.id): drawn[packet.id]}
    movement = Movement("transfer", asked.organisation_id, note=rules.read_note(asked.note))
    tx.emit("time_account.transfer", post(tx, accounts, movement, entries).id)
    return made


def transfer_choices(actor: Actor, organisation_id: UUID) -> TransferChoices:
    """From where and to where half-days may go. Raises NotFound."""
    with transaction(actor) as tx:
        organisation = facility_of(tx, organisation_id)
        permit(PERMISSIONS, actor, "time_account.transfer", organisation)
        available = available_by_place(tx.session, organisation_id, today(tx))
        sources = [one for one in list_places(tx, organisation, available.keys()) if available.get(one.finess_et)]
        targets = [place for owner in (organisation, *sisters(tx, organisation)) for place in list_places(tx, owner)]
        return TransferChoices(organisation, sources, targets, available)


def _places(tx: Tx, asked: Transfer) -> tuple[Place, Place]:
    organisation = facility_of(tx, asked.organisation_id)
    permit(PERMISSIONS, tx.actor, "time_account.transfer", organisation)
    rules.check_half_days(asked.half_days)
    source = place_of(tx, organisation, asked.finess_et, closed=True)
    other = organisation
    if asked.to_organisation_id != asked.organisation_id:
        found = next((one for one in sisters(tx, organisation) if one.id == asked.to_organisation_id), None)
        if found is None:
            raise Invalid(
                "Les demi-journées restent chez un même gestionnaire.",
                {"to_organisation_id": "Choisissez un organisme qui a le même SIREN dans le registre."},
            )
        other = found
    target = place_of(tx, other, asked.to_finess_et, "to_finess_et")
    if (other.id, target.finess_et) == (organisation.id, source.finess_et):
        raise Invalid(
            "Le départ et l’arrivée sont les mêmes.", {"to_finess_et": "Choisissez un autre lieu que celui de départ."}
        )
    return source, target


def _drawable(tx: Tx, place: Place) -> Sequence[TimePacket]:
    """The packets of exactly this place: an establishment gives away its own, not the organisation's."""
    usable = ledger.list_usable(tx.session, place.organisation.id, place.finess_et, today(tx))
    return [one for one in usable if one.finess_et == place.finess_et]


def _like(packet: TimePacket, target: Place) -> TimePacket:
    """A packet elsewhere, of the same days."""
    return TimePacket(
        id=uuid7(),
        organisation_id=target.organisation.id,
        finess_et=target.finess_et,
        service_id=packet.service_id,
        source="transfer",
        source_id=packet.id,
        starts_on=packet.starts_on,
        expires_on=packet.expires_on,
    )
