"""A mission is accepted and the worker is killed in the middle: one event to bill, one proof, each mail once."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from campaigns.models import Evidence, Milestone
from kit import clock, queue
from kit.actor import system
from kit.audit import AuditLine
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.bookings.buying import an_award
from tests.bookings.doing import a_scene, accept, deliver
from tests.kit.crew import crew, eventually

pytestmark = pytest.mark.slow


def with_a_milestone(tenant: Tenant, award_id: object) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(Milestone(award_id=award_id, key="service", title="Prestation réalisée"))


def counted(tenant: Tenant, *conditions: object) -> int:
    """How many rows of the tenant."""
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]


def ring_again(tenant: Tenant) -> bool:
    """Whether everything is settled; what is not is due now."""
    with transaction(system(tenant.id, "tests")) as tx:
        waiting = tx.session.scalars(select(OutboxMessage).where(OutboxMessage.settled_at.is_(None))).all()
        for message in waiting:
            message.relay_after = tx.now
        return not waiting


@pytest.mark.usefixtures("own")
def test_a_worker_killed_in_the_middle_proves_once(make_tenant: object, tmp_path: Path) -> None:
    tenant: Tenant = make_tenant()  # type: ignore[operator]
    queue.redis().flushdb()
    scene = a_scene(tenant)
    award = an_award(tenant, scene.facility, scene.market.service.slug)
    with_a_milestone(tenant, award.id)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.merge(scene.mission).award_id = award.id
    deliver(scene, clock.now())
    with crew(tmp_path, TEST_LISTENERS="tests.bookings.slow_reactions", CRRC_SMTP_URL="null:") as hands:
        hands.start("scheduler")
        worker = hands.start("worker")
        accept(scene, clock.now())
        eventually((tmp_path / "reached").exists)
        assert counted(tenant, Evidence.kind == "mission") == 0, "written, and not committed"
        worker.kill()
        (tmp_path / "go").touch()
        hands.start("worker")
        eventually(lambda: ring_again(tenant), pause=0.5)
    assert counted(tenant, OutboxMessage.topic == "mission.accept") == 1
    assert counted(tenant, Evidence.kind == "mission", Evidence.subject_id == scene.mission.id) == 1
    assert counted(tenant, AuditLine.action == "milestone.prove") == 1
    assert counted(tenant, Notification.template == "bookings/mission_accepted") == 2, "the provider and the GRADeS"
    with transaction(system(tenant.id, "tests")) as tx:
        milestone = tx.session.scalars(select(Milestone)).one()
    assert milestone.proved_at is not None
