"""Claiming a legal entity: who enters at once, who waits, who answers; what a stranger never learns or sees."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest

from kit.actor import Actor
from kit.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated
from tenants.models import Organisation, Tenant
from tenants.service.claim import MOST_A_DAY, MOST_FILES, Upload, claim, withdraw_claim
from tenants.service.claim_answer import accept_claim, refuse_claim
from tenants.service.claim_reading import list_my_claims, list_waiting, page_of_claims, read_proof, view_claim
from tenants.service.colleague import add_member, leave_organisation, list_colleagues
from tenants.service.organisation import get_organisation, join_organisation
from tests.campaigns.files import a_person
from tests.tenants.claiming import (
    LILAS,
    PNG,
    SIRET,
    WHY,
    a_proof,
    ask,
    came_by,
    trust,
    want_proof,
)

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


def test_where_the_portal_checks_later_the_first_opens_at_once(person: Person) -> None:
    me = person("directrice@lilas.fr")
    opened = claim(me, LILAS, "Directrice", "")
    assert isinstance(opened, Organisation)
    assert (opened.proof, opened.confirmed_at) == ("declaration", None)
    assert person("directrice@lilas.fr").organisations == {opened.id: {"owner"}}


def test_where_the_portal_checks_first_the_grades_opens(tenant: Tenant, person: Person, grades: Actor) -> None:
    want_proof(tenant)
    me = person("directrice@lilas.fr")
    with pytest.raises(Conflict, match="vérifie d’abord"):
        join_organisation(me, LILAS.finess_ej, LILAS.name, "Directrice")
    with pytest.raises(Invalid) as caught:
        claim(me, LILAS, "Directrice", " ")
    assert list(caught.value.fields) == ["evidence"]
    asked = ask(me)
    assert (asked.role, asked.state) == ("owner", "asked")
    assert person("directrice@lilas.fr").organisations == {}
    opened = accept_claim(grades, asked.id)
    assert (opened.finess_ej, opened.proof, opened.confirmed_at is None) == (LILAS.finess_ej, "request", False)
    assert person("directrice@lilas.fr").organisations == {opened.id: {"owner"}}


@pytest.mark.parametrize("policy", ["later", "before"])
def test_a_siret_of_the_entity_told_by_proconnect_opens_and_confirms(
    tenant: Tenant, person: Person, policy: str
) -> None:
    if policy == "before":
        want_proof(tenant)
    trust(tenant)
    opened = claim(came_by(person("directrice@lilas.fr"), siret=SIRET), LILAS, "Directrice", "")
    assert isinstance(opened, Organisation)
    assert (opened.proof, opened.confirmed_at is None) == ("proconnect", False)


def test_an_activity_told_by_pro_sante_connect_opens_and_confirms(tenant: Tenant, person: Person) -> None:
    want_proof(tenant)
    trust(tenant, "psc")
    doctor = came_by(person("medecin@lilas.fr"), "psc", activities=[{"name": "EHPAD", "finess_et": "350000113"}])
    opened = claim(doctor, LILAS, "Médecin coordonnateur", "")
    assert isinstance(opened, Organisation)
    assert opened.proof == "psc"


def test_what_a_provider_told_proves_nothing_more_than_it_says(tenant: Tenant, person: Person) -> None:
    """Another entity's SIRET; an activity elsewhere; a SIRET when the register knows no SIREN."""
    want_proof(tenant)
    trust(tenant)
    trust(tenant, "psc", "https://psc.test")
    other = came_by(person("a@lilas.fr"), siret="35600000000048")
    assert ask(other).siret == "35600000000048"
    doctor = came_by(person("b@lilas.fr"), "psc", "https://psc.test", activities=[{"finess_et": "350000999"}])
    ask(doctor)
    here = came_by(person("c@lilas.fr"), siret=SIRET)
    ask(here, replace(LILAS, finess_ej="350000030", siren=None, finess_et=frozenset()))


def test_another_portals_provider_proves_nothing_here(
    tenant: Tenant, person: Person, make_tenant: Callable[..., Tenant]
) -> None:
    """Whoever configures a portal can make its provider say anything: another portal does not believe it."""
    want_proof(tenant)
    trust(make_tenant())
    asked = ask(came_by(person("a@lilas.fr"), siret=SIRET))
    assert asked.siret is None
    trust(tenant, issuer="https://identite.test/api/v2.evil")
    assert ask(came_by(person("b@lilas.fr"), siret=SIRET)).siret is None


def test_a_provider_that_was_turned_off_proves_nothing(tenant: Tenant, person: Person) -> None:
    want_proof(tenant)
    trust(tenant, enabled=False)
    assert ask(came_by(person("a@lilas.fr"), siret=SIRET)).siret is None


def test_somebody_elses_session_proves_nothing(tenant: Tenant, person: Person) -> None:
    want_proof(tenant)
    trust(tenant)
    theirs = came_by(person("directrice@lilas.fr"), siret=SIRET)
    ask(replace(person("autre@lilas.fr"), session_id=theirs.session_id))


