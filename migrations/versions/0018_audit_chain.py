"""The audit log is chained: each line holds the hash of the one before, inside each tenant.

The database chains: whatever inserts a line, it takes its number and its hash from the tenant's chain, which stays
locked until the transaction ends. People are named by their identifier from now on; what was written before follows.
"""

import sqlalchemy as sa
from alembic import op

from kit.rls import protect

revision = "0018"
down_revision = "0017"

INSTANT = sa.DateTime(timezone=True)

# What a line says, as one JSON array: the bytes that are hashed, here and by whoever verifies.
TEXT = """
create function audit_text(line audit_line) returns text language sql stable as $$
    select jsonb_build_array(
        line.number, line.tenant_id, line.id, to_char(line.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        line.action, line.subject_id, line.actor_kind, line.actor_id, line.actor_name, line.acting_as, line.ip,
        line.request_id, line.facts
    )::text
$$
"""
# The head of the chain is read and locked once a statement; between its lines it travels in a setting of the
# transaction, for ten thousand lines would leave ten thousand versions of the head behind. The head belongs to the
# database: the application may read it, and only these functions, which take nothing, move it (SECURITY DEFINER; every
# table is named with its schema).
TAKE = """
create function audit_take() returns trigger language plpgsql security definer as $$
declare
    head public.audit_chain;
    owner uuid := current_setting('app.tenant_id')::uuid;
begin
    select * into head from public.audit_chain where tenant_id = owner for update;
    if not found then
        insert into public.audit_chain values (owner, 0, '') on conflict do nothing;
        select * into strict head from public.audit_chain where tenant_id = owner for update;
    end if;
    perform set_config('app.audit_number', head.number::text, true), set_config('app.audit_hash', head.hash, true);
    return null;
end $$
"""
LINK = """
create function audit_link() returns trigger language plpgsql as $$
begin
    if new.tenant_id <> current_setting('app.tenant_id')::uuid then
        raise exception 'audit_line: a line of another tenant' using errcode = 'insufficient_privilege';
    end if;
    new.number := current_setting('app.audit_number')::bigint + 1;
    new.hash := encode(
        sha256(convert_to(current_setting('app.audit_hash') || E'\\n' || audit_text(new), 'UTF8')), 'hex'
    );
    perform set_config('app.audit_number', new.number::text, true), set_config('app.audit_hash', new.hash, true);
    return new;
end $$
"""
# Nobody slips in another number on the way: the head moves by as many as there are lines.
GIVE = """
create function audit_give() returns trigger language plpgsql security definer as $$
declare
    reached bigint := current_setting('app.audit_number')::bigint;
begin
    update public.audit_chain
    set number = reached, hash = current_setting('app.audit_hash')
    where tenant_id = current_setting('app.tenant_id')::uuid and number = reached - (select count(*) from added);
    if not found then
        raise exception 'audit_line: the chain does not go on' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$
"""
# CNIL, recommendation of 14 October 2021 on logs: six months at least are kept here, whatever a purge asks.
KEEP = """
create function audit_keep() returns trigger language plpgsql as $$
begin
    if old.at > now() - interval '6 months'
       or not exists (select from audit_anchor a where a.tenant_id = old.tenant_id and a.number >= old.number) then
        raise exception 'audit_line %: kept six months at least, and until an anchor covers it', old.number
            using errcode = 'insufficient_privilege';
    end if;
    return old;
end $$
"""
# The lines written before: chained in their order, tenant after tenant.
CHAIN_THE_PAST = """
do $$
declare
    line audit_line;
    owner uuid := null;
    position bigint;
    before text;
begin
    for line in select * from audit_line order by tenant_id, id loop
        if owner is distinct from line.tenant_id then
            if owner is not null then
                insert into audit_chain values (owner, position, before);
            end if;
            owner := line.tenant_id;
            position := 0;
            before := '';
        end if;
        position := position + 1;
        line.number := position;
        before := encode(sha256(convert_to(before || E'\\n' || audit_text(line), 'UTF8')), 'hex');
        update audit_line set number = position, hash = before where tenant_id = line.tenant_id and id = line.id;
    end loop;
    if owner is not null then
        insert into audit_chain values (owner, position, before);
    end if;
end $$
"""


def upgrade() -> None:
    """Add the chain, chain what is there, and let the database go on."""
    for column in (
        sa.Column("acting_as", sa.Text, nullable=False, server_default=""),
        sa.Column("ip", sa.Text),
        sa.Column("number", sa.BigInteger),
        sa.Column("hash", sa.Text),
    ):
        op.add_column("audit_line", column)
    op.alter_column("audit_line", "acting_as", server_default=None)
    _make_chain()
    op.execute("update audit_line set actor_name = '' where actor_kind = 'person'")
    op.execute(TEXT)
    op.execute(CHAIN_THE_PAST)
    op.alter_column("audit_line", "number", nullable=False)
    op.alter_column("audit_line", "hash", nullable=False)
    op.create_unique_constraint("uq_audit_line_tenant_id_number", "audit_line", ["tenant_id", "number"])
    for column in ("actor_id", "action"):
        op.create_index(f"ix_audit_line_tenant_id_{column}_id", "audit_line", ["tenant_id", column, "id"])
    _let_the_database_chain()


def _make_chain() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_anchor",
        sa.Column("tenant_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )
    protect(op.execute, "audit_chain", "audit_anchor")
    op.execute("revoke insert, update, delete on audit_chain from crrc_app")
    # One row that every act updates: its versions stay on its page, where they are cleared as they come.
    op.execute("alter table audit_chain set (fillfactor = 10)")
    op.execute("revoke update, delete on audit_anchor from crrc_app")


def _let_the_database_chain() -> None:
    for function in (TAKE, LINK, GIVE, KEEP):
        op.execute(function)
    for name, moment in (
        ("audit_take", "before insert on audit_line for each statement"),
        ("audit_link", "before insert on audit_line for each row"),
        ("audit_give", "after insert on audit_line referencing new table as added for each statement"),
        ("audit_keep", "before delete on audit_line for each row"),
    ):
        op.execute(f"create trigger {name} {moment} execute function {name}()")
    op.execute("grant delete on audit_line to crrc_app")
