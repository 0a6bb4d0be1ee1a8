"""What people are told of their own second factors, from the act to the mail."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from kit import relay
from kit.actor import operator, system
from kit.errors import Invalid
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from notifications.models import Notification
from notifications.service.late import write_late
from tenants.models import Tenant
from tenants.rules.factor import Answer
from tenants.service import own_factors, second_factor
from tenants.service.factor_reset import reset_factors
from tenants.service.role import grant_role
from tests.tenants.proving import Somebody

pytestmark = pytest.mark.usefixtures("no_limits")
Come = Callable[..., Somebody]


def told(tenant: Tenant, topic: str) -> Notification:
    """The notice of the last event of a topic, delivered twice: it is written once."""
    with transaction(system(tenant.id, "t")) as tx:
        asked = select(OutboxMessage).where(OutboxMessage.topic == topic).order_by(OutboxMessage.id.desc())
        message = tx.session.scalars(asked).first()
        assert message is not None
    (reaction,) = SUBSCRIPTIONS[topic]
    for _ in range(2):
        relay.deliver(SUBSCRIPTIONS, tenant.id, message.id, relay.listener_name(reaction))
    with transaction(system(tenant.id, "t")) as tx:
        return tx.session.scalars(select(Notification).where(Notification.key.endswith(f":{message.id}"))).one()


def test_a_factor_that_comes_and_goes_is_told(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_totp()
    added = told(tenant, "second_factor.add")
    assert (added.email, added.user_id, added.path) == (who.email, who.actor.user_id, "/account/security")
    assert "Application de codes" in (added.text_body or "")
    assert who.totp not in (added.text_body or "")
    own_factors.renew_codes(who.actor)
    assert told(tenant, "second_factor.add").title == "Nouveaux codes de secours sur votre compte"
    own_factors.remove_totp(who.actor)
    assert "Il n’en a plus aucun" in (told(tenant, "second_factor.remove").text_body or "")


def test_a_recovery_code_and_a_siege_are_told(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_totp()
    who.secret = second_factor.prove(who.actor, who.secret, Answer("recovery", who.codes[0])).secret
    assert "Il en reste 9" in (told(tenant, "recovery_code.use").text_body or "")
    for _ in range(5):
        with pytest.raises(Invalid):
            second_factor.prove(who.actor, who.secret, Answer("totp", "000000"))
    assert "cinq réponses fausses" in (told(tenant, "second_factor.block").text_body or "")


def test_a_reset_is_told(tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_totp()
    user_id = who.actor.user_id
    assert user_id is not None
    grant_role(operator("t", tenant.id), who.email, "ars_manager")
    reset_factors(operator("t", tenant.id), user_id)
    assert "déconnecté partout" in (told(tenant, "second_factor.reset").text_body or "")


def test_the_mail_of_a_code_is_written_when_it_leaves(tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    second_factor.ask_code(who.actor)
    with transaction(system(tenant.id, "t")) as tx:
        message = tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "second_factor.ask")).one()
    (reaction,) = SUBSCRIPTIONS["second_factor.ask"]
    relay.deliver(SUBSCRIPTIONS, tenant.id, message.id, relay.listener_name(reaction))
    with transaction(system(tenant.id, "t")) as tx:
        notice = tx.session.scalars(select(Notification).where(Notification.email == who.email)).one()
        assert (notice.text_body, notice.user_id) == (None, None), "neither kept nor shown in the portal"
        sent = second_factor.sent_code(tx, message.subject_id)
        mail = write_late(tx, tenant, notice)
    assert sent is not None
    assert mail is not None
    assert f"{sent.code[:4]}\N{NO-BREAK SPACE}{sent.code[4:]}" in mail.text
    assert sent.code not in mail.title
    who.secret = second_factor.prove(who.actor, who.secret, Answer("emailed", sent.code)).secret
    with transaction(system(tenant.id, "t")) as tx:
        assert write_late(tx, tenant, notice) is None, "used: not worth sending"