def test_once_an_account_exists_a_siret_opens_nothing(tenant: Tenant, person: Person, owned: Organisation) -> None:
    trust(tenant)
    asked = ask(came_by(person("comptable@lilas.fr"), siret=SIRET))
    assert (asked.state, asked.siret, asked.role) == ("asked", SIRET, "editor")
    assert person("comptable@lilas.fr").organisations == {}
    with pytest.raises(NotFound):
        get_organisation(person("comptable@lilas.fr"), owned.id)


def test_an_owner_answers_with_the_role_they_choose(person: Person, owned: Organisation) -> None:
    owner, asker = person("directrice@lilas.fr"), person("comptable@lilas.fr")
    asked = ask(asker, role="owner")
    assert [one.claim.id for one in list_waiting(owner, owned.id)] == [asked.id]
    accept_claim(owner, asked.id, "billing")
    assert person("comptable@lilas.fr").organisations == {owned.id: {"billing"}}
    found = view_claim(asker, asked.id).request.claim
    assert (found.state, found.role, found.decided_by) == ("accepted", "billing", owner.user_id)
    assert list_waiting(owner, owned.id) == []
    _, people = list_colleagues(owner, owned.id)
    assert people[1].function == "Comptable"


def test_the_grades_answers_too(person: Person, owned: Organisation, grades: Actor) -> None:
    asked = ask(person("comptable@lilas.fr"))
    accept_claim(grades, asked.id, "reader")
    assert person("comptable@lilas.fr").organisations == {owned.id: {"reader"}}


def test_a_refusal_says_why_and_one_may_ask_again(person: Person, owned: Organisation) -> None:
    owner, asker = person("directrice@lilas.fr"), person("comptable@lilas.fr")
    asked = ask(asker)
    with pytest.raises(Invalid) as caught:
        refuse_claim(owner, asked.id, " ")
    assert list(caught.value.fields) == ["reason"]
    assert refuse_claim(owner, asked.id, "Vous avez quitté l’établissement.").decision.startswith("Vous avez")
    assert person("comptable@lilas.fr").organisations == {}
    assert ask(asker).id != asked.id
    assert [one.claim.state for one in list_my_claims(asker)] == ["asked", "refused"]


@pytest.mark.parametrize("first", ["accept", "refuse", "withdraw"])
def test_what_was_answered_or_withdrawn_is_over(person: Person, owned: Organisation, first: str) -> None:
    owner, asker = person("directrice@lilas.fr"), person("comptable@lilas.fr")
    asked = ask(asker)
    acts: dict[str, Callable[[], object]] = {
        "accept": lambda: accept_claim(owner, asked.id, "editor"),
        "refuse": lambda: refuse_claim(owner, asked.id, "Inconnue ici."),
        "withdraw": lambda: withdraw_claim(asker, asked.id),
    }
    acts[first]()
    for act in acts.values():
        with pytest.raises(Conflict, match="déjà reçu une réponse"):
            act()
    inside = {owned.id: {"editor"}} if first == "accept" else {}
    assert person("comptable@lilas.fr").organisations == inside


