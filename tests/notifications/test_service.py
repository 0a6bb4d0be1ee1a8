"""Writing notices, sending their mails, reading them: on a real database, with a real mail server."""

from collections.abc import Callable
from uuid import UUID

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from sqlalchemy import select

from kit.actor import system
from kit.transaction import transaction
from notifications.gateway.mailer import mailer
from notifications.models import Notification
from notifications.service.notices import NewNotice, notify, notify_many
from notifications.service.sending import Sending, send_due_mails
from tenants.models import Tenant
from tests.notifications.conftest import OG
from tests.notifications.post import Post

CONTEXT = {"organisation": OG, "role": "Lecteur"}


def notices(tenant: Tenant) -> list[Notification]:
    """Every notice of the tenant, oldest first."""
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(Notification).order_by(Notification.id)))


def send(tenant: Tenant, post: Post) -> Sending:
    """Send what is due now."""
    with mailer(post.url) as gateway:
        return send_due_mails(tenant.id, gateway, lambda: False)


def test_told_twice_is_told_once(tenant: Tenant, make_notices: Callable[..., int]) -> None:
    """The key makes a notice unique in its tenant, whatever runs again."""
    assert make_notices(3) == 3
    assert make_notices(4) == 1
    assert [notice.key for notice in notices(tenant)] == ["n:0", "n:1", "n:2", "n:3"]


def test_a_mail_is_written_when_the_notice_is(tenant: Tenant, make_notices: Callable[..., int]) -> None:
    """Words, portal, address of the page: as they were on that day."""
    make_notices(1)
    (notice,) = notices(tenant)
    assert notice.title == "Vous avez accès aux dossiers de Association Les Genêts"
    assert notice.text_body is not None
    assert f"http://127.0.0.1:8000/{tenant.slug}/candidacies/0" in notice.text_body
    assert "Sujet" not in notice.text_body
    assert notice.html_body is not None
    assert "<title>Vous avez accès" in notice.html_body


def test_an_address_that_is_none_stops_nobody_else(tenant: Tenant) -> None:
    """A release of ten thousand does not fail for one of them; staff see it."""
    bad = "x@y.fr\r\nBcc: everybody@z.fr"
    rows = [
        NewNotice(key, "tenants/member_added", UUID(int=1), email, context=CONTEXT)
        for key, email in [("a", bad), ("b", "b@ehpad.fr")]
    ]
    with transaction(system(tenant.id, "tests")) as tx:
        assert notify_many(tx, rows) == 2
    first, second = notices(tenant)
    assert (first.state, second.state) == ("failed", "pending")
    assert first.email == "x@y.fr Bcc: everybody@z.fr"


def test_a_missing_template_or_variable_is_an_error(tenant: Tenant) -> None:
    """Of the program, seen by its tests: never a mail with a hole in it."""
    for template, error in [("tenants/nothing", TemplateNotFound), ("tenants/member_added", UndefinedError)]:
        with pytest.raises(error), transaction(system(tenant.id, "tests")) as tx:
            notify(tx, NewNotice("k", template, UUID(int=1), "a@ehpad.fr"))


def test_mails_leave_once(tenant: Tenant, post: Post, make_notices: Callable[..., int]) -> None:
    """One conversation for all, each mail marked; sending again sends nothing."""
    make_notices(120)
    assert send(tenant, post).sent == 120
    assert send(tenant, post).sent == 0
    assert len(set(post.ids)) == len(post.ids) == 120
    assert post.conversations == 1
    assert {notice.state for notice in notices(tenant)} == {"sent"}
