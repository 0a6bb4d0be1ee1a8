"""Webhooks by real processes: a worker is killed between the answer and its commit, Redis is wiped; nothing is lost."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from kit import queue
from kit.actor import operator, system
from kit.transaction import transaction
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.service import webhook
from tenants.models import Tenant
from tests.kit.crew import crew, eventually
from tests.notifications.listener import a_listener
from tests.notifications.test_webhook_sending import KNOWN, TOLD, happens

pytestmark = pytest.mark.slow


def delivered(tenant: Tenant) -> int:
    """How much arrived, as the portal knows it."""
    with transaction(system(tenant.id, "tests")) as tx:
        done = select(func.count()).where(WebhookDelivery.state == "delivered")
        return tx.session.scalar(done) or 0


def two_minutes_pass(tenant: Tenant) -> None:
    """What a dead worker held is free again."""
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(update(WebhookEndpoint).values(leased_until=tx.now))
    queue.redis().flushdb()


@pytest.mark.usefixtures("own")
def test_a_worker_killed_after_the_answer_tells_it_again_under_the_same_number(
    make_tenant: object, tmp_path: Path
) -> None:
    tenant: Tenant = make_tenant()  # type: ignore[operator]
    queue.redis().flushdb()
    with a_listener() as listener, crew(tmp_path, CRRC_SMTP_URL="null:") as hands:
        endpoint, secret = webhook.create_endpoint(
            operator("tests", tenant.id), "Entrepôt", listener.url, TOLD, known_topics=KNOWN
        )
        listener.secrets.append(secret)
        answer = listener.before_answer = threading.Event()
        hands.start("scheduler")
        worker = hands.start("worker")
        first = [(topic, happens(tenant, topic)) for topic in TOLD]
        eventually(listener.asked.is_set)
        worker.kill()
        answer.set()
        listener.before_answer = None
        assert delivered(tenant) == 0
        assert listener.told == first[:1]
        two_minutes_pass(tenant)
        hands.start("worker")
        hands.start("worker")
        rest = [(topic, happens(tenant, topic)) for topic in TOLD * 10]
        eventually(lambda: delivered(tenant) == len(first + rest))
    assert listener.told == first[:1] + first + rest, "again, and then in order"
    assert listener.ids[0] == listener.ids[1]
    assert len(set(listener.ids)) == len(listener.ids) - 1
    assert listener.refused == []
    assert webhook.view_endpoint(operator("tests", tenant.id), endpoint.id).waiting == 0
