"""Leaving by the link of a mail: where it is lawful, in one click, undone as easily, and nobody else's."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from uuid import uuid4

import pytest
from flask import Flask

from kit.actor import Actor, anonymous, system
from kit.errors import NotFound
from kit.transaction import transaction
from notifications.queries.address import find_suppressed
from notifications.rules.families import FAMILIES
from notifications.rules.quiet import DEFAULT, QuietHours
from notifications.service.preference import look_at_preferences, set_preferences
from notifications.service.ticket import NOTICE, PERSON, WayOut, read_way_out, way_out_ticket
from notifications.service.unsubscribe import look_at_way_out, subscribe_again, unsubscribe
from tenants.models import Tenant, User
from tests.browser import Browser, text_of
from tests.notifications.digest_tools import people
from tests.notifications.post import Post
from tests.notifications.reading import notices, send

QUIET_OFF = QuietHours(None, None, False)
OPTIONAL = "bookings/entitlement_waiting"  # « Suivi du portail »


@pytest.fixture
def mailed(
    tenant: Tenant, user: User, post: Post, write: Callable[..., None], person: Callable[..., Actor]
) -> EmailMessage:
    """An optional mail, as it arrived at somebody who has an account."""
    set_preferences(person(user.email), {"office": "now"}, QUIET_OFF)
    write("optional", user.email, user, OPTIONAL)
    send(tenant, post)
    return post.mails[-1]


def way_out(mail: EmailMessage) -> str:
    """The path of its link, inside the portal."""
    found = re.fullmatch(r"<http://127\.0\.0\.1:8000/[a-z0-9-]+(/unsubscribe/[a-z2-7-]+)>", mail["List-Unsubscribe"])
    assert found is not None
    return found[1]


def test_headers_of_what_can_be_turned_off(tenant: Tenant, mailed: EmailMessage) -> None:
    """RFC 8058 and RFC 2919; a person's answer goes to people, a robot's to nobody."""
    assert mailed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mailed["List-Id"].endswith(f"<office.{tenant.slug}.crrc.invalid>")
    assert mailed["Auto-Submitted"] == "auto-generated"
    body = mailed.get_body(("plain",))
    assert body is not None
    assert f"/{tenant.slug}/account/notifications" in body.get_content()


def test_what_is_essential_offers_no_such_button(tenant: Tenant, post: Post, write: Callable[..., None]) -> None:
    """A decision that one click stops would not be notified."""
    write("essential", "anne@ehpad.fr")
    send(tenant, post)
    assert [name for name in post.mails[0] if name.lower().startswith("list-")] == []
    body = post.mails[0].get_body(("plain",))
    assert body is not None
    assert "account/notifications" not in body.get_content()


def test_one_click_without_signing_in(
    application: Flask, tenant: Tenant, user: User, person: Callable[..., Actor], mailed: EmailMessage
) -> None:
    """As a mail program does it: no cookie, no seal; twice is once."""
    client = application.test_client()
    for _ in range(2):
        answer = client.post(f"/{tenant.slug}{way_out(mailed)}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "ne reçoit plus ces courriels" in text_of(answer)
    assert look_at_preferences(person(user.email)).choices == {"office": "portal"}


def test_opening_the_link_stops_nothing(
    browser: Browser, user: User, person: Callable[..., Actor], mailed: EmailMessage
) -> None:
    """Robots open links; the page has the button, and does not tell a stranger the whole address."""
    page = browser.get(way_out(mailed))
    assert page.status_code == 200
    assert "Ne plus recevoir ces courriels" in text_of(page)
    assert user.email not in page.text
    assert look_at_preferences(person(user.email)).choices == {"office": "now"}


def test_it_is_undone_as_easily(browser: Browser, user: User, person: Callable[..., Actor]) -> None:
    """Each family by itself, as it was before."""
    me = person(user.email)
    set_preferences(me, {"orders": "weekly", "time": "now", "files": "daily"}, DEFAULT)
    who = anonymous(me.tenant_id)
    assert me.tenant_id
    tickets = {
        key: way_out_ticket(me.tenant_id, WayOut(PERSON, user.id, key)) for key in ("orders", "time", "files", "digest")
    }
    unsubscribe(who, tickets["time"])
    assert unsubscribe(who, tickets["digest"]).left
    assert look_at_preferences(me).choices == {"orders": "portal", "time": "portal", "files": "portal"}
    assert not subscribe_again(who, tickets["digest"]).left
    assert look_at_preferences(me).choices == {"orders": "weekly", "time": "portal", "files": "daily"}
    subscribe_again(who, tickets["time"])
    assert look_at_preferences(me).choices == {"orders": "weekly", "time": "now", "files": "daily"}
    answer = browser.post(f"/unsubscribe/{tickets['orders']}")
    assert "C’est une erreur" in text_of(answer)
    assert "reçoit de nouveau" in text_of(browser.post(f"/unsubscribe/{tickets['orders']}/undo"))
    assert look_at_preferences(me).choices["orders"] == "weekly"


def test_what_waits_for_a_digest_does_not_leave_after_that(tenant: Tenant, write: Callable[..., None]) -> None:
    (user,) = people(tenant, 1)
    write("held", user.email, user, OPTIONAL)
    unsubscribe(anonymous(tenant.id), way_out_ticket(tenant.id, WayOut(PERSON, user.id, "digest")))
    assert [notice.state for notice in notices(tenant)] == ["silent"]


def test_somebody_without_an_account_leaves_too(tenant: Tenant, write: Callable[..., None], browser: Browser) -> None:
    """Everything that is optional, for they have no page to choose; and comes back by the same link."""
    office = "accueil@ehpad.fr"
    write("one", office, template=OPTIONAL)
    ticket = way_out_ticket(tenant.id, WayOut(NOTICE, notices(tenant)[0].id, "office"))
    assert browser.post(f"/unsubscribe/{ticket}").status_code == 200
    write("two", office, template=OPTIONAL)
    write("three", office)
    assert [notice.state for notice in notices(tenant)][1:] == ["silent", "pending"]
    browser.post(f"/unsubscribe/{ticket}/undo")
    write("four", office, template=OPTIONAL)
    assert notices(tenant)[-1].state == "pending"
    with transaction(system(tenant.id, "tests")) as tx:
        assert find_suppressed(tx.session, office) is None


def test_another_portal_s_link_is_nothing_here(
    make_tenant: Callable[..., Tenant], tenant: Tenant, user: User, browser: Browser
) -> None:
    elsewhere = way_out_ticket(make_tenant().id, WayOut(PERSON, user.id, "orders"))
    for answer in (browser.get(f"/unsubscribe/{elsewhere}"), browser.post(f"/unsubscribe/{elsewhere}")):
        assert answer.status_code == 404
    assert browser.post(f"/unsubscribe/{elsewhere}/undo").status_code == 404


@pytest.mark.parametrize("family", [family.key for family in FAMILIES if family.essential] + ["nothing"])
def test_no_link_turns_off_what_is_essential(tenant: Tenant, user: User, family: str) -> None:
    """Not even one with our seal."""
    with pytest.raises(NotFound):
        unsubscribe(anonymous(tenant.id), way_out_ticket(tenant.id, WayOut(PERSON, user.id, family)))


def test_forged_links_are_nothing(tenant: Tenant, user: User) -> None:
    """Another family, another person, another kind, a letter changed: the seal says what it was made for."""
    ticket = way_out_ticket(tenant.id, WayOut(PERSON, user.id, "orders"))
    assert read_way_out(ticket, tenant.id) == WayOut(PERSON, user.id, "orders")
    other = way_out_ticket(tenant.id, WayOut(PERSON, uuid4(), "orders"))
    forged = [
        ticket.replace("orders", "time"),
        f"{NOTICE}{ticket[1:]}",
        other[:27] + ticket[27:],
        f"{ticket[:30]}{'a' if ticket[30] != 'a' else 'b'}{ticket[31:]}",
        ticket.partition("-")[0],
        "",
        "é-orders",
    ]
    assert [read_way_out(one, tenant.id) for one in forged] == [None] * len(forged)
    with pytest.raises(NotFound):
        look_at_way_out(anonymous(tenant.id), way_out_ticket(tenant.id, WayOut(PERSON, uuid4(), "orders")))
    with pytest.raises(NotFound):
        look_at_way_out(anonymous(tenant.id), way_out_ticket(tenant.id, WayOut(NOTICE, uuid4(), "orders")))


def test_two_clicks_at_once_make_one_choice(tenant: Tenant, user: User) -> None:
    """A mail program that insists."""
    ticket = way_out_ticket(tenant.id, WayOut(PERSON, user.id, "orders"))
    with ThreadPoolExecutor(4) as pool:
        left = list(pool.map(lambda _: unsubscribe(anonymous(tenant.id), ticket).left, range(4)))
    assert left == [True] * 4
