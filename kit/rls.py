"""Row-level security: the policies' text, in one place. Without a tenant they raise: silence looks like no data."""

import re
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from kit import clock, exchange
from kit.actor import Actor

APP_ROLE = "crrc_app"
RELAY_ROLE = "crrc_relay"
# Neither nullif nor missing_ok: an unset tenant is an error (unknown setting, or ''::uuid), never an empty answer.
CURRENT_TENANT = "current_setting('app.tenant_id')::uuid"

# Each transaction says it first (bench/rls.py).
SAY = (
    "select set_config('app.tenant_id', '{}', true), set_config('app.actor_kind', '{}', true), "
    "set_config('app.person_id', '{}', true), " + clock.THERE
)
BEGIN = {False: "begin", True: "begin isolation level repeatable read"}
_PLAIN = re.compile(r"[0-9a-z_-]*")


def protect(execute: Callable[[str], object], *tables: str) -> None:
    """Put tenant tables behind their policy and give them to the application role. For migrations.

    Security is enabled, not forced: the owner runs migrations and must see every row it backfills.
    """
    for table in tables:
        execute(f"alter table {table} enable row level security")
        execute(
            f"create policy tenant_isolation on {table} to {APP_ROLE} "
            f"using (tenant_id = {CURRENT_TENANT}) with check (tenant_id = {CURRENT_TENANT})"
        )
        execute(f"grant select, insert, update, delete on {table} to {APP_ROLE}")


def share(execute: Callable[[str], object], *tables: str) -> None:
    """Give platform or reference tables, which have no tenant, to the application role. For migrations."""
    for table in tables:
        execute(f"grant select, insert, update, delete on {table} to {APP_ROLE}")


def bind(session: Session, actor: Actor, snapshot: bool = False) -> float | None:
    """Begin the transaction and tell the database for whom it answers until its end: the policies read these settings.

    Somebody on the platform is nobody's tenant: of the tables of tenants they see their own places alone. For the
    software and the operator on the platform nothing is said, and every tenant's table raises. `snapshot`: everything
    that is read is of one instant. Returns the database's hour (seconds since 1970), None where nothing was said.
    """
    level = {"isolation_level": "REPEATABLE READ"} if snapshot else {}
    connection = session.connection(execution_options=level)
    if actor.tenant_id is not None:
        said = (str(actor.tenant_id), actor.kind, "")
    elif actor.kind == "person" and actor.user_id is not None:
        said = (str(UUID(int=0)), actor.kind, str(actor.user_id))
    else:
        return None
    if not all(map(_PLAIN.fullmatch, said)):
        raise ValueError("An identity is made of letters, figures and hyphens.")
    begin = f"{BEGIN[snapshot]}; " if exchange.is_idle(connection) else ""  # at once: each transaction does
    return float(exchange.say(connection, begin + SAY.format(*said))[-1])


def refuse_powerful_role(connection: Connection) -> None:
    """Raise RuntimeError when the connected role could walk around the policies: superuser, BYPASSRLS or owner."""
    row = connection.execute(
        text(
            "select r.rolname, r.rolsuper or r.rolbypassrls, "
            "exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "        where n.nspname = 'public' and c.relkind = 'r' and c.relowner = r.oid) "
            "from pg_roles r where r.rolname = current_user"
        )
    ).one()
    if row[1] or row[2]:
        raise RuntimeError(f"The role {row[0]} is owner, superuser or BYPASSRLS: row-level security would not hold.")
