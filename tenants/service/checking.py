"""The GRADeS looks after accounts: opens one for somebody, confirms one that was declared, entrusts it, closes it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import update

from kit.actor import Actor
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import ApiClient, ApiToken, Organisation, OrganisationMember, User
from tenants.permissions import PERMISSIONS
from tenants.queries import organisation as queries
from tenants.rules.claim import Claimed
from tenants.rules.people import check_email, check_line
from tenants.service.account import take_account
from tenants.service.account_review import end_reviews
from tenants.service.entity import check_finess_ej
from tenants.service.organisation import make_account, seat_owner
from tenants.service.standing import standing

FUNCTION = "Indiquez la fonction de cette personne."
MANAGED = "Cet organisme a déjà un compte, et quelqu’un le gère\N{NO-BREAK SPACE}: confiez-le plutôt depuis sa page."
NOT_HERE = "Le compte d’un prestataire se gère depuis la page du prestataire."


def open_account(actor: Actor, entity: Claimed, email: str, function: str) -> tuple[Organisation, User]:
    """Open the account of a legal entity for somebody, who is told by mail.

    Raises Invalid (finess_ej, email, function), Conflict when somebody manages it already.
    """
    address, declared = check_email(email), check_line(function, "function", FUNCTION)
    number = check_finess_ej(entity.finess_ej)
    with transaction(actor) as tx:
        permit(PERMISSIONS, standing(tx), "organisation.open")
        organisation = make_account(tx, entity, "grades", confirmed=True)
        if organisation is None:
            organisation = _found(tx, number)
            if queries.list_places(tx.session, organisation.id):
                raise Conflict(MANAGED)
            organisation.proof, organisation.confirmed_at = "grades", tx.now
        user = take_account(tx, address)
        seat_owner(tx, organisation, user.id, declared)
        tx.audit("organisation.open", organisation.id, finess_ej=number, user=str(user.id), role="owner")
        tx.emit("organisation.open", organisation.id, key=str(user.id))
        return organisation, user


def confirm_organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """Say that a declared account is in the right hands. Twice is once."""
    with transaction(actor) as tx:
        organisation = _locked(tx, organisation_id, "organisation.confirm")
        if organisation.confirmed_at is None:
            organisation.confirmed_at = tx.now
            tx.audit("organisation.confirm", organisation.id, finess_ej=organisation.finess_ej)
            tx.emit("organisation.confirm", organisation.id)
        return organisation


def transfer_organisation(actor: Actor, organisation_id: UUID, email: str, function: str) -> User:
    """Entrust an account to somebody: its owners lose it at once, its files and its other people stay.

    Its programs' tokens stop too: whoever had the account may know them. Raises Invalid (email, function), NotFound.
    """
    address, declared = check_email(email), check_line(function, "function", FUNCTION)
    with transaction(actor) as tx:
        organisation = _locked(tx, organisation_id, "organisation.transfer")
        user = take_account(tx, address)
        places = {place.user_id: place for place in queries.list_places(tx.session, organisation.id)}
        kept = places.pop(user.id, None)
        _remove(
            tx, organisation, [place for place in places.values() if place.role == "owner"], "organisation.transfer"
        )
        if kept is None:
            seat_owner(tx, organisation, user.id, declared)
        else:
            kept.role = "owner"
        _stop_programs(tx, organisation)
        organisation.proof, organisation.confirmed_at = "grades", tx.now
        tx.audit("organisation.transfer", organisation.id, user=str(user.id), role="owner")
        tx.emit("organisation.open", organisation.id, key=str(user.id))
        return user


def close_organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """End everybody's access to an account. It stays with its files, to be entrusted or asked for again."""
    with transaction(actor) as tx:
        organisation = _locked(tx, organisation_id, "organisation.close")
        places = queries.list_places(tx.session, organisation.id)
        _remove(tx, organisation, places, "organisation.close")
        _stop_programs(tx, organisation)
        end_reviews(tx, organisation.id, len(places))
        organisation.confirmed_at = None
        tx.audit("organisation.close", organisation.id, people=len(places))
        return organisation


def _locked(tx: Tx, organisation_id: UUID, action: str) -> Organisation:
    organisation = queries.get_organisation(tx.session, tx.tenant_id, organisation_id, lock=True)
    permit(PERMISSIONS, standing(tx, organisation_id), action, organisation)
    if organisation.kind != "legal_entity":
        raise Conflict(NOT_HERE)
    return organisation


def _found(tx: Tx, finess_ej: str) -> Organisation:
    """The account that was there first, locked."""
    found = queries.find_organisation(tx.session, finess_ej)
    if found is None:
        raise Conflict(MANAGED)
    return queries.get_organisation(tx.session, tx.tenant_id, found.id, lock=True)


def _remove(tx: Tx, organisation: Organisation, places: Iterable[OrganisationMember], why: str) -> None:
    for place in places:
        tx.audit("organisation_member.remove", organisation.id, user=str(place.user_id), role=place.role)
        tx.emit("organisation_member.remove", organisation.id, key=str(place.user_id))
        tx.emit(why, organisation.id, key=str(place.user_id))
        tx.session.delete(place)


def _stop_programs(tx: Tx, organisation: Organisation) -> None:
    for table in (ApiToken, ApiClient):
        mine = (table.organisation_id == organisation.id, table.revoked_at.is_(None))
        tx.session.execute(update(table).where(*mine).values(revoked_at=tx.now))
