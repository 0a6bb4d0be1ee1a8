"""Programs whose access ends in two weeks: the GRADeS is told once, and not of what was stopped or renewed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.subscriptions import SUBSCRIPTIONS
from kit import clock
from kit.actor import Actor, operator, system
from kit.outbox import OutboxMessage
from kit.relay import deliver, fire_due, listener_name
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tenants.service.client import create_client, renew_client, revoke_client
from tenants.service.role import grant_role
from tenants.service.token import create_token, revoke_token

KNOWN = ("tenant.view",)


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    grant_role(operator("t", tenant.id), "chef@grades.fr", "grades_manager")
    grant_role(operator("t", tenant.id), "ars@ars.fr", "ars_manager")
    return operator("t", tenant.id)


def after(tenant: Tenant, days: float) -> list[str]:
    """What has been told once so many days have passed."""
    with clock.frozen(clock.now() + timedelta(days=days)):
        fire_due(tenant.id)
        with transaction(system(tenant.id, "t")) as tx:
            news = tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic.like("api_%"))).all()
        for message in news:
            for reaction in SUBSCRIPTIONS[message.topic]:
                deliver(SUBSCRIPTIONS, tenant.id, message.id, listener_name(reaction))
    with transaction(system(tenant.id, "t")) as tx:
        about = Notification.template.in_(["tenants/token_expires", "tenants/client_expires"])
        return sorted(tx.session.scalars(select(func.concat(Notification.email, " ", Notification.title)).where(about)))


def test_two_weeks_before_the_end_the_grades_is_told_once(tenant: Tenant, boss: Actor) -> None:
    create_token(boss, "Tableur", ["tenant"], known_scopes=KNOWN, lifetime=timedelta(days=30))
    create_client(boss, "Entrepôt", ["tenant"], known_scopes=KNOWN, lifetime=timedelta(days=30))
    create_token(boss, "Bref", ["tenant"], known_scopes=KNOWN, lifetime=timedelta(days=13))
    assert after(tenant, 15.9) == []
    told = after(tenant, 16.1)
    assert [one.split()[0] for one in told] == ["chef@grades.fr"] * 2
    assert ["Entrepôt" in told[0], "Tableur" in told[1]] == [True, True]
    assert after(tenant, 17) == told


def test_nothing_is_said_of_what_was_stopped_or_renewed(tenant: Tenant, boss: Actor) -> None:
    token, _ = create_token(boss, "Tableur", ["tenant"], known_scopes=KNOWN, lifetime=timedelta(days=30))
    stopped, _ = create_client(boss, "Entrepôt", ["tenant"], known_scopes=KNOWN, lifetime=timedelta(days=30))
    renewed, _ = create_client(boss, "Suivi", ["tenant"], known_scopes=KNOWN, lifetime=timedelta(days=30))
    revoke_token(boss, token.id)
    revoke_client(boss, stopped.id)
    renew_client(boss, renewed.id, timedelta(days=365))
    assert after(tenant, 20) == []
    assert len(after(tenant, 352)) == 1