def test_strangers_readers_and_authors_do_not_answer(
    person: Person, owned: Organisation, tenant: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    owner, asker = person("directrice@lilas.fr"), person("comptable@lilas.fr")
    add_member(owner, owned.id, "lecteur@lilas.fr", "reader")
    asked = ask(asker)
    stranger, instructor = person("voisin@roses.fr"), a_person(tenant, "ars_manager")
    elsewhere = a_person(make_tenant(), "grades_manager")
    for actor in (stranger, instructor, elsewhere, person("lecteur@lilas.fr")):
        for act in (view_claim, read_proof):
            with pytest.raises(NotFound):
                act(actor, asked.id)
        with pytest.raises(NotFound):
            accept_claim(actor, asked.id, "owner")
        with pytest.raises(NotFound):
            refuse_claim(actor, asked.id, "Non, vraiment.")
        with pytest.raises(NotFound):
            withdraw_claim(actor, asked.id)
    with pytest.raises(Forbidden):
        accept_claim(asker, asked.id, "owner")
    with pytest.raises(NotFound):
        accept_claim(owner, uuid4(), "owner")
    assert view_claim(owner, asked.id).request.claim.state == "asked"


def test_nobody_answers_their_own_request(person: Person, owned: Organisation, tenant: Tenant) -> None:
    manager = a_person(tenant, "grades_manager")
    asked = ask(manager)
    with pytest.raises(Forbidden, match="Une autre personne"):
        accept_claim(manager, asked.id, "owner")


def test_who_owns_an_account_is_not_told(person: Person, owned: Organisation) -> None:
    """Neither to whoever asks, nor in their request; the candidacy's refusal masks the address."""
    asker = person("curieux@ailleurs.fr")
    asked = ask(asker)
    seen = view_claim(asker, asked.id)
    assert "directrice@" not in repr((asked.__dict__, seen.request.author.email))
    with pytest.raises(Conflict) as caught:
        join_organisation(asker, LILAS.finess_ej, LILAS.name, "Curieux")
    assert "directrice" not in caught.value.sentence


def test_one_waits_once(person: Person, owned: Organisation) -> None:
    asker = person("comptable@lilas.fr")
    ask(asker)
    with pytest.raises(Conflict, match="déjà une demande"):
        ask(asker)
    with pytest.raises(Conflict, match="faites déjà partie"):
        ask(person("directrice@lilas.fr"))


def test_a_member_who_adds_the_asker_has_answered(person: Person, owned: Organisation) -> None:
    asker = person("comptable@lilas.fr")
    asked = ask(asker)
    add_member(person("directrice@lilas.fr"), owned.id, "comptable@lilas.fr", "reader")
    found = view_claim(asker, asked.id).request.claim
    assert (found.state, found.role) == ("accepted", "reader")


def test_an_account_whose_people_all_left_is_the_gradess_to_give(
    person: Person, owned: Organisation, grades: Actor
) -> None:
    from tenants.service.checking import close_organisation

    close_organisation(grades, owned.id)
    asker = person("suivante@lilas.fr")
    with pytest.raises(Conflict, match="Personne ne le gère"):
        join_organisation(asker, LILAS.finess_ej, LILAS.name, "Directrice")
    asked = ask(asker)
    with pytest.raises(Invalid) as caught:
        accept_claim(grades, asked.id, "reader")
    assert list(caught.value.fields) == ["role"]
    assert accept_claim(grades, asked.id, "owner").id == owned.id
    assert person("suivante@lilas.fr").organisations == {owned.id: {"owner"}}


def test_a_proof_is_kept_and_read_by_those_who_answer(person: Person, owned: Organisation, grades: Actor) -> None:
    asker = person("comptable@lilas.fr")
    asked = ask(asker, file=a_proof("../../etc/carte.png", PNG))
    assert (asked.file_name, asked.file_type, asked.file_bytes) == ("carte.png", "image/png", len(PNG))
    for actor in (asker, person("directrice@lilas.fr"), grades):
        assert read_proof(actor, asked.id)[1] == PNG
    without = ask(person("autre@lilas.fr"))
    with pytest.raises(NotFound):
        read_proof(grades, without.id)


def test_a_page_in_disguise_is_refused_and_nothing_waits(person: Person, owned: Organisation) -> None:
    asker = person("comptable@lilas.fr")
    with pytest.raises(Invalid) as caught:
        ask(asker, file=a_proof("attestation.pdf", b"<!doctype html><script>alert(1)</script>"))
    assert list(caught.value.fields) == ["file"]
    assert list_my_claims(asker) == []


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("", WHY, "editor"), "function"),
        (("Comptable", "", "editor"), "evidence"),
        (("Comptable", WHY, "king"), "role"),
        (("Comptable", "x" * 2001, "editor"), "evidence"),
        (("Compta\x00ble", WHY, "editor"), "function"),
    ],
    ids=["no function", "no evidence", "no such role", "long", "control"],
)
def test_what_is_wrong_is_named(person: Person, owned: Organisation, words: tuple[str, str, str], field: str) -> None:
    function, evidence, role = words
    with pytest.raises(Invalid) as caught:
        claim(person("comptable@lilas.fr"), LILAS, function, evidence, None, role)
    assert list(caught.value.fields) == [field]


def test_only_people_ask(tenant: Tenant) -> None:
    with pytest.raises(Unauthenticated):
        claim(Actor("anonymous", tenant.id), LILAS, "Directrice", WHY)
    with pytest.raises(Forbidden):
        token = Actor("token", tenant.id, scopes=frozenset({"organisation_claim"}))
        claim(token, LILAS, "Directrice", WHY)


def test_requests_by_the_dozen_are_stopped(person: Person, owned: Organisation) -> None:
    asker = person("presse@lilas.fr")
    for _ in range(MOST_A_DAY):
        withdraw_claim(asker, ask(asker).id)
    with pytest.raises(TooManyRequests):
        ask(asker)


def test_files_by_the_dozen_are_looked_at_no_more(person: Person, owned: Organisation) -> None:
    """Right or wrong: a file may be made to be long to read."""
    asker = person("presse@lilas.fr")
    for _ in range(MOST_FILES):
        with pytest.raises(Invalid):
            claim(asker, LILAS, "Presse", WHY, Upload("preuve.pdf", BytesIO(b"%PDF-1.7")))
    with pytest.raises(TooManyRequests):
        claim(asker, LILAS, "Presse", WHY, Upload("preuve.pdf", BytesIO(b"%PDF-1.7")))


def test_pages_of_requests(person: Person, owned: Organisation, grades: Actor) -> None:
    asked = [ask(person(f"p{number}@lilas.fr")) for number in range(5)]
    seen: list[UUID] = []
    after: UUID | None = None
    while True:
        items, after = page_of_claims(grades, "asked", after, 2)
        seen += [one.claim.id for one in items]
        if after is None:
            break
    assert seen == [one.id for one in reversed(asked)]
    owner = person("directrice@lilas.fr")
    assert len(page_of_claims(owner, None, None, 50)[0]) == 5
    add_member(owner, owned.id, "seconde@lilas.fr", "owner")
    leave_organisation(owner, owned.id)
    with pytest.raises(Forbidden):
        page_of_claims(replace(person("directrice@lilas.fr"), kind="token"), None, None)
