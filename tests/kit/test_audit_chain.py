"""The database chains the audit log, whoever writes; the application may add lines, and nothing else."""

import hashlib
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from kit.actor import Actor, system
from kit.audit import AuditChain, AuditLine
from kit.db import uuid7
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant

SUBJECT = UUID(int=7)


def lines_of(tenant: Tenant) -> Sequence[AuditLine]:
    """Every line, in the order of the chain."""
    with transaction(system(tenant.id, "t")) as tx:
        return tx.session.scalars(select(AuditLine).order_by(AuditLine.number)).all()


def head_of(tenant: Tenant) -> tuple[int, str]:
    """Where the chain stands."""
    with transaction(system(tenant.id, "t")) as tx:
        head = tx.session.scalars(select(AuditChain)).one()
        return head.number, head.hash


def act(tenant: Tenant, *actions: str) -> None:
    """One command that audits each of these."""
    with transaction(system(tenant.id, "t")) as tx:
        for action in actions:
            tx.audit(action, SUBJECT)


def test_lines_are_numbered_without_a_gap_and_each_holds_the_hash_of_the_one_before(tenant: Tenant) -> None:
    act(tenant, "a.one", "a.two")
    act(tenant, "a.three")
    before = ""
    with transaction(system(tenant.id, "t")) as tx:
        rows = tx.session.execute(
            text("select number, action, hash, audit_text(l) from audit_line l order by number")
        ).all()
    assert [(row[0], row[1]) for row in rows] == [(1, "a.one"), (2, "a.two"), (3, "a.three")]
    for _, _, found, said in rows:
        before = hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()
        assert found == before
    assert head_of(tenant) == (3, before)


def test_ten_thousand_lines_are_said_at_once(tenant: Tenant, statements: list[str]) -> None:
    act(tenant, *["a.many"] * 10_000)
    assert len(statements) < 5, "as many exchanges as for one line"
    assert head_of(tenant)[0] == 10_000
    assert [line.number for line in lines_of(tenant)] == list(range(1, 10_001))


def test_a_person_is_an_identifier_and_a_program_a_name(tenant: Tenant) -> None:
    someone = Actor("person", tenant.id, UUID(int=9), name="Marie Le Goff", ip="192.0.2.7", request_id="r-1")
    for actor in (someone, system(tenant.id, "horloge")):
        with transaction(actor) as tx:
            tx.audit("a.one", None)
    person, program = lines_of(tenant)
    assert (person.actor_name, person.actor_id, person.ip, person.request_id) == ("", UUID(int=9), "192.0.2.7", "r-1")
    assert (program.actor_name, program.actor_id, program.ip) == ("horloge", None, None)


def test_what_a_savepoint_undoes_is_not_audited(tenant: Tenant) -> None:
    """A rehearsal, a place that was taken meanwhile: what did not happen is not told."""
    with transaction(system(tenant.id, "t")) as tx:
        tx.audit("a.kept", SUBJECT)
        trial = tx.session.begin_nested()
        tx.audit("a.undone", SUBJECT)
        with pytest.raises(ZeroDivisionError), tx.session.begin_nested():
            tx.audit("a.undone", SUBJECT)
            raise ZeroDivisionError
        trial.rollback()
        with tx.session.begin_nested():
            tx.audit("a.released", SUBJECT)
        tx.audit("a.last", SUBJECT)
    assert [line.action for line in lines_of(tenant)] == ["a.kept", "a.released", "a.last"]


