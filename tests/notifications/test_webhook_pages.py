"""Pages and API of webhooks: the secret once, the log, telling again, faults that name their field."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rooms import permissions
from app.subscriptions import SUBSCRIPTIONS
from app.topics import TOPICS
from kit.actor import Actor, operator
from kit.errors import Conflict
from kit.transaction import transaction
from notifications.jobs.webhooks import WEBHOOKS
from notifications.models import WebhookEndpoint
from notifications.rules.webhook import MOST_ENDPOINTS
from notifications.service import webhook
from tenants.models import Tenant
from tenants.service.role import grant_role
from tenants.service.token import create_token
from tests.browser import Browser, text_of
from tests.notifications.listener import a_listener
from tests.notifications.listening import an_endpoint
from tests.notifications.test_webhook_sending import happens

LIST, NEW = "/staff/webhooks", "/staff/webhooks/new"
GOOD: dict[str, Any] = {
    "name": "Entrepôt de l’ARS",
    "url": "https://hooks.example/crrc?key=1",
    "topics": ["candidacy.submit", "invoice.issue"],
}
KNOWN = {topic: text for part in TOPICS.values() for topic, text in part.items()}


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Browser:
    """The browser of somebody of the GRADeS."""
    grant_role(operator("tests", tenant.id), "chef@grades.fr", "grades_manager")
    return Browser(application, tenant).sign_in("chef@grades.fr")


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    return operator("tests", tenant.id)


@pytest.fixture
def program(application: Flask, tenant: Tenant) -> Callable[..., TestResponse]:
    """A program that may do everything with webhooks."""
    scopes = ["webhook_endpoint", "webhook_delivery"]
    secret = create_token(operator("t", tenant.id), "essai", scopes, known_scopes=list(permissions()))[1]
    client = application.test_client()

    def call(method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        kept = {"Authorization": f"Bearer {secret}", **headers}
        sent = {} if body is None else {"json": body}
        return client.open(f"/api/v1/{tenant.slug}{path}", method=method, headers=kept, **sent)

    return call


def secret_in(page: str) -> str:
    """The secret that a page shows."""
    found = re.search(r"whsec_[A-Za-z0-9+/]{43}=", page)
    assert found is not None
    return found[0]


def test_what_is_told_outside_exists_and_is_said_in_a_sentence() -> None:
    """Each topic is somebody's: a move of a machine, or news that a command tells."""
    import ast
    from pathlib import Path

    project = Path(__file__).resolve().parents[2]
    told = set(SUBSCRIPTIONS)
    for package in ("billing", "bookings", "campaigns", "services_catalog", "tenants"):
        for path in (project / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "emit":
                    told |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    states = (project / "docs/golden/states.txt").read_text()
    told |= {f"{name}.{move}" for name, move in re.findall(r"^(\w+): \w+ --(\w+)-->", states, re.MULTILINE)}
    assert KNOWN.keys() - told == set()
    assert all(text.endswith(".") for text in KNOWN.values())
    assert len(KNOWN) == sum(len(part) for part in TOPICS.values())


def test_an_address_is_added_tried_changed_and_removed(grades: Browser, tenant: Tenant) -> None:
    assert "Aucun logiciel n’est prévenu" in text_of(grades.get(LIST))
    with a_listener() as listener:
        made = grades.post(NEW, GOOD | {"url": listener.url})
        assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
        secret = secret_in(made.text)
        listener.secrets.append(secret)
        listed = grades.get(LIST)
        (key,) = re.findall(rf"{LIST}/([0-9a-f-]{{36}})", listed.text)
        here = f"{LIST}/{key}"
        assert "Rien n’a encore été envoyé" in text_of(grades.get(here))
        assert grades.post(f"{here}/test").status_code == 303
        subject = happens(tenant, "candidacy.submit")
        assert WEBHOOKS.run(tenant.id, lambda: False) == 2
        assert listener.told == [("webhook.test", key), ("candidacy.submit", subject)]
        said = text_of(grades.get(here))
        assert "Un dossier est déposé" in said
        assert "204, en" in said
        assert secret not in grades.get(here).text
        for state, shown in (("delivered", True), ("due", False), ("nonsense", True)):
            assert ("204, en" in text_of(grades.get(f"{here}?state={state}"))) is shown
        assert grades.post(f"{here}/deliveries/{listener.ids[1]}/replay").status_code == 303
        assert "En attente" in text_of(grades.get(here))
        assert grades.post(f"{here}/deliveries/{listener.ids[1]}/skip").status_code == 303
        assert grades.post(f"{here}/replay", {"since-date": "2026-01-01"}).status_code == 303
        assert WEBHOOKS.run(tenant.id, lambda: False) == 1
    assert grades.get(f"{here}/edit").status_code == 200
    changed = GOOD | {"name": "Autre nom", "revision": "1"}
    assert grades.post(f"{here}/edit", changed).status_code == 303
    assert grades.post(f"{here}/edit", changed).status_code == 412
    assert "Autre nom" in text_of(grades.get(here))
    assert secret_in(grades.post(f"{here}/renew").text) != secret
    assert "Deux signatures jusqu’au" in text_of(grades.get(here))
    assert grades.post(f"{here}/pause").status_code == 303
    assert "en pause" in text_of(grades.get(here))
    assert "Cette adresse n’est plus prévenue" in text_of(grades.post(f"{here}/pause", follow_redirects=True))
    assert grades.post(f"{here}/resume").status_code == 303
    assert grades.post(f"{here}/remove").status_code == 303
    assert grades.get(here).status_code == 404
    assert "Aucun logiciel n’est prévenu" in text_of(grades.get(LIST))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"url": ""}, "url"),
        ({"url": "http://hooks.example/"}, "url"),
        ({"url": "https://me:word@hooks.example/"}, "url"),
        ({"url": "https://hooks.example/#a"}, "url"),
        ({"url": "https://hooks.example/" + "x" * 600}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://hooks.example/\r\nX: y"}, "url"),
        ({"topics": []}, "topics-1"),
        ({"topics": ["candidacy.fly"]}, "topics-1"),
        ({"topics": ["webhook.test"]}, "topics-1"),
        ({"topics": ["sign_in_link.ask"]}, "topics-1"),
    ],
    ids=range(14),
)
def test_what_cannot_be_told_names_its_field(grades: Browser, boss: Actor, changed: dict[str, Any], field: str) -> None:
    answer = grades.post(NEW, GOOD | changed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert list(webhook.list_endpoints(boss)) == []


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"since-date": "hier"},
        {"since-date": "2026-02-30"},
        {"since-date": "2026-01-01", "since-time": "25:00"},
        {"since-date": "9" * 5000},
        {"since-date": "0001-01-01"},
        {"since-date": "9999-12-31", "since-time": "23:59"},
    ],
    ids=range(7),
)
def test_a_day_that_is_none(grades: Browser, tenant: Tenant, typed: dict[str, str]) -> None:
    here = f"{LIST}/{an_endpoint(tenant)['endpoint_id']}"
    answer = grades.post(f"{here}/replay", typed)
    assert answer.status_code in (303, 422)
    assert answer.status_code == 303 or 'href="#since"' in answer.text


