"""The pages of reviews and of the portal's people; what the role of invoices can do; requests in flight."""

import re
import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from app.auth import view_permission
from app.rooms import permissions
from kit import clock
from kit.actor import Actor, operator, system
from kit.permissions import allows
from kit.transaction import transaction
from tenants.models import Organisation, Tenant
from tenants.queries.organisation import find_place
from tenants.queries.organisation import get_organisation as locked_organisation
from tenants.service.account_review import open_reviews
from tenants.service.colleague import add_member, remove_member
from tenants.service.organisation import join_organisation
from tenants.service.role import grant_role
from tests.browser import Browser, text_of
from tests.campaigns.applying import DURING, a_call, a_file, a_legal_entity, as_member
from tests.services_catalog.market import a_facility

pytestmark = pytest.mark.usefixtures("no_limits")
Person = Callable[[str], Actor]
SHUT = (403, 404)  # whoever is in no organisation is told no before anything is looked for
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]+)"|<form[^>]*action="([^"]+)"[^>]*method="post"')


@pytest.fixture
def owned(person: Person) -> Organisation:
    """An account with its owner and a reader."""
    organisation = join_organisation(person("directrice@lilas.fr"), "350000022", "LES LILAS", "Directrice")
    add_member(person("directrice@lilas.fr"), organisation.id, "comptable@lilas.fr", "reader", "Comptable")
    return organisation


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Browser:
    """The GRADeS's browser."""
    grant_role(operator("tests", tenant.id), "gestion@esante.fr", "grades_manager")
    return Browser(application, tenant).sign_in("gestion@esante.fr")


def open_all(tenant: Tenant) -> None:
    """It is the day of the reviews."""
    with transaction(system(tenant.id, "tests")) as tx:
        open_reviews(tx)


def test_an_owner_is_led_to_the_review_and_ends_it(
    application: Flask, tenant: Tenant, person: Person, owned: Organisation
) -> None:
    open_all(tenant)
    owner = Browser(application, tenant).sign_in("directrice@lilas.fr")
    members = owner.get(f"/organisations/{owned.id}/members")
    found = re.search(r'href="/[^/]+(/reviews/[^"]+)"', members.text)
    assert found is not None
    page = owner.get(found[1])
    assert "comptable@lilas.fr" in text_of(page)
    empty = owner.post(f"{found[1]}/close")
    assert (empty.status_code, "Choisissez si cette personne" in text_of(empty)) == (422, True)
    me, other = person("directrice@lilas.fr").user_id, person("comptable@lilas.fr").user_id
    nonsense = {f"person-{me}": "keep", f"person-{other}": "perhaps", "person-x": "keep"}
    assert owner.post(f"{found[1]}/close", nonsense).status_code in (404, 422)
    colleague = Browser(application, tenant).sign_in("comptable@lilas.fr")
    assert colleague.get(found[1]).status_code in SHUT
    assert colleague.get("/reviews").status_code == 403
    done = owner.post(f"{found[1]}/close", {f"person-{me}": "keep", f"person-{other}": "remove"})
    assert done.status_code == 303
    assert "La revue est terminée. 1 accès retiré." in text_of(owner.client.get(done.location)).replace("\xa0", " ")
    assert colleague.get(f"/organisations/{owned.id}/members").status_code in SHUT
    assert owner.post(f"{found[1]}/close", {f"person-{me}": "keep"}).status_code == 409
    assert "LES LILAS" in owner.get("/reviews?state=closed").text.upper()


def test_the_grades_sees_all_reviews(tenant: Tenant, owned: Organisation, grades: Browser) -> None:
    open_all(tenant)
    page = grades.get("/reviews")
    assert "Équipe du portail" in text_of(page)
    assert "2 personnes" in text_of(page).replace("\xa0", " ")
    assert grades.get("/reviews?after=x").status_code == 404
    assert grades.get(f"/reviews/{uuid4()}").status_code == 404


def test_the_portals_people_page_gives_and_takes_roles(application: Flask, tenant: Tenant, grades: Browser) -> None:
    assert grades.post("/staff/people", {"email": "x", "role": "ars_manager"}).status_code == 422
    assert grades.post("/staff/people", {"email": "a@ars.fr", "role": "king"}).status_code == 422
    assert grades.post("/staff/people", {"email": "a@ars.fr", "role": "ars_manager"}).status_code == 303
    assert grades.post("/staff/people", {"email": "a@ars.fr", "role": "ars_manager"}).status_code == 409
    page = grades.get("/staff/people")
    assert "a@ars.fr" in text_of(page)
    revoke = re.search(r'action="/[^/]+(/staff/people/[0-9a-f-]+/revoke)"', page.text.split("a@ars.fr")[1])
    assert revoke is not None
    ars = Browser(application, tenant).sign_in("a@ars.fr")
    seen = ars.get("/staff/people")
    assert (seen.status_code, "Donner un rôle" in text_of(seen)) == (200, False)
    assert ars.post("/staff/people", {"email": "b@ars.fr", "role": "grades_manager"}).status_code == 403
    assert grades.post(revoke[1], {"role": "ars_manager"}).status_code == 303
    assert ars.get("/staff/people").status_code == 403
    assert grades.post(revoke[1], {"role": "ars_manager"}).status_code == 404
    mine = re.search(r'action="/[^/]+(/staff/people/[0-9a-f-]+/revoke)"', grades.get("/staff/people").text)
    assert mine is not None
    last = grades.post(mine[1], {"role": "grades_manager"})
    assert (last.status_code, "seule personne qui gère" in text_of(last)) == (409, True)


def test_the_role_of_invoices_reads_and_pays_and_nothing_else() -> None:
    """What it may do to its organisation's things that a reader may not, in the whole house."""

    class Thing:
        organisation_id, user_id, kind, submitted_at, shared_at, state = uuid4(), None, "x", None, None, "x"
        is_funder, provider_id = False, None

    def may(role: str) -> set[str]:
        somebody = Actor("person", uuid4(), user_id=uuid4(), organisations={Thing.organisation_id: frozenset({role})})
        return {action for action in permissions() if allows(permissions(), somebody, action, Thing)}

    assert may("billing") - may("reader") == {"receivable.contest", "checkout.create"}
    assert may("reader") - may("billing") == set()
    assert may("billing") < may("owner")


def test_no_page_shows_the_role_of_invoices_a_button_that_answers_no(application: Flask, tenant: Tenant) -> None:
    """Every page that it may open, and every form on it."""
    facility = a_facility(tenant)
    boss = as_member(facility.owner)
    add_member(boss, facility.organisation.id, "factures@lilas.fr", "billing", "Comptable")
    browser = Browser(application, tenant).sign_in("factures@lilas.fr")
    actor = Actor("person", tenant.id, uuid4(), organisations={facility.organisation.id: frozenset({"billing"})})
    adapter = application.url_map.bind("localhost")
    paths = [
        one.rule.removeprefix("/<tenant>")
        for one in application.url_map.iter_rules()
        if one.arguments == {"tenant"} and "GET" in (one.methods or ()) and not one.rule.startswith("/api/")
    ]
    paths.append(f"/organisations/{facility.organisation.id}/members")
    opened, wrong = 0, []
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code < 500, path
        if (answer.status_code, answer.mimetype) != (200, "text/html"):
            continue
        opened += 1
        for pair in FORM.findall(answer.text):
            endpoint, _ = adapter.match((pair[0] or pair[1]).split("?")[0], "POST")
            action = view_permission(application, endpoint, "POST")
            if action is None or not allows(permissions(), actor, action):
                wrong.append(f"{path}: {endpoint} ({action})")
    assert wrong == []
    assert opened > 12
    assert "Factures" in text_of(browser.get("/account"))
    assert browser.get("/invoices").status_code == 200


def test_whoever_is_removed_while_their_request_waits_changes_nobody(
    application: Flask, tenant: Tenant, person: Person, owned: Organisation
) -> None:
    """Their request was under way, waiting for the lock; it reads again what they hold, and finds nothing."""
    first = person("directrice@lilas.fr")
    add_member(first, owned.id, "adjointe@lilas.fr", "owner")
    leaving = Browser(application, tenant).sign_in("adjointe@lilas.fr")
    gone = person("adjointe@lilas.fr").user_id
    assert gone is not None
    form = {"email": "ami@ailleurs.fr", "role": "owner", "function": "Ami"}
    answers: list[int] = []
    path = f"/organisations/{owned.id}/members"
    with transaction(system(tenant.id, "tests")) as tx:
        locked_organisation(tx.session, tenant.id, owned.id, lock=True)
        thread = threading.Thread(target=lambda: answers.append(leaving.post(path, form).status_code))
        thread.start()
        thread.join(0.5)
        assert answers == []
        place = find_place(tx.session, tenant.id, owned.id, gone)
        assert place is not None
        tx.session.delete(place)
    thread.join(10)
    assert answers == [404]
    assert leaving.get(path).status_code in SHUT
    assert "ami@ailleurs.fr" not in Browser(application, tenant).sign_in("directrice@lilas.fr").get(path).text


def test_whoever_leaves_leaves_their_files(application: Flask, tenant: Tenant, person: Person) -> None:
    number, edition = a_legal_entity()
    call = a_call(tenant, edition)
    author, file = a_file(tenant, call, number)
    with clock.frozen(DURING):
        writer = Browser(application, tenant).sign_in(author.email)
        assert writer.get(f"/candidacies/{file.id}").status_code == 200
        boss = as_member(author)
        add_member(boss, file.organisation_id, "suivante@ajoncs.fr", "owner")
        next_one = Browser(application, tenant).sign_in("suivante@ajoncs.fr")
        assert author.user_id is not None
        remove_member(person("suivante@ajoncs.fr"), file.organisation_id, author.user_id)
        assert writer.get(f"/candidacies/{file.id}").status_code in SHUT
        assert writer.post(f"/candidacies/{file.id}/withdraw").status_code in SHUT
        assert next_one.get(f"/candidacies/{file.id}").status_code == 200
