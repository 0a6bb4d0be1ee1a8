"""One command, one transaction, one actor; and the tenant's wall."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from kit.actor import operator, system
from kit.audit import AuditLine
from kit.outbox import Deadline, OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant

SUBJECT = UUID(int=7)


def test_a_command_inside_a_command_raises(tenant: Tenant) -> None:
    """An inner command would commit half of the outer one."""
    with transaction(system(tenant.id, "t")), pytest.raises(RuntimeError, match="inside a command"):
        with transaction(system(tenant.id, "t")):
            pass


def test_an_exception_leaves_nothing_behind(tenant: Tenant) -> None:
    """Fact, audit line and news go together or not at all."""
    with pytest.raises(ZeroDivisionError), transaction(system(tenant.id, "t")) as tx:
        tx.emit("thing.move", SUBJECT)
        tx.audit("thing.move", SUBJECT)
        tx.session.flush()
        raise ZeroDivisionError
    with transaction(system(tenant.id, "t")) as tx:
        assert tx.session.scalars(select(OutboxMessage)).all() == []
        assert tx.session.scalars(select(AuditLine)).all() == []


def test_without_a_tenant_a_tenants_table_raises(tenant: Tenant) -> None:
    """Silence would look like no data."""
    with pytest.raises(DBAPIError), transaction(operator("t")) as tx:
        tx.session.scalars(select(OutboxMessage)).all()


def test_another_tenants_rows_are_not_there(make_tenant: Callable[..., Tenant]) -> None:
    """A forgetful query shows one tenant's rows."""
    ours, theirs = make_tenant(), make_tenant()
    for tenant in (ours, theirs):
        with transaction(system(tenant.id, "t")) as tx:
            tx.emit("secret.tell", tenant.id)
    with transaction(system(ours.id, "t")) as tx:
        assert [message.subject_id for message in tx.session.scalars(select(OutboxMessage))] == [ours.id]


def test_a_row_cannot_be_written_for_another_tenant(make_tenant: Callable[..., Tenant]) -> None:
    """The policy checks writes as it checks reads."""
    ours, theirs = make_tenant(), make_tenant()
    with pytest.raises(ProgrammingError, match="row-level security"), transaction(system(ours.id, "t")) as tx:
        tx.session.add(Deadline(tenant_id=theirs.id, topic="t", subject_id=SUBJECT, due_at=tx.now))
        tx.session.flush()


def test_the_audit_log_cannot_be_rewritten(tenant: Tenant) -> None:
    """The application adds lines; it may change none, and remove none of the last six months."""
    with transaction(system(tenant.id, "t")) as tx:
        tx.audit("thing.move", SUBJECT)
    for statement in ("update audit_line set actor_name = 'x'", "delete from audit_line"):
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|kept six months"),
            transaction(system(tenant.id, "t")) as tx,
        ):
            tx.session.execute(text(statement))


def test_a_deadline_that_moves_is_due_again(tenant: Tenant) -> None:
    """Setting the same deadline twice changes nothing; another instant wakes it."""
    from kit import clock
    from kit.relay import fire_due

    with transaction(system(tenant.id, "t")) as tx:
        tx.due("window.close", SUBJECT, clock.now())
    assert fire_due(tenant.id) == 1
    with transaction(system(tenant.id, "t")) as tx:
        row = tx.session.scalars(select(Deadline)).one()
        tx.due("window.close", SUBJECT, row.due_at)
    assert fire_due(tenant.id) == 0
    with transaction(system(tenant.id, "t")) as tx:
        tx.due("window.close", SUBJECT, clock.now())
    assert fire_due(tenant.id) == 1
