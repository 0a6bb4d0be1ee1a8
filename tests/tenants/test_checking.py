"""The GRADeS looks after accounts: opens for somebody, confirms, entrusts, closes; roles of the portal's people."""

import threading
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.rooms import permissions
from kit.actor import Actor, operator
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound, Unauthenticated, Unconfirmed
from kit.transaction import transaction
from tenants.models import Organisation, Tenant
from tenants.queries.account import count_to_check, list_to_check
from tenants.rules.claim import Claimed
from tenants.service.checking import (
    close_organisation,
    confirm_organisation,
    open_account,
    transfer_organisation,
)
from tenants.service.colleague import add_member, list_colleagues
from tenants.service.organisation import get_organisation, join_organisation
from tenants.service.role import grant_role, list_memberships, list_people, revoke_from, revoke_role
from tenants.service.session import find_bearer
from tenants.service.token import create_token
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_supplier
from tests.tenants.claiming import LILAS, trust

Person = Callable[[str], Actor]


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody of the GRADeS."""
    return a_person(tenant, "grades_manager")


@pytest.fixture
def owned(person: Person) -> Organisation:
    """The account of Les Lilas, declared by directrice@lilas.fr."""
    return join_organisation(person("directrice@lilas.fr"), LILAS.finess_ej, LILAS.name, "Directrice")


def to_check(grades: Actor) -> list[str]:
    """The accounts that wait to be looked at."""
    with transaction(grades) as tx:
        found = list_to_check(tx.session)
        assert len(found) == count_to_check(tx.session)
        return [one.organisation.finess_ej or "" for one in found]


def test_an_account_opened_for_somebody_is_theirs_and_confirmed(person: Person, grades: Actor) -> None:
    organisation, user = open_account(grades, LILAS, "Directrice@lilas.fr", "Directrice")
    assert (organisation.proof, organisation.confirmed_at is None, user.email) == (
        "grades",
        False,
        "directrice@lilas.fr",
    )
    assert person("directrice@lilas.fr").organisations == {organisation.id: {"owner"}}
    assert to_check(grades) == []
    with pytest.raises(Conflict, match="quelqu’un le gère"):
        open_account(grades, LILAS, "autre@lilas.fr", "Directeur")


@pytest.mark.parametrize(
    ("email", "function", "field"),
    [("x", "Directrice", "email"), ("a@b.fr", "", "function"), ("", "", "email")],
)
def test_opening_names_what_is_wrong(grades: Actor, email: str, function: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        open_account(grades, LILAS, email, function)
    assert list(caught.value.fields) == [field]


def test_a_declared_account_waits_until_it_is_confirmed(grades: Actor, owned: Organisation) -> None:
    assert to_check(grades) == [LILAS.finess_ej]
    confirmed = confirm_organisation(grades, owned.id)
    assert confirm_organisation(grades, owned.id).confirmed_at == confirmed.confirmed_at
    assert to_check(grades) == []


def test_a_provider_that_the_grades_chose_is_not_to_be_checked(tenant: Tenant, grades: Actor, person: Person) -> None:
    from tenants.service.supplier import open_supplier

    with transaction(operator("tests", tenant.id)) as tx:
        organisation, _ = open_supplier(tx, "Breizh Audit", "chef@breizh.fr", "Gérante")
    assert (organisation.proof, organisation.confirmed_at is None) == ("grades", False)
    assert to_check(grades) == []


def test_an_account_is_entrusted_to_somebody_else(person: Person, grades: Actor, owned: Organisation) -> None:
    """Its owners lose it at once; the others and the files stay; its programs stop."""
    impostor = person("directrice@lilas.fr")
    add_member(impostor, owned.id, "comptable@lilas.fr", "reader", "Comptable")
    tenant_id = owned.tenant_id
    secret = create_token(
        operator("t", tenant_id), "essai", ["candidacy"], known_scopes=list(permissions()), finess_ej=LILAS.finess_ej
    )[1]
    assert find_bearer(tenant_id, secret, None) is not None
    transfer_organisation(grades, owned.id, "vraie@lilas.fr", "Directrice")
    assert person("directrice@lilas.fr").organisations == {}
    assert find_bearer(tenant_id, secret, None) is None
    _, people = list_colleagues(person("vraie@lilas.fr"), owned.id)
    assert {one.email: one.role for one in people} == {"comptable@lilas.fr": "reader", "vraie@lilas.fr": "owner"}
    assert to_check(grades) == []
    with pytest.raises(NotFound):
        add_member(impostor, owned.id, "ami@lilas.fr", "owner")


def test_a_colleague_who_is_entrusted_becomes_the_owner(person: Person, grades: Actor, owned: Organisation) -> None:
    add_member(person("directrice@lilas.fr"), owned.id, "comptable@lilas.fr", "reader", "Comptable")
    transfer_organisation(grades, owned.id, "comptable@lilas.fr", "Directrice")
    assert person("comptable@lilas.fr").organisations == {owned.id: {"owner"}}


def test_a_closed_account_keeps_its_row_and_can_be_entrusted_again(
    person: Person, grades: Actor, owned: Organisation
) -> None:
    add_member(person("directrice@lilas.fr"), owned.id, "comptable@lilas.fr", "reader")
    close_organisation(grades, owned.id)
    assert person("directrice@lilas.fr").organisations == person("comptable@lilas.fr").organisations == {}
    assert get_organisation(grades, owned.id).name == LILAS.name
    assert to_check(grades) == []
    organisation, _ = open_account(grades, LILAS, "suivante@lilas.fr", "Directrice")
    assert organisation.id == owned.id


def test_a_provider_is_not_closed_here(tenant: Tenant, grades: Actor) -> None:
    provider = a_supplier(tenant).provider.id
    for act in (confirm_organisation, close_organisation):
        with pytest.raises(Conflict, match="prestataire"):
            act(grades, provider)


def test_only_the_grades_does_and_after_a_fresh_proof(
    tenant: Tenant, person: Person, grades: Actor, owned: Organisation, make_tenant: Callable[..., Tenant]
) -> None:
    stale = replace(grades, stale=True)
    for act in (
        lambda: open_account(stale, Claimed("350000030", "X"), "a@b.fr", "Directrice"),
        lambda: transfer_organisation(stale, owned.id, "a@b.fr", "Directrice"),
        lambda: close_organisation(stale, owned.id),
    ):
        with pytest.raises(Unconfirmed):
            act()
    confirm_organisation(stale, owned.id)
    for actor in (a_person(tenant, "ars_manager"), person("directrice@lilas.fr")):
        for change in (confirm_organisation, close_organisation):
            with pytest.raises(Forbidden):
                change(actor, owned.id)
    elsewhere = a_person(make_tenant(), "grades_manager")
    for actor in (elsewhere, person("voisin@roses.fr")):
        for change in (confirm_organisation, close_organisation):
            with pytest.raises(NotFound):
                change(actor, owned.id)
    with pytest.raises(NotFound):
        confirm_organisation(grades, uuid4())
    with pytest.raises(Unauthenticated):
        open_account(Actor("anonymous", tenant.id), LILAS, "a@b.fr", "Directrice")


def test_a_portal_keeps_somebody_who_manages_it(tenant: Tenant, grades: Actor) -> None:
    with pytest.raises(Conflict, match="seule personne qui gère"):
        revoke_role(grades, grades.email, "grades_manager")
    other = grant_role(grades, "seconde@esante.fr", "grades_manager")
    revoke_from(grades, other.id, "grades_manager")
    with pytest.raises(NotFound):
        revoke_from(grades, other.id, "grades_manager")
    with pytest.raises(Conflict):
        revoke_role(operator("tests", tenant.id), grades.email, "grades_manager")


def test_two_managers_who_remove_each_other_leave_one(tenant: Tenant) -> None:
    first, second = a_person(tenant, "grades_manager"), a_person(tenant, "grades_manager")
    line, refused = threading.Barrier(2), []

    def remove(actor: Actor, other: Actor) -> None:
        line.wait()
        try:
            revoke_role(actor, other.email, "grades_manager")
        except CrrcError as error:
            refused.append(type(error))

    threads = [threading.Thread(target=remove, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert [role for _, role in list_memberships(operator("t", tenant.id))] == ["grades_manager"]


def test_a_role_taken_back_is_not_used_by_the_request_under_way(tenant: Tenant) -> None:
    """The actor was read before; the lock reads again."""
    first, second = a_person(tenant, "grades_manager"), a_person(tenant, "grades_manager")
    revoke_role(first, second.email, "grades_manager")
    with pytest.raises(Forbidden):
        grant_role(second, "ami@esante.fr", "grades_manager")
    with pytest.raises(Forbidden):
        revoke_role(second, first.email, "grades_manager")


def test_who_holds_what_and_when_they_were_last_seen(tenant: Tenant, person: Person, grades: Actor) -> None:
    grant_role(grades, "instructrice@ars.fr", "ars_instructor")
    grant_role(grades, "instructrice@ars.fr", "ars_manager")
    before = {one.email: one for one in list_people(grades)}
    assert before["instructrice@ars.fr"].roles == ["ars_instructor", "ars_manager"]
    assert before["instructrice@ars.fr"].seen_at is None
    assert before["instructrice@ars.fr"].since is not None
    person("instructrice@ars.fr")
    after = {one.email: one for one in list_people(grades)}
    assert after["instructrice@ars.fr"].seen_at is not None
    assert not after["instructrice@ars.fr"].has_factor
    with pytest.raises(Forbidden):
        list_people(person("directrice@lilas.fr"))


def test_last_seen_here_says_nothing_of_another_portals_log(
    tenant: Tenant, grades: Actor, make_tenant: Callable[..., Tenant]
) -> None:
    elsewhere = make_tenant()
    trust(elsewhere)
    boss = a_person(elsewhere, "grades_manager")
    both = grant_role(boss, "partagee@esante.fr", "ars_manager")
    grant_role(grades, "partagee@esante.fr", "ars_instructor")
    shown = next(one for one in list_people(grades) if one.user_id == both.id)
    assert (shown.roles, shown.seen_at) == (["ars_instructor"], None)


def test_a_closed_accounts_review_is_over(grades: Actor, owned: Organisation, tenant: Tenant) -> None:
    from tenants.models import AccountReview
    from tenants.service.account_review import open_reviews

    with transaction(operator("tests", tenant.id)) as tx:
        assert open_reviews(tx, owned.id) == 1
    close_organisation(grades, owned.id)
    with transaction(grades) as tx:
        review = tx.session.scalars(select(AccountReview)).one()
        assert (review.kept, review.removed) == (0, 1)
