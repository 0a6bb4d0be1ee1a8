"""Who is told of a mission: its facility, its provider, the GRADeS; each why, each once for an occasion."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from bookings.models import Mission
from bookings.rules.next_step import FACILITY, GRADES, PROVIDER
from campaigns.queries.candidacy import list_members
from campaigns.queries.review import list_users_with_role
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many
from services_catalog.models import Provider
from tenants.models import Organisation

ALL = (FACILITY, PROVIDER, GRADES)
_ROLES = ("owner", "editor")
_WHY = {
    FACILITY: "Vous recevez ce message parce que vous commandez des prestations pour cet organisme.",
    PROVIDER: "Vous recevez ce message parce que vous réalisez les missions de ce prestataire.",
    GRADES: "Vous recevez ce message parce que vous suivez les prestations du GRADeS.",
}


def tell(
    tx: Tx,
    what: str,
    occasion: UUID | str,
    mission: Mission,
    sides: tuple[str, ...],
    but: Collection[str] = (),
    **words: object,
) -> None:
    """One notice for each person of these sides, once for an `occasion`; `what` is the mail's name.

    `but` are addresses, in small letters, that learn it otherwise.

    The mail sees `mission`, `facility` and `provider` (names), `side` (who reads it) and `words`.
    """
    provider = tx.session.get(Provider, (tx.tenant_id, mission.provider_id)) if mission.provider_id else None
    words |= {"provider": provider.name if provider else None}
    people = _people(tx, mission, sides)
    told = [(user_id, (email, side)) for user_id, (email, side) in people.items() if email.lower() not in but]
    _write(tx, what, occasion, mission, told, f"/missions/{mission.id}", words)


def tell_former(tx: Tx, what: str, occasion: UUID, mission: Mission, provider_id: UUID) -> None:
    """The same for the people of a provider that the mission has left: they read its page no more."""
    people = {user_id: (email, PROVIDER) for _, user_id, email in list_members(tx.session, {provider_id}, _ROLES)}
    _write(tx, what, occasion, mission, people.items(), "/missions", {"action_text": "Voir mes missions"})


def _write(
    tx: Tx,
    what: str,
    occasion: UUID | str,
    mission: Mission,
    people: Iterable[tuple[UUID, tuple[str, str]]],
    path: str,
    words: Mapping[str, object],
) -> None:
    facility = tx.session.get_one(Organisation, (tx.tenant_id, mission.organisation_id))
    known = {"mission": mission, "facility": facility.name, **words}
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{what}:{occasion}:{user_id}",
                template=f"bookings/{what}",
                subject_id=mission.id,
                email=email,
                user_id=user_id,
                path=path,
                context=known | {"side": side, "why": _WHY[side]},
            )
            for user_id, (email, side) in people
        ],
    )


def _people(tx: Tx, mission: Mission, sides: tuple[str, ...]) -> Mapping[UUID, tuple[str, str]]:
    """(address, side) by user: somebody of two sides is told once, as the first."""
    found: dict[UUID, tuple[str, str]] = {}
    for side in sides:
        for user_id, email in _side(tx, mission, side):
            found.setdefault(user_id, (email, side))
    return found


def _side(tx: Tx, mission: Mission, side: str) -> Iterator[tuple[Any, str]]:
    if side == GRADES:
        yield from ((user.id, user.email) for user in list_users_with_role(tx.session, tx.tenant_id, "grades_manager"))
        return
    organisation_id = mission.organisation_id if side == FACILITY else mission.provider_id
    if organisation_id is not None:
        rows = list_members(tx.session, {organisation_id}, _ROLES)
        yield from ((user_id, email) for _, user_id, email in rows)