def test_there_are_not_more_than_twenty(boss: Actor, grades: Browser, tenant: Tenant) -> None:
    for number in range(MOST_ENDPOINTS):
        an_endpoint(tenant, 0, f"Numéro {number}")
    with pytest.raises(Conflict):
        webhook.create_endpoint(boss, **GOOD, known_topics=KNOWN)
    answer = grades.post(NEW, GOOD)
    assert answer.status_code == 409
    assert "supprimez-en une" in text_of(answer)


def test_the_pages_cost_the_same_with_one_and_with_three(
    grades: Browser, tenant: Tenant, statements: list[str]
) -> None:
    first = an_endpoint(tenant, 1)["endpoint_id"]
    counts = []
    for many in (1, 3):
        for number in range(many - 1):
            an_endpoint(tenant, 3, f"Autre {number}")
        key = first if many == 1 else an_endpoint(tenant, 60, "Long")["endpoint_id"]
        grades.get(LIST)
        statements.clear()
        grades.get(LIST)
        listed = len(statements)
        page = grades.get(f"{LIST}/{key}")
        counts.append((listed, len(statements) - listed))
    assert counts[0] == counts[1]
    assert "Envois plus anciens" in text_of(page)
    (older,) = re.findall(r"before=([0-9a-f-]{36})", page.text)
    assert text_of(grades.get(f"{LIST}/{key}?before={older}")).count("Renvoyer") > 10
    assert grades.get(f"{LIST}/{key}?before=nonsense").status_code == 200


