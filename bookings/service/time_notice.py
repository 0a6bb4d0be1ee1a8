"""What the people of an organisation are told of their half-days."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookings.models import TimeMovement, TimePacket
from bookings.queries import time_ledger as ledger
from bookings.service.time_place import place_name
from bookings.service.today import today
from campaigns.queries.candidacy import list_members
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many
from tenants.models import Organisation

TOLD = ("owner", "editor", "billing", "reader")
WHY = "Vous recevez ce message parce que vous faites partie du compte de cet organisme."


def tell_people(tx: Tx, what: str, occasion: UUID, organisation_id: UUID, words: Mapping[str, Any]) -> None:
    """One notice for each person of an organisation, once for an `occasion`."""
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{what}:{occasion}:{organisation_id}:{user_id}",
                template=f"bookings/{what}",
                subject_id=organisation_id,
                email=email,
                user_id=user_id,
                path=f"/time/{organisation_id}",
                context={"action_text": "Voir le carnet de temps", "why": WHY, **words},
            )
            for _, user_id, email in list_members(tx.session, [organisation_id], TOLD)
        ],
    )


def packet_words(tx: Tx, packet: TimePacket, half_days: int) -> dict[str, Any]:
    """What is said of half-days of one packet."""
    organisation = tx.session.get_one(Organisation, (tx.tenant_id, packet.organisation_id))
    return {
        "half_days": half_days,
        "place": place_name(tx, organisation, packet.finess_et),
        "starts_on": packet.starts_on,
        "expires_on": packet.expires_on,
        "today": today(tx),
    }


def transfer_words(tx: Tx, movement: TimeMovement) -> dict[str, Any]:
    """What is said of a transfer: how many half-days, from where, to where, until when each."""
    entries = {packet_id: number for (_, packet_id), number in ledger.entries_of(tx.session, movement.id).items()}
    packets = ledger.list_packets(tx.session, [packet_id for packet_id in entries if packet_id])
    moved = sorted(((one, entries[one.id]) for one in packets), key=lambda pair: (pair[0].expires_on, pair[0].id))
    (source, target) = (next(one for one, number in moved if (number > 0) is there) for there in (False, True))
    owners = {
        one.organisation_id: tx.session.get_one(Organisation, (tx.tenant_id, one.organisation_id))
        for one in (source, target)
    }
    return {
        "half_days": sum(number for _, number in moved if number > 0),
        "source_id": source.organisation_id,
        "target_id": target.organisation_id,
        "source": place_name(tx, owners[source.organisation_id], source.finess_et),
        "target": place_name(tx, owners[target.organisation_id], target.finess_et),
        "moved": [(number, one.expires_on) for one, number in moved if number > 0],
        "note": movement.note,
    }
