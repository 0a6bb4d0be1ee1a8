"""« Mes notifications » and « Fonctionnement », as people see them."""

from collections.abc import Callable

from kit.actor import operator
from tenants.models import Tenant, User
from tenants.service.role import grant_role
from tests.browser import Browser, text_of
from tests.notifications.post import Post
from tests.notifications.reading import notices, send


def test_one_s_own_notices(
    browser: Browser, tenant: Tenant, user: User, make_notices: Callable[..., int], statements: list[str]
) -> None:
    """Shown, opened, marked as read; as many queries for three as for one."""
    browser.sign_in(user.email)
    assert "Aucune notification" in text_of(browser.get("/notifications"))
    make_notices(1, user=user)
    statements.clear()
    page = browser.get("/notifications")
    one = len(statements)
    assert "Non lue" in text_of(page)
    assert f'href="/{tenant.slug}/candidacies/0"' in page.get_data(as_text=True)
    make_notices(3, user=user)
    statements.clear()
    assert text_of(browser.get("/notifications")).count("Non lue") == 3
    assert len(statements) == one
    first, _, last = notices(tenant)
    assert browser.post("/notifications/read", {"id": str(first.id)}).status_code == 303
    assert text_of(browser.get("/notifications")).count("Non lue") == 2
    browser.post("/notifications/read", {"newest": str(last.id)})
    page_text = text_of(browser.get("/notifications"))
    assert "2 notifications marquées comme lues" in page_text
    assert "Non lue" not in page_text
    assert browser.post("/notifications/read", {"id": "n’importe quoi"}).status_code == 422


def test_nobody_reads_for_somebody_else(
    browser: Browser, tenant: Tenant, user: User, make_notices: Callable[..., int]
) -> None:
    make_notices(1, user=user)
    browser.sign_in("voisin@ehpad.fr")
    assert "Aucune notification" in text_of(browser.get("/notifications"))
    assert browser.post("/notifications/read", {"id": str(notices(tenant)[0].id)}).status_code == 404
    assert notices(tenant)[0].read_at is None


def test_the_pulse_is_for_managers(
    browser: Browser, tenant: Tenant, post: Post, make_notices: Callable[..., int]
) -> None:
    """Sentences, refused mails with the server's words, and a button to send them again."""
    make_notices(2)
    post.on_recipient = lambda address: "550 No such user"
    send(tenant, post)
    browser.sign_in("applicant@ehpad.fr")
    assert browser.get("/pulse").status_code == 403
    grant_role(operator("tests", tenant.id), "manager@ars.fr", "ars_manager")
    browser.sign_in("manager@ars.fr")
    page = text_of(browser.get("/pulse"))
    assert "Aucune échéance en retard." in page
    assert "550 No such user" in page
    assert "2 courriels refusés." in page
    browser.post("/pulse/retry")
    page = text_of(browser.get("/pulse"))
    assert "2 courriels remis dans la file d’envoi." in page
    assert "550" not in page
    assert {notice.state for notice in notices(tenant)} == {"pending"}