def test_writers_of_one_tenant_follow_one_another_and_none_waits_for_another_tenant(
    make_tenant: Callable[..., Tenant],
) -> None:
    tenants = [make_tenant() for _ in range(3)]

    def work(tenant: Tenant) -> None:
        for _ in range(25):
            act(tenant, "a.one", "a.two")

    threads = [threading.Thread(target=work, args=(tenant,)) for tenant in tenants * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for tenant in tenants:
        lines = lines_of(tenant)
        assert [line.number for line in lines] == list(range(1, 151))
        assert [line.action for line in lines] == ["a.one", "a.two"] * 75  # those of one command stay together


def test_the_head_is_locked_last_when_nothing_is_left_to_check(tenant: Tenant) -> None:
    """What is checked at the end of a transaction is checked before the lock: whoever holds it only commits."""
    with tempfile.TemporaryFile() as said:
        with transaction(system(tenant.id, "t")) as tx:
            tx.emit("a.told", SUBJECT)
            tx.audit("a.one", SUBJECT)
            driver: Any = tx.session.connection().connection.driver_connection
            driver.pgconn.trace(said.fileno())
        driver.pgconn.untrace()
        said.seek(0)
        asked = [line for line in said.read().decode().splitlines() if "\tQuery\t" in line]
    assert len(asked) == 1, "the news, the lines and the commit are one exchange"
    steps = ["set constraints all immediate", "insert into outbox_message", "insert into audit_line", "; commit"]
    places = [asked[0].find(step) for step in steps]
    assert -1 not in places, asked[0]
    assert places == sorted(places)
    assert [line.action for line in lines_of(tenant)] == ["a.one"]


def test_lines_that_the_database_refuses_undo_the_act(tenant: Tenant) -> None:
    """The last exchange fails: what the command did is not kept, and the fault is the database's own."""
    mark = uuid7()
    with pytest.raises(DBAPIError, match="invalid input syntax"), transaction(system(tenant.id, "t")) as tx:
        tx.emit("a.told", mark)
        tx.audit("a.one", SUBJECT)
        tx.session.lines[0]["id"] = "no identifier"
    with transaction(system(tenant.id, "t")) as tx:
        assert tx.session.scalar(select(OutboxMessage.id).where(OutboxMessage.subject_id == mark)) is None
    act(tenant, "a.two")
    assert [line.action for line in lines_of(tenant)] == ["a.two"]


def test_a_connection_that_is_cut_while_committing_is_said_to_be_lost(tenant: Tenant, database: str) -> None:
    """Nobody knows whether it was kept: whoever insists on their write insists, and a page says « later »."""
    act(tenant, "a.zero")
    with psycopg.connect(database.replace("+psycopg", "")) as holder:
        holder.execute("select from audit_chain where tenant_id = %s for update", [tenant.id])
        with pytest.raises(OperationalError), transaction(system(tenant.id, "t")) as tx:
            tx.audit("a.one", SUBJECT)
            driver: Any = tx.session.connection().connection.driver_connection
            line = socket.socket(fileno=os.dup(driver.fileno()))
            threading.Timer(0.3, line.shutdown, [socket.SHUT_RDWR]).start()
    line.close()
    act(tenant, "a.two")
    assert [one.action for one in lines_of(tenant)][-1] == "a.two"


@pytest.mark.parametrize("words", ["l'été", 'a "quote" \\ and \\u0041', "'; drop table audit_line; --", "%s {} $1 :x"])
def test_facts_are_kept_as_they_are(tenant: Tenant, words: str) -> None:
    with transaction(system(tenant.id, "t")) as tx:
        tx.audit("a.one", SUBJECT, words=words)
    assert [line.facts for line in lines_of(tenant)] == [{"words": words}]


FORBIDDEN = {
    "change": "update audit_line set facts = '{}'",
    "remove": "delete from audit_line",
    "empty": "truncate audit_line",
    "move-the-head": "update audit_chain set number = 0",
    "remove-the-head": "delete from audit_chain",
    "make-a-head": "insert into audit_chain values (gen_random_uuid(), 0, '')",
    "change-an-anchor": "update audit_anchor set hash = ''",
    "remove-an-anchor": "delete from audit_anchor",
    "unchain": "alter table audit_line disable trigger audit_link",
    "fire-the-trigger": "select audit_take()",
    # The number travels in a setting between two lines: whoever changes it on the way is refused.
    "slip-in-a-number": (
        "insert into audit_line (tenant_id, id, at, action, actor_kind, actor_name, acting_as, facts) "
        "select current_setting('app.tenant_id')::uuid, gen_random_uuid(), now(), 'a.forged', 'system', "
        "left(set_config('app.audit_number', '40', true), 0), '', '{}' from generate_series(1, 2)"
    ),
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_application_can_only_add(tenant: Tenant, statement: str) -> None:
    act(tenant, "a.one")
    before = head_of(tenant)
    with pytest.raises(DBAPIError), transaction(system(tenant.id, "t")) as tx:
        tx.session.execute(text(statement))
    assert (head_of(tenant), len(lines_of(tenant))) == (before, 1)


def test_a_line_of_another_tenant_is_refused_to_the_superuser_too(
    make_tenant: Callable[..., Tenant], database: str
) -> None:
    """The policy stops the application; the trigger stops a script that forgets for whom it writes."""
    ours, theirs = make_tenant(), make_tenant()
    values: dict[str, Any] = {"ours": str(ours.id), "theirs": theirs.id}
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute("select set_config('app.tenant_id', %(ours)s, true)", values)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="another tenant"):
            connection.execute(
                "insert into audit_line (tenant_id, id, at, action, actor_kind, actor_name, acting_as, facts) "
                "values (%(theirs)s, gen_random_uuid(), now(), 'a.one', 'system', '', '', '{}')",
                values,
            )


def test_a_number_given_by_hand_is_not_taken(tenant: Tenant) -> None:
    with transaction(system(tenant.id, "t")) as tx:
        tx.session.execute(
            text(
                "insert into audit_line (tenant_id, id, at, action, actor_kind, actor_name, acting_as, facts, number, "
                "hash) values (:tenant, gen_random_uuid(), now(), 'a.one', 'system', '', '', '{}', 77, 'x')"
            ),
            {"tenant": tenant.id},
        )
    (line,) = lines_of(tenant)
    assert (line.number, line.hash) == head_of(tenant) == (1, line.hash)
    assert len(line.hash) == 64


def test_two_lines_cannot_have_one_number(tenant: Tenant, database: str) -> None:
    act(tenant, "a.one", "a.two")
    with psycopg.connect(database.replace("+psycopg", "")) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("update audit_line set number = 1 where tenant_id = %s", [tenant.id])


def test_what_waits_for_the_end_to_be_checked_fails_the_act_and_its_line(tenant: Tenant, database: str) -> None:
    """A deferred constraint that refuses leaves no line of what did not happen."""
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("create table if not exists waits (n int unique deferrable initially deferred)")
        owner.execute("grant insert on waits to crrc_app")
    with pytest.raises(IntegrityError), transaction(system(tenant.id, "t")) as tx:
        tx.session.execute(text("insert into waits values (1), (1)"))
        tx.audit("a.one", SUBJECT)
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute("drop table waits")
    assert lines_of(tenant) == []


def test_without_a_tenant_nothing_is_chained(tenant: Tenant) -> None:
    with pytest.raises(DBAPIError, match=r"app\.tenant_id|type uuid"), transaction(Actor("operator", None)) as tx:
        tx.session.execute(
            text(
                "insert into audit_line (tenant_id, id, at, action, actor_kind, actor_name, acting_as, facts) "
                "values (:tenant, gen_random_uuid(), now(), 'a.one', 'system', '', '', '{}')"
            ),
            {"tenant": tenant.id},
        )
