"""Whoever runs the installation reads no file, no mail, no answer: the database refuses, table by table."""

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Executable, Table, select, text
from sqlalchemy.exc import ProgrammingError

import migrations.tables  # noqa: F401 (every table)
from kit.actor import Actor, anonymous, operator, system
from kit.db import Base
from kit.transaction import transaction
from tenants.models import Tenant, TenantExport
from tests.campaigns.files import a_call, a_file
from tests.sides import two_sides

# A column of one of these names holds, or leads to, what people send, write or are told.
TELLING = {"answers", "content", "evidence", "file_name", "file_stored", "stored", "text_body", "sha256"}
TELLING |= {"counterpart", "stored_json", "stored_pdf", "name_given"}
# Tables with such a column that the operator may read, and why.
OPEN = {
    "campaign_version": "what a call publishes to everybody",
    "service_version": "what the catalogue publishes to everybody",
    "price_schedule": "prices, which every buyer reads; its commands import and list them",
    "invoice": "figures and numbers: what is due has to be counted; the paper is in invoice_document",
    "processing_version": "the register of processings, which describes the software",
    "tenant_export": "of those that a manager asked for, which it hands over, the rows that can be taken away",
}


@pytest.fixture(scope="module")
def closed(database: str) -> set[str]:
    """The tables with the policy."""
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "select tablename from pg_policies where policyname = 'no_operator' and permissive = 'RESTRICTIVE'"
        )
        return {row[0] for row in rows}


@pytest.fixture(scope="module")
def region(application: Flask, make_tenant: Callable[..., Tenant]) -> Tenant:
    """A region where things were sent, written and told."""
    tenant = make_tenant()
    two_sides(application, tenant)
    a_file(tenant, a_call(tenant))
    return tenant


def tables(names: set[str]) -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name in names]


def test_every_table_of_files_is_closed_or_says_why_not(closed: set[str]) -> None:
    telling = {
        table.name
        for table in Base.metadata.sorted_tables
        if "tenant_id" in table.columns and not TELLING.isdisjoint(table.columns.keys())
    }
    assert telling - closed - OPEN.keys() == set()
    assert OPEN.keys() - telling == set()
    assert closed & OPEN.keys() == {"tenant_export"}


def attempt(region: Tenant, statement: Executable) -> bool:
    """Whether the database refuses it to the operator; where there is no row it has nothing to refuse."""
    try:
        with transaction(operator("root", region.id)) as tx:
            tx.session.execute(statement)
    except ProgrammingError as error:
        return "operator reads no file" in str(error) or "permission denied" in str(error)
    return False


def test_the_operator_is_refused_and_whoever_works_there_is_not(closed: set[str], region: Tenant) -> None:
    """Reading, changing, removing: wherever there is a row, and there is one in most of these tables."""
    held = set()
    for table in tables(closed - OPEN.keys()):
        with transaction(system(region.id, "tests")) as tx:
            if tx.session.execute(select(table).limit(1)).first() is None:
                continue
        held.add(table.name)
        assert attempt(region, select(table)), table.name
        assert attempt(region, text(f"delete from {table.name}")), table.name
        assert attempt(region, text(f"update {table.name} set tenant_id = tenant_id")), table.name
        assert attempt(region, text(f"select count(*) from {table.name}")), table.name
    assert held >= {"candidacy", "deliverable", "submission", "invoice_document", "bank_line"}


@pytest.mark.parametrize("actor", ["person", "token", "anonymous", "system"])
def test_the_policy_takes_from_nobody_else(closed: set[str], region: Tenant, actor: str) -> None:
    who = {
        "person": Actor("person", region.id),
        "token": Actor("token", region.id),
        "anonymous": anonymous(region.id),
        "system": system(region.id, "tests"),
    }[actor]
    for table in tables(closed):
        with transaction(who) as tx:
            tx.session.execute(select(table).limit(1)).all()


def test_of_exports_it_sees_those_that_it_may_hand_over(region: Tenant) -> None:
    with transaction(operator("root", region.id)) as tx:
        assert tx.session.scalars(select(TenantExport)).all() == []
    with transaction(system(region.id, "tests")) as tx:
        assert len(tx.session.scalars(select(TenantExport)).all()) == 1
