"""A portal where something was done on three days, and anchored on two."""

from datetime import datetime, timedelta

from kit import clock
from kit.actor import Actor, operator
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.audit_proof import Report, anchor_now

MORNING = datetime.fromisoformat("2026-03-02T09:00:00+01:00")
FACTS = {"source": "draft", "target": "publié", "amount_cents": 120_000, "list": [1, 'é\n"\\\t\u2028😀', None, 1.50]}


def boss(tenant: Tenant) -> Actor:
    """Whoever runs the installation."""
    return operator("tests", tenant.id)


def write(tenant: Tenant, count: int = 1, at: datetime = MORNING) -> None:
    """Acts of somebody, with all that a line may hold."""
    person = Actor(
        "person", tenant.id, uuid7(), roles=frozenset({"grades_manager"}), ip="2001:db8::7", request_id="r 'é\n"
    )
    with clock.frozen(at), transaction(person) as tx:
        for _ in range(count):
            tx.audit("campaign.publish", uuid7(), **FACTS)


def three_days(tenant: Tenant) -> Tenant:
    """Eleven lines over three days, an anchor at the end of the first two; the last three have none yet."""
    for day in range(3):
        write(tenant, 3, MORNING + timedelta(days=day))
        if day < 2:
            with clock.frozen(MORNING + timedelta(days=day, hours=10)):
                assert anchor_now(boss(tenant)) is not None
    return tenant


def said(report: Report) -> list[tuple[str, int, int]]:
    """Kind, first line, last line of each fault."""
    return [(one.kind, one.number, one.through) for one in report.faults]
