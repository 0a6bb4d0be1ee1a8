"""The delivery log, for programs."""

from collections.abc import Callable

from flask import Flask

from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.notifications.post import Post
from tests.notifications.reading import send


def test_the_delivery_of_mails_can_be_followed(
    application: Flask, tenant: Tenant, post: Post, make_notices: Callable[..., int]
) -> None:
    make_notices(3)
    post.on_recipient = lambda address: "550 No such user" if address.startswith("n1") else None
    send(tenant, post)
    scopes = ["notification"]
    secret = create_token(operator("tests", tenant.id), "essai", scopes, known_scopes=scopes)[1]
    client = application.test_client()

    def ask(query: str = "") -> dict[str, object]:
        headers = {"Authorization": f"Bearer {secret}"}
        answer = client.get(f"/api/v1/{tenant.slug}/notifications{query}", headers=headers)
        assert answer.status_code == 200, answer.get_json()
        body: dict[str, object] = answer.get_json()
        return body

    page = ask("?limit=2")
    assert [(item["email"], item["state"]) for item in page["items"]] == [  # type: ignore[attr-defined]
        ("n2@ehpad.fr", "sent"),
        ("n1@ehpad.fr", "failed"),
    ]
    (last,) = ask(f"?limit=2&after={page['after']}")["items"]  # type: ignore[misc]
    assert last["email"] == "n0@ehpad.fr"
    assert "text_body" not in last
    (failed,) = ask("?state=failed")["items"]  # type: ignore[misc]
    assert failed["last_error"] == "550 No such user"


def test_it_is_for_staff(application: Flask, tenant: Tenant) -> None:
    answer = application.test_client().get(f"/api/v1/{tenant.slug}/notifications")
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "unauthenticated"
