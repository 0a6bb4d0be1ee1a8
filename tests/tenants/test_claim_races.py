"""Requests for accounts, together: opened once, answered once, and by nobody who has just lost the right to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from kit.actor import Actor
from kit.errors import Conflict, CrrcError, Invalid, NotFound
from tenants.models import Organisation, Tenant
from tenants.rules.claim import Claimed
from tenants.service.claim import claim, withdraw_claim
from tenants.service.claim_answer import accept_claim, refuse_claim
from tenants.service.claim_reading import view_claim
from tenants.service.colleague import add_member, remove_member
from tenants.service.organisation import join_organisation
from tests.campaigns.files import a_person
from tests.tenants.claiming import LILAS, ask, want_proof

pytestmark = pytest.mark.usefixtures("no_limits")
Person = Callable[[str], Actor]


@pytest.fixture
def owned(person: Person) -> Organisation:
    """The account of Les Lilas, that directrice@lilas.fr has opened."""
    return join_organisation(person("directrice@lilas.fr"), LILAS.finess_ej, LILAS.name, "Directrice")


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody of the GRADeS."""
    return a_person(tenant, "grades_manager")


def together(*acts: Callable[[], object]) -> list[object]:
    """What each gives, all begun at the same instant."""
    line = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        line.wait()
        try:
            return act()
        except CrrcError as error:
            return type(error)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_of_two_who_open_together_one_does_and_the_other_is_asked_why(person: Person) -> None:
    people = [person(f"p{number}@x.fr") for number in range(4)]
    entity = Claimed("350000048", "X")
    found = together(*(lambda actor=actor: claim(actor, entity, "Directeur", "") for actor in people))
    assert sum(isinstance(one, Organisation) for one in found) == 1
    assert sum(one is Invalid for one in found) == 3


def test_accepted_twice_at_once_is_accepted_once(person: Person, owned: Organisation, grades: Actor) -> None:
    owner = person("directrice@lilas.fr")
    for number in range(3):
        asked = ask(person(f"p{number}@lilas.fr"))
        found = together(
            lambda asked=asked: accept_claim(owner, asked.id, "reader"),  # type: ignore[misc]
            lambda asked=asked: accept_claim(grades, asked.id, "owner"),  # type: ignore[misc]
            lambda asked=asked: refuse_claim(grades, asked.id, "Inconnue ici."),  # type: ignore[misc]
        )
        assert sum(one is Conflict for one in found) == 2
        state = view_claim(grades, asked.id).request.claim
        inside = person(f"p{number}@lilas.fr").organisations.get(owned.id)
        assert inside == ({state.role} if state.state == "accepted" else None)


def test_withdrawn_while_it_is_accepted_is_one_or_the_other(person: Person, owned: Organisation) -> None:
    owner, asker = person("directrice@lilas.fr"), person("comptable@lilas.fr")
    asked = ask(asker)
    found = together(lambda: accept_claim(owner, asked.id, "reader"), lambda: withdraw_claim(asker, asked.id))
    assert sum(one is Conflict for one in found) == 1
    accepted = view_claim(owner, asked.id).request.claim.state == "accepted"
    assert (owned.id in person("comptable@lilas.fr").organisations) == accepted


def test_two_requests_for_no_account_accepted_together_open_it_once(
    tenant: Tenant, person: Person, grades: Actor
) -> None:
    want_proof(tenant)
    asked = [ask(person(f"p{number}@lilas.fr")) for number in range(2)]
    found = together(*(lambda one=one: accept_claim(grades, one.id) for one in asked))
    assert sum(isinstance(one, Organisation) for one in found) == 1
    states = {view_claim(grades, one.id).request.claim.state for one in asked}
    assert states == {"accepted", "asked"}


def test_an_owner_removed_meanwhile_does_not_answer_any_more(person: Person, owned: Organisation) -> None:
    """Their request began when they were still an owner: the lock reads again what they hold."""
    first = person("directrice@lilas.fr")
    add_member(first, owned.id, "adjointe@lilas.fr", "owner")
    removed = person("adjointe@lilas.fr")
    asked = ask(person("comptable@lilas.fr"))
    assert removed.user_id is not None
    remove_member(first, owned.id, removed.user_id)
    with pytest.raises(NotFound):
        accept_claim(removed, asked.id, "owner")
    with pytest.raises(NotFound):
        add_member(removed, owned.id, "ami@lilas.fr", "owner")
    with pytest.raises(NotFound):
        remove_member(removed, owned.id, first.user_id or UUID(int=0))