def test_a_program_does_all_of_it(program: Callable[..., TestResponse], tenant: Tenant) -> None:
    topics = program("GET", "/webhooks/topics").get_json()["items"]
    assert {one["topic"] for one in topics} == KNOWN.keys()
    made = program("POST", "/webhooks", GOOD)
    assert made.status_code == 201
    body = made.get_json()
    secret_in(body["secret"])
    here = f"/webhooks/{body['id']}"
    read = program("GET", here)
    assert "secret" not in read.get_json()
    assert [one["id"] for one in program("GET", "/webhooks").get_json()["items"]] == [body["id"]]
    changed = GOOD | {"name": "Autre"}
    assert program("PUT", here, changed).status_code == 428
    assert program("PUT", here, changed, **{"If-Match": '"9"'}).status_code == 412
    assert program("PUT", here, changed, **{"If-Match": read.headers["ETag"]}).get_json()["name"] == "Autre"
    refused = program("PUT", here, GOOD | {"url": "http://x.example"}, **{"If-Match": '"2"'})
    assert (refused.status_code, list(refused.get_json(force=True)["fields"])) == (422, ["url"])
    assert program("POST", f"{here}/secret").get_json()["secret"] != body["secret"]
    assert program("POST", f"{here}/pause").get_json()["state"] == "paused"
    assert program("POST", f"{here}/pause").status_code == 409
    assert program("POST", f"{here}/resume").get_json()["state"] == "active"
    assert program("POST", f"{here}/test").status_code == 202
    assert program("POST", f"{here}/replay", {"since": "2026-01-01T00:00:00Z"}).get_json() == {"count": 0}
    assert program("POST", f"{here}/deliveries/{uuid4()}/replay").status_code == 404
    assert program("DELETE", here).status_code == 204
    assert program("GET", here).status_code == 404


def test_a_program_reads_the_log_by_pages(program: Callable[..., TestResponse], tenant: Tenant) -> None:
    made = an_endpoint(tenant, 5)
    here = f"/webhooks/{made['endpoint_id']}/deliveries"
    first = program("GET", f"{here}?limit=3").get_json()
    rest = program("GET", f"{here}?limit=3&after={first['after']}").get_json()
    seen = [one["message_id"] for one in first["items"] + rest["items"]]
    assert (len(set(seen)), rest["after"]) == (5, None)
    assert program("POST", f"{here}/{made['message_id']}/skip").status_code == 409
    assert program("POST", f"{here}/{made['message_id']}/replay").status_code == 204
    assert program("POST", f"{here}/{made['message_id']}/replay").status_code == 409
    assert program("GET", f"{here}?state=due").get_json()["items"][0]["message_id"] == made["message_id"]
    assert program("GET", f"{here}?state=lost").status_code == 422


def test_others_do_not_come_here(application: Flask, tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    made = an_endpoint(tenant)
    grant_role(operator("tests", tenant.id), "ars@ars.fr", "ars_manager")
    browser = Browser(application, tenant).sign_in("ars@ars.fr")
    assert {browser.get(where).status_code for where in (LIST, NEW, f"{LIST}/{made['endpoint_id']}")} == {403}
    other = make_tenant()
    grant_role(operator("tests", other.id), "chef@grades.fr", "grades_manager")
    there = Browser(application, other).sign_in("chef@grades.fr")
    for path in ("", "/edit"):
        assert there.get(f"{LIST}/{made['endpoint_id']}{path}").status_code == 404
    for move in ("test", "pause", "remove", "renew", "replay", f"deliveries/{made['message_id']}/replay"):
        answer = there.post(f"{LIST}/{made['endpoint_id']}/{move}", {"since-date": "2026-01-01"})
        assert answer.status_code == 404, move


def test_the_secret_is_sealed(tenant: Tenant, boss: Actor) -> None:
    _, secret = webhook.create_endpoint(boss, **GOOD, known_topics=KNOWN)
    with transaction(boss) as tx:
        (row,) = tx.session.query(WebhookEndpoint).all()
    assert secret not in row.secret
    assert len(row.secret) > 100
