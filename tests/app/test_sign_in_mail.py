"""From the form to the mail and back: the link people receive is the one that signs them in."""

import re

import pytest
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from kit import relay
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from notifications.models import Notification
from notifications.service.late import write_late
from tests.browser import Browser


@pytest.mark.usefixtures("no_limits")
def test_the_mailed_link_signs_in(browser: Browser) -> None:
    tenant = browser.tenant
    browser.post("/sign-in", {"email": "Courriel@x.fr", "next": f"/{tenant.slug}/account"})
    with transaction(system(tenant.id, "t")) as tx:
        message = tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "sign_in_link.ask")).one()
    for reaction in SUBSCRIPTIONS[message.topic]:
        assert relay.deliver(SUBSCRIPTIONS, tenant.id, message.id, relay.listener_name(reaction))
    with transaction(system(tenant.id, "t")) as tx:
        notice = tx.session.scalars(select(Notification)).one()
        mail = write_late(tx, tenant, notice)
    assert mail is not None
    assert notice.email == "courriel@x.fr"
    assert notice.text_body is None
    assert "20\xa0minutes" in mail.text
    addresses = set(re.findall(rf"http://127\.0\.0\.1:8000/{tenant.slug}(/sign-in/\w+)", f"{mail.text} {mail.html}"))
    (address,) = addresses
    assert browser.get(address).status_code == 200
    assert browser.post(address).location == f"/{tenant.slug}/account"
