"""Somebody with every right on the database, who edits an audit log by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from kit.chain import next_hash
from tenants.models import Tenant
from tenants.queries.audit import TEXT

COLUMNS = "tenant_id, id, at, action, subject_id, actor_kind, actor_id, actor_name, acting_as, ip, request_id, facts"


class Hand:
    """The superuser, in one tenant's log; no trigger stands in the way."""

    def __init__(self, connection: psycopg.Connection[Any], tenant: Tenant) -> None:
        self.connection = connection
        self.tenant = tenant

    def do(self, statement: str, **values: Any) -> list[Any]:
        """One statement; `%(tenant)s` is the tenant."""
        cursor = self.connection.execute(statement, {"tenant": self.tenant.id, **values})
        return cursor.fetchall() if cursor.description else []

    def insert(self, number: int, like: int, digest: str = "0" * 64) -> None:
        """A line of one's own, like another, under a number."""
        self.do(
            f"insert into audit_line ({COLUMNS}, number, hash) select tenant_id, gen_random_uuid(), at, "
            "'invoice.issue', subject_id, actor_kind, actor_id, actor_name, acting_as, ip, request_id, facts, "
            "%(number)s, %(digest)s from audit_line where tenant_id = %(tenant)s and number = %(like)s",
            number=number,
            like=like,
            digest=digest,
        )

    def forge_from(self, number: int) -> None:
        """Make every hash follow from a line on, and the head: what shows nothing in the chain itself."""
        rows = self.do(
            f"select number, hash, {TEXT} from audit_line where tenant_id = %(tenant)s and number >= %(before)s "
            "order by number",
            before=number - 1,
        )
        before = rows.pop(0)[1] if rows and rows[0][0] < number else ""
        for position, _, text in rows:
            before = next_hash(before, text)
            self.do(
                "update audit_line set hash = %(digest)s where tenant_id = %(tenant)s and number = %(number)s",
                digest=before,
                number=position,
            )
        self.do(
            "update audit_chain set number = %(number)s, hash = %(digest)s where tenant_id = %(tenant)s",
            number=rows[-1][0] if rows else number - 1,
            digest=before,
        )


@contextmanager
def by_hand(database: str, tenant: Tenant) -> Iterator[Hand]:
    """Edit, then commit. Triggers and constraints between tables sleep meanwhile, for this connection alone."""
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute("set session_replication_role = replica")
        yield Hand(connection, tenant)
