"""« Adresses refusées »: what managers see, and lift."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from kit import clock
from kit.actor import Actor, operator, system
from kit.audit import AuditLine
from kit.errors import Forbidden, TooManyRequests
from kit.transaction import transaction
from notifications.service.address import hold_against, lift, lift_mine, list_suppressed
from notifications.service.pulse import retry_failed
from notifications.service.report import take_report
from notifications.service.ticket import bounce_ticket
from tenants.models import Tenant, User
from tenants.service.role import grant_role
from tests.browser import Browser, text_of
from tests.notifications.post import Post
from tests.notifications.reading import notices, send
from tests.notifications.reports import status

DEAD = "n0@ehpad.fr"


@pytest.fixture
def manager(tenant: Tenant, person: Callable[..., Actor]) -> Actor:
    """Of the GRADeS."""
    grant_role(operator("tests", tenant.id), "gestion@grades.fr", "grades_manager")
    return person("gestion@grades.fr")


def refuse(tenant: Tenant, email: str, **more: object) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        hold_against(tx, email, {"refused_at": tx.now, "refusal": "550 5.1.1 User unknown"} | more)


def test_what_was_withheld_leaves_when_it_is_lifted(
    tenant: Tenant, manager: Actor, post: Post, write: Callable[..., None]
) -> None:
    """What is five days old is old news; what came back before counts no more."""
    refuse(tenant, DEAD)
    now = clock.now()
    with clock.frozen(now - timedelta(days=6)):
        write("old", DEAD)
    write("new", DEAD)
    (found,) = list_suppressed(manager).rows
    assert lift(manager, found.id) == (DEAD, 1)
    assert list_suppressed(manager).rows == []
    assert {one.key: one.state for one in notices(tenant)} == {"old": "withheld", "new": "pending"}
    assert send(tenant, post).sent == 1
    with transaction(system(tenant.id, "tests")) as tx:
        lines = tx.session.scalars(select(AuditLine).where(AuditLine.subject_id == found.id)).all()
    assert [(line.action, line.facts) for line in lines] == [
        ("suppressed_address.add", {"what": "refused"}),
        ("suppressed_address.lift", {"refused": True}),
    ]


def test_a_lifted_address_that_refuses_again_is_refused_again(
    tenant: Tenant, manager: Actor, post: Post, write: Callable[..., None]
) -> None:
    """The same mail, the same answer: a second report of it is a first one."""
    write("a", DEAD)
    send(tenant, post)
    report = status(f"b+{bounce_ticket(tenant.id, notices(tenant)[0].id)}@crrc.example", DEAD)
    take_report(report)
    lift(manager, list_suppressed(manager).rows[0].id)
    assert list_suppressed(manager).rows == []
    take_report(report)
    assert len(list_suppressed(manager).rows) == 1


def test_refused_mails_are_not_sent_again_to_a_refused_address(
    tenant: Tenant, manager: Actor, post: Post, write: Callable[..., None]
) -> None:
    """« Renvoyer » is for what a repair of ours lets through."""
    write("a", DEAD)
    write("b", "relais@ehpad.fr")
    post.on_recipient = lambda address: "550 5.1.1 Unknown" if address == DEAD else "554 5.7.1 Relaying denied"
    send(tenant, post)
    assert retry_failed(manager) == 1
    assert {one.key: one.state for one in notices(tenant)} == {"a": "failed", "b": "pending"}


def test_one_s_own_address_is_lifted_three_times_a_day(
    tenant: Tenant, user: User, person: Callable[..., Actor]
) -> None:
    """A complaint stays: choosing again in one's preferences takes it back."""
    me = person(user.email)
    for _ in range(3):
        refuse(tenant, user.email)
        lift_mine(me)
    refuse(tenant, user.email)
    with pytest.raises(TooManyRequests):
        lift_mine(me)


def test_it_is_for_managers(
    make_tenant: Callable[..., Tenant], tenant: Tenant, user: User, browser: Browser, manager: Actor
) -> None:
    """And for those of this portal: another one's addresses do not exist."""
    refuse(tenant, DEAD)
    (found,) = list_suppressed(manager).rows
    browser.sign_in(user.email)
    assert browser.get("/staff/mails").status_code == 403
    assert browser.post(f"/staff/mails/{found.id}/lift").status_code == 403
    with pytest.raises(Forbidden):
        list_suppressed(Actor("person", tenant.id, user.id, roles=frozenset({"ars_instructor"})))
    elsewhere = Browser(browser.client.application, make_tenant())
    grant_role(operator("tests", elsewhere.tenant.id), user.email, "grades_manager")
    elsewhere.sign_in(user.email)
    assert elsewhere.post(f"/staff/mails/{found.id}/lift").status_code == 404
    assert len(list_suppressed(manager).rows) == 1


def test_the_page(browser: Browser, tenant: Tenant, manager: Actor, statements: list[str]) -> None:
    """Empty, searched, lifted; as many queries for three as for one."""
    browser.sign_in(manager.email)
    assert "Aucune adresse refusée" in text_of(browser.get("/staff/mails"))
    refuse(tenant, "un@ehpad.fr")
    statements.clear()
    browser.get("/staff/mails")
    one = len(statements)
    refuse(tenant, "deux@ehpad.fr")
    with transaction(system(tenant.id, "tests")) as tx:
        hold_against(tx, "trois@clinique.fr", {"optional_off_at": tx.now, "optional_off_by": "complaint"})
    statements.clear()
    page = text_of(browser.get("/staff/mails"))
    assert len(statements) == one
    for said in ("un@ehpad.fr", "550 5.1.1 User unknown", "a signalé un courriel comme indésirable"):
        assert said in page
    page = text_of(browser.get("/staff/mails?words=CLINIQUE"))
    assert "trois@clinique.fr" in page
    assert "un@ehpad.fr" not in page
    assert "Aucune adresse ne correspond" in text_of(browser.get("/staff/mails?words=%25"))
    assert browser.get("/staff/mails?after=nothing").status_code == 200
    found = list_suppressed(manager, "deux").rows[0]
    assert browser.post(f"/staff/mails/{found.id}/lift").status_code == 303
    assert "écrit de nouveau à deux@ehpad.fr" in text_of(browser.get("/staff/mails"))


def test_long_lists_go_on(tenant: Tenant, manager: Actor) -> None:
    for number in range(52):
        refuse(tenant, f"{number:02}@ehpad.fr")
    first = list_suppressed(manager)
    rest = list_suppressed(manager, after=first.after)
    assert (len(first.rows), len(rest.rows), rest.after) == (50, 2, None)
