"""The purge of a portal: every row and every file of it, whatever guards them, and nothing of another."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from app import purging
from app.cli import run
from kit import clock
from kit.actor import Actor, operator
from kit.errors import Conflict
from kit.storage import storage
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.queries.dump import tables
from tenants.service.portal import find_portal
from tenants.service.role import grant_role
from tests.sides import two_sides


@pytest.fixture
def behind(database: str) -> Iterator[psycopg.Connection]:
    """The database as its superuser sees it."""
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def rows_of(behind: psycopg.Connection, tenant: Tenant) -> dict[str, int]:
    counts = {
        table.name: behind.execute(
            f"select count(*) from {table.name} where tenant_id = %s",  # type: ignore[arg-type]
            [tenant.id],
        ).fetchone()[0]  # type: ignore[index]
        for table in tables()
    }
    return {name: number for name, number in counts.items() if number}


def order(tenant: Tenant) -> Tenant:
    """Its day has come."""
    with transaction(operator("tests")) as tx:
        row = tx.session.get_one(Tenant, tenant.id)
        row.suspended_at = tx.now - timedelta(days=31)
        row.delete_after = tx.now - timedelta(days=1)
        return row


def test_a_whole_region_goes_and_another_stays(
    application: Flask,
    make_tenant: Callable[..., Tenant],
    person: Callable[..., Actor],
    behind: psycopg.Connection,
    tmp_path: Path,
) -> None:
    """With missions, invoices that are issued, payments that are matched, a journal, an audit log."""
    tenant, other = make_tenant(), make_tenant()
    two_sides(application, tenant)
    two_sides(application, other)
    for one in (tenant, other):
        grant_role(operator("tests", one.id), "partout@x.fr", "grades_manager")
        (tmp_path / one.slug).write_text(one.slug)
        digest = hashlib.sha256(one.slug.encode()).hexdigest()
        storage().keep(f"deliverables/{one.id}/{digest[:2]}/{digest}", tmp_path / one.slug)
    grant_role(operator("tests", tenant.id), "seul@x.fr", "grades_manager")
    before, theirs = rows_of(behind, tenant), rows_of(behind, other)
    assert len(before) > 50
    due = order(tenant)
    counted = purging.count(due)
    assert {name: number for name, number in counted.items() if name not in ("user_account", purging.FILES)} == before
    assert rows_of(behind, tenant) == before
    done = purging.purge(due, clock.now())
    assert (rows_of(behind, tenant), rows_of(behind, other)) == ({}, theirs)
    assert done == counted
    assert (storage().names(tenant.id), len(storage().names(other.id)) > 0) == ([], True)
    people = {row[0] for row in behind.execute("select email from user_account")}
    assert ("seul@x.fr" in people, "partout@x.fr" in people) == (False, True)
    assert find_portal(tenant.slug) is None
    off = behind.execute("select count(*) from pg_trigger where tgenabled = 'D'").fetchone()
    assert off == (0,)


def test_a_purge_that_stops_goes_on(
    application: Flask, tenant: Tenant, behind: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_role(operator("tests", tenant.id), "arret@x.fr", "grades_manager")
    due = order(tenant)
    real, calls = purging._delete, iter(range(1000))

    def breaking(*given: object) -> int:
        if next(calls) == len(tables()) - 3:
            raise ConnectionError
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(purging, "_delete", breaking)
    with pytest.raises(ConnectionError):
        purging.purge(due, clock.now())
    monkeypatch.undo()
    purging.purge(due, clock.now())
    assert rows_of(behind, tenant) == {}
    assert behind.execute("select count(*) from user_account where email = 'arret@x.fr'").fetchone() == (0,)
    assert not purging._notebook(tenant.id).exists()


@pytest.mark.parametrize("ahead", [None, timedelta(seconds=30), timedelta(days=30)], ids=["none", "soon", "month"])
def test_not_before_its_day(tenant: Tenant, ahead: timedelta | None) -> None:
    with transaction(operator("tests")) as tx:
        tx.session.get_one(Tenant, tenant.id).delete_after = clock.now() + ahead if ahead else None
    with pytest.raises(Conflict, match="pas venu"):
        purging.purge(tenant, clock.now())


def test_the_commands(tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    def crrc(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["tenant", *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert crrc("suspend", tenant.slug, "--reason", "Travaux.") == (
        0,
        f"Le portail {tenant.slug} est suspendu\xa0: Travaux.\n",
    )
    assert crrc("resume", tenant.slug) == (0, f"Le portail {tenant.slug} est rouvert.\n")
    code, said = crrc("delete", tenant.slug)
    assert (code, "Aucun export" in said) == (1, True)
    code, said = crrc("purge", tenant.slug)
    assert (code, f"--confirm {tenant.slug}" in said) == (1, True)
    code, said = crrc("purge", tenant.slug, "--confirm", tenant.slug)
    assert (code, "pas venu" in said) == (1, True)
    code, said = crrc("purge", tenant.slug, "--dry-run", "--json")
    assert (code, json.loads(said)["counts"]["audit_chain"]) == (0, 1)
    code, said = crrc("export", tenant.slug, "-o", "/nulle/part.zip")
    assert (code, "Aucun export" in said) == (1, True)
    code, said = crrc("domain", tenant.slug, "https://x")
    assert (code, "nom de domaine seul" in said) == (1, True)
    assert crrc("domain", tenant.slug, f"{tenant.slug}.exemple.fr")[1].endswith(f"/{tenant.slug}/\n")
    assert "127.0.0.1" in crrc("domain", tenant.slug, "--none")[1]
