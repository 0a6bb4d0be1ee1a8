"""« Mes notifications »: filters, search, pages, reading; and what every page shows of them."""

from collections.abc import Callable
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from kit.actor import Actor, system
from kit.transaction import transaction
from notifications.service.address import hold_against
from notifications.service.notices import NewNotice, notify_many
from notifications.service.reading import list_my_notices, my_news, read_notice
from tenants.models import Tenant, User
from tests.browser import Browser, text_of

BODY = SimpleNamespace(name="Association Les Genêts d’Œuvre", finess_ej="350012345")


@pytest.fixture
def told(tenant: Tenant, user: User) -> User:
    """Forty notices about accesses, two about orders."""
    rows = [
        NewNotice(
            f"{template}:{number}",
            template,
            UUID(int=number),
            user.email,
            user.id,
            f"/x/{number}",
            {"organisation": BODY, "role": "Lecteur", "slug": f"Événement n° {number}", "is_known": True},
        )
        for template, count in (("tenants/member_added", 40), ("bookings/entitlement_waiting", 2))
        for number in range(count)
    ]
    with transaction(system(tenant.id, "tests")) as tx:
        notify_many(tx, rows)
    return user


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("evenement", 2),  # without accents or capitals
        ("ÉVÉNEMENT prestation", 2),
        ("genets", 30),
        ("genets absent", 0),
        ("100%", 0),
        ("_", 0),
        ("' or 1=1 --", 0),
        ("\\", 0),
        ("   ", 30),
        ("\x00", 30),
        ("a " * 500, 30),
    ],
    ids=["accents", "two-words", "many", "one-absent", "percent", "underscore", "sql", "backslash", "blank",
         "null", "long"],
)  # fmt: skip
def test_search(told: User, person: Callable[..., Actor], words: str, count: int) -> None:
    """Every word, in the title or the text."""
    assert len(list_my_notices(person(told.email), words=words).rows) == count


def test_filters_and_pages(told: User, person: Callable[..., Actor]) -> None:
    """A family, what is unread, both; each page goes on where the last one ended."""
    me = person(told.email)
    assert len(list_my_notices(me, family="office").rows) == 2
    assert len(list_my_notices(me, family="invoices").rows) == 0
    first = list_my_notices(me, family="security")
    rest = list_my_notices(me, first.after, family="security")
    assert (len(first.rows), len(rest.rows), rest.after) == (30, 10, None)
    read_notice(me, list_my_notices(me, family="office").rows[0].id)
    assert len(list_my_notices(me, family="office", unread=True).rows) == 1
    assert list_my_notices(me, unread=True).unread == 41


def test_the_page_keeps_what_one_looks_for(browser: Browser, told: User) -> None:
    """From page to page, and after marking one as read."""
    browser.sign_in(told.email)
    page = browser.get("/notifications?family=security&words=genets&unread=1")
    assert page.text.count("crrc-card") >= 30
    assert '<option value="security" selected>' in page.text
    assert "Suivi du portail" not in page.text.split("crrc-filters")[1].split("</form>")[0]
    older = f"after={page.text.split('after=')[1].split('&')[0]}"
    following = browser.get(f"/notifications?family=security&words=genets&unread=1&{older}")
    assert "Les plus récentes" in text_of(following)
    notice = page.text.split('name="id" value="')[1].split('"')[0]
    form = {"id": notice, "family": "security", "words": "genets", "unread": "1"}
    answer = browser.post("/notifications/read", form)
    assert answer.status_code == 303
    assert answer.location.endswith("/notifications?family=security&words=genets&unread=1")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("words=introuvable", "Aucune notification ne correspond"),
        ("family=invoices", "Aucune notification ne correspond"),
        ("after=00000000-0000-0000-0000-000000000000", "Rien de plus ancien"),
        ("after=nothing&family=nothing&unread=nothing", "Marquer comme lue"),
    ],
)
def test_empty_and_odd_addresses(browser: Browser, told: User, query: str, said: str) -> None:
    browser.sign_in(told.email)
    page = browser.get(f"/notifications?{query}")
    assert page.status_code == 200
    assert said in text_of(page)


def test_nobody_finds_somebody_else_s(told: User, person: Callable[..., Actor]) -> None:
    other = person(f"{uuid4().hex}@ehpad.fr")
    assert list_my_notices(other, words="genets").rows == []
    assert list_my_notices(other, family="security").rows == []


def test_every_page_says_when_mails_do_not_arrive(
    browser: Browser, tenant: Tenant, told: User, person: Callable[..., Actor], statements: list[str]
) -> None:
    """In the same query as the figure of the header; with what to do, and a way to try again."""
    me = person(told.email)
    statements.clear()
    assert my_news(me) == (42, None)
    assert sum("notification" in statement for statement in statements) == 1
    browser.sign_in(told.email)
    assert "ne vous parviennent plus" not in text_of(browser.get("/account"))
    with transaction(system(tenant.id, "tests")) as tx:
        values = {"refused_at": tx.now, "refusal": "550 5.1.1 <b>User</b> unknown"}
        hold_against(tx, told.email, values)
    assert "Nos courriels ne vous parviennent plus" in text_of(browser.get("/account"))
    page = browser.get("/account/notifications")
    assert page.text.count("Nos courriels ne vous parviennent plus") == 1
    assert "550 5.1.1 &lt;b&gt;User&lt;/b&gt; unknown" in page.text
    assert browser.post("/account/notifications/lift").status_code == 303
    assert "ne vous parviennent plus" not in text_of(browser.get("/account"))
    assert browser.post("/account/notifications/lift").status_code == 404
