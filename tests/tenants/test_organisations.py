"""Organisations: opened by the first, kept by their owners, never without one, and files outlive people."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from kit.actor import Actor
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Organisation, Tenant
from tenants.service.colleague import (
    add_member,
    change_role,
    leave_organisation,
    list_colleagues,
    remove_member,
)
from tenants.service.organisation import get_organisation, join_organisation, list_my_organisations

EJ = "350000022"
Person = Callable[[str], Actor]


@pytest.fixture
def organisation(person: Person) -> Organisation:
    """An organisation that directrice@lilas.fr has opened."""
    return join_organisation(person("directrice@lilas.fr"), EJ, "ASSOCIATION LES LILAS ", " Directrice ")


def roles(actor: Actor, organisation_id: UUID) -> dict[str, str]:
    """address → role of everybody in it."""
    _, people = list_colleagues(actor, organisation_id)
    return {one.email: one.role for one in people}


def test_the_first_who_declares_becomes_the_owner(person: Person, organisation: Organisation) -> None:
    me = person("directrice@lilas.fr")
    assert me.organisations == {organisation.id: {"owner"}}
    ((mine, place),) = list_my_organisations(me)
    assert (mine.name, place.role, place.function) == ("ASSOCIATION LES LILAS", "owner", "Directrice")
    assert join_organisation(me, EJ, "autre nom", "Directrice").id == organisation.id


def test_the_second_is_told_whom_to_ask(person: Person, organisation: Organisation) -> None:
    with pytest.raises(Conflict) as caught:
        join_organisation(person("autre@lilas.fr"), "350 000 022", "ASSOCIATION LES LILAS", "Comptable")
    assert "d…@lilas.fr" in caught.value.sentence
    assert "directrice" not in caught.value.sentence


def test_joining_wants_a_person_a_number_and_a_function(person: Person, tenant: Tenant) -> None:
    from kit.actor import anonymous, system

    with pytest.raises(Unauthenticated):
        join_organisation(anonymous(tenant.id), EJ, "X", "Directrice")
    with pytest.raises(Unauthenticated):
        join_organisation(system(tenant.id, "t"), EJ, "X", "Directrice")
    with pytest.raises(Invalid) as caught:
        join_organisation(person("a@b.fr"), EJ, "X", " ")
    assert "function" in caught.value.fields
    with pytest.raises(Invalid):
        join_organisation(person("a@b.fr"), "35", "X", "Directrice")


def test_of_two_who_declare_together_one_becomes_the_owner(person: Person) -> None:
    people = [person(f"p{number}@x.fr") for number in range(4)]
    line, opened, refused = threading.Barrier(4), [], []

    def join(actor: Actor) -> None:
        line.wait()
        try:
            opened.append(join_organisation(actor, "350000030", "X", "Directeur"))
        except Conflict as error:
            refused.append(error.sentence)

    threads = [threading.Thread(target=join, args=[actor]) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(opened), len(refused)) == (1, 3)
    assert all("p…@x.fr" in sentence for sentence in refused)


def test_an_owner_adds_changes_and_removes(person: Person, organisation: Organisation) -> None:
    owner = person("directrice@lilas.fr")
    added = add_member(owner, organisation.id, "Comptable@lilas.fr", "reader", "Comptable")
    with pytest.raises(Conflict, match="fait déjà partie"):
        add_member(owner, organisation.id, "comptable@lilas.fr", "owner")
    change_role(owner, organisation.id, added.id, "editor")
    colleague = person("comptable@lilas.fr")
    assert colleague.organisations[organisation.id] == {"editor"}
    assert roles(colleague, organisation.id) == {"directrice@lilas.fr": "owner", "comptable@lilas.fr": "editor"}
    with pytest.raises(Forbidden):
        add_member(colleague, organisation.id, "ami@lilas.fr", "owner")
    remove_member(owner, organisation.id, added.id)
    assert person("comptable@lilas.fr").organisations == {}
    with pytest.raises(NotFound):
        remove_member(owner, organisation.id, added.id)
    with pytest.raises(NotFound):
        change_role(owner, organisation.id, added.id, "owner")


def test_whoever_left_sees_nothing_and_the_account_stays(person: Person, organisation: Organisation) -> None:
    owner = person("directrice@lilas.fr")
    add_member(owner, organisation.id, "suivante@lilas.fr", "owner")
    leave_organisation(owner, organisation.id)
    with pytest.raises(NotFound):
        list_colleagues(person("directrice@lilas.fr"), organisation.id)
    assert roles(person("suivante@lilas.fr"), organisation.id) == {"suivante@lilas.fr": "owner"}


def test_the_last_owner_stays(person: Person, organisation: Organisation) -> None:
    owner = person("directrice@lilas.fr")
    assert owner.user_id is not None
    add_member(owner, organisation.id, "comptable@lilas.fr", "editor")
    for leaving in (
        lambda: leave_organisation(owner, organisation.id),
        lambda: remove_member(owner, organisation.id, owner.user_id or UUID(int=0)),
        lambda: change_role(owner, organisation.id, owner.user_id or UUID(int=0), "reader"),
    ):
        with pytest.raises(Conflict, match="seule personne responsable"):
            leaving()
    change_role(owner, organisation.id, owner.user_id, "owner")


def test_two_owners_who_leave_together_do_not_both_leave(person: Person, organisation: Organisation) -> None:
    first = person("directrice@lilas.fr")
    add_member(first, organisation.id, "adjointe@lilas.fr", "owner")
    second = person("adjointe@lilas.fr")
    line, left, stayed = threading.Barrier(2), [], []

    def leave(actor: Actor) -> None:
        line.wait()
        try:
            leave_organisation(actor, organisation.id)
            left.append(actor.email)
        except Conflict:
            stayed.append(actor.email)

    threads = [threading.Thread(target=leave, args=[actor]) for actor in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(left), len(stayed)) == (1, 1)


def test_strangers_and_other_portals_find_nothing(
    person: Person, organisation: Organisation, make_tenant: Callable[..., Tenant]
) -> None:
    stranger = person("voisin@roses.fr")
    with pytest.raises(NotFound):
        get_organisation(stranger, organisation.id)
    with pytest.raises(NotFound):
        add_member(stranger, organisation.id, "voisin@roses.fr", "owner")
    elsewhere = Actor(
        "person",
        make_tenant().id,
        user_id=stranger.user_id,
        roles=frozenset({"grades_manager"}),
        organisations={organisation.id: frozenset({"owner"})},
    )
    with pytest.raises(NotFound):
        get_organisation(elsewhere, organisation.id)
    with pytest.raises(NotFound):
        add_member(elsewhere, organisation.id, "voisin@roses.fr", "owner")


def test_whoever_was_added_is_told(person: Person, organisation: Organisation) -> None:
    """By an event that names the organisation and, as its key, the person."""
    from tenants.service.colleague import added_member

    owner = person("directrice@lilas.fr")
    added = add_member(owner, organisation.id, "comptable@lilas.fr", "reader")
    with transaction(owner) as tx:
        event = tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "organisation_member.add")).one()
        told = added_member(tx, event.subject_id, UUID(event.key))
    assert told is not None
    assert (told[0].id, told[1].id, told[2]) == (organisation.id, added.id, "reader")
    remove_member(owner, organisation.id, added.id)
    with transaction(owner) as tx:
        assert added_member(tx, organisation.id, added.id) is None
