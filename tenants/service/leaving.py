"""Leaving a portal for good: every place given up at once, no account of an organisation left without an owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from kit.errors import Conflict, Invalid
from kit.transaction import Tx
from tenants.models import Membership, Organisation, OrganisationClaim, Session, SignInLink
from tenants.queries import organisation as queries
from tenants.queries.organisation import Colleague
from tenants.queries.person import list_roles
from tenants.rules.person import Person
from tenants.service.expiring import remove_claims
from tenants.service.role import keep_a_manager
from tenants.service.standing import lock_portal

NO_HEIR = "Choisissez qui devient responsable du compte de cet organisme."
EMPTY = "Confirmez que le compte de cet organisme reste sans personne\N{NO-BREAK SPACE}: le GRADeS l’attribuera."


@dataclass(frozen=True, slots=True)
class LastOwner:
    """An account of which somebody is the only owner, and the colleagues among whom the next one is chosen."""

    organisation: Organisation
    heirs: Sequence[Colleague]


def owned_alone(tx: Tx, user_id: UUID) -> list[LastOwner]:
    """The accounts that would stay without an owner if this person left."""
    found = []
    for organisation, place in queries.list_organisations(tx.session, user_id):
        if place.role == "owner" and queries.count_owners(tx.session, organisation.id) == 1:
            people = queries.list_colleagues(tx.session, organisation.id)
            found.append(LastOwner(organisation, [one for one in people if one.user_id != user_id]))
    return found


def leave_portal(tx: Tx, user_id: UUID, heirs: Mapping[UUID, UUID | None]) -> dict[str, int]:
    """Give up the roles and places of somebody, and end their sessions; figures by table.

    `heirs`: by organisation that they own alone, the colleague who owns it next; None says that nobody is left in it.
    Raises Conflict for the last manager of the GRADeS, Invalid (fields `heir-<organisation>`).
    """
    lock_portal(tx)
    for role in list_roles(tx.session, tx.tenant_id, user_id):
        keep_a_manager(tx, user_id, role)
    places = [
        (queries.get_organisation(tx.session, tx.tenant_id, organisation.id, lock=True), place)
        for organisation, place in queries.list_organisations(tx.session, user_id)
    ]
    for alone in owned_alone(tx, user_id):
        _hand_over(tx, alone, heirs)
    for organisation, place in places:
        tx.audit("organisation_member.remove", organisation.id, user=str(user_id), role=place.role)
        tx.emit("organisation_member.remove", organisation.id, key=str(user_id))
        tx.session.delete(place)
    tx.session.flush()
    roles = delete(Membership).where(Membership.tenant_id == tx.tenant_id, Membership.user_id == user_id)
    held = tx.session.scalars(roles.returning(Membership.role)).all()
    for role in held:
        tx.audit("membership.revoke", user_id, role=role)
    tx.session.execute(delete(Session).where(Session.user_id == user_id))
    figures = {"organisation_member": len(places), "membership": len(held)}
    return {name: count for name, count in figures.items() if count}


def _hand_over(tx: Tx, alone: LastOwner, heirs: Mapping[UUID, UUID | None]) -> None:
    organisation = alone.organisation
    field = f"heir-{organisation.id}"
    if organisation.id not in heirs:
        fault = NO_HEIR if alone.heirs else EMPTY
        raise Invalid(f"{organisation.name}\N{NO-BREAK SPACE}: {fault}", {field: fault})
    chosen = heirs[organisation.id]
    if chosen is None:
        if alone.heirs:
            raise Invalid(f"{organisation.name}\N{NO-BREAK SPACE}: {NO_HEIR}", {field: NO_HEIR})
        return
    place = queries.find_place(tx.session, tx.tenant_id, organisation.id, chosen)
    if place is None or chosen not in {one.user_id for one in alone.heirs}:
        raise Conflict("Cette personne ne fait plus partie du compte\N{NO-BREAK SPACE}: choisissez-en une autre.")
    tx.audit("organisation_member.change", organisation.id, user=str(chosen), source=place.role, target="owner")
    place.role = "owner"


def forget_asking(tx: Tx, person: Person) -> dict[str, int]:
    """Remove what the person asked of this portal: links to sign in, places in organisms with their proofs."""
    links = delete(SignInLink).where(SignInLink.email == person.email) if person.email else None
    gone = tx.session.scalars(links.returning(SignInLink.id)).all() if links is not None else ()
    if person.user_id is None:
        return {"sign_in_link": len(gone)} if gone else {}
    mine = OrganisationClaim.user_id == person.user_id
    figures = {"sign_in_link": len(gone), "organisation_claim": remove_claims(tx, mine)}
    return {name: count for name, count in figures.items() if count}
