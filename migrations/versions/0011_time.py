"""The time ledger: double entry, kept by the database itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import APP_ROLE, protect

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)
MOVEMENTS = "'grant', 'purchase', 'reserve', 'release', 'consume', 'expire', 'carry_over', 'transfer', 'correct'"
TABLES = (
    "time_packet",
    "time_account",
    "time_movement",
    "time_sheet",
    "time_entry",
)


def upgrade() -> None:
    """Make the tables, append-only, and the triggers that keep balances and the sum of zero."""
    _make_time_packet()
    _make_time_account()
    _make_time_movement()
    _make_time_sheet()
    _make_time_entry()
    protect(op.execute, *TABLES)
    op.execute(f"revoke update, delete on time_packet, time_movement, time_entry, time_sheet from {APP_ROLE}")
    # The right to update accounts stays: the application locks them, and the trigger runs as the application.
    op.execute(f"revoke delete on time_account from {APP_ROLE}")
    _keep_balances()
    _refuse_a_balance_without_entries()
    _refuse_what_does_not_sum_to_zero()


def _make_time_packet() -> None:
    op.create_table(
        "time_packet",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("finess_et", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_id", sa.Uuid),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("starts_on <= expires_on", name="dates"),
        sa.CheckConstraint("source in ('award', 'grant', 'order', 'carry_over', 'transfer')", name="source"),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "ix_time_packet_tenant_id_organisation_id_expires_on",
        "time_packet",
        ["tenant_id", "organisation_id", "expires_on"],
    )
    op.create_index("ix_time_packet_tenant_id_source_id", "time_packet", ["tenant_id", "source_id"])


def _make_time_account() -> None:
    op.create_table(
        "time_account",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("packet_id", sa.Uuid),
        sa.Column("balance", sa.Integer, nullable=False),
        sa.CheckConstraint("balance >= 0 or kind in ('granted', 'purchased')", name="balance"),
        sa.CheckConstraint(
            "kind in ('granted', 'purchased', 'available', 'reserved', 'consumed', 'expired')", name="kind"
        ),
        sa.CheckConstraint("(kind in ('available', 'reserved')) = (packet_id is not null)", name="packet"),
        sa.ForeignKeyConstraint(["tenant_id", "packet_id"], ["time_packet.tenant_id", "time_packet.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "kind", "packet_id", postgresql_nulls_not_distinct=True),
    )
    op.create_index("ix_time_account_tenant_id_packet_id", "time_account", ["tenant_id", "packet_id"])


def _make_time_movement() -> None:
    op.create_table(
        "time_movement",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("mission_id", sa.Uuid),
        sa.Column("reverses_id", sa.Uuid),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"kind in ({MOVEMENTS})", name="kind"),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "mission_id"], ["mission.tenant_id", "mission.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "reverses_id"], ["time_movement.tenant_id", "time_movement.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "reverses_id"),
    )
    op.create_index("ix_time_movement_tenant_id_mission_id", "time_movement", ["tenant_id", "mission_id"])
    op.create_index(
        "ix_time_movement_tenant_id_organisation_id_effective_on_id",
        "time_movement",
        ["tenant_id", "organisation_id", "effective_on", "id"],
    )


def _make_time_sheet() -> None:
    op.create_table(
        "time_sheet",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("mission_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("half_days", sa.Integer, nullable=False),
        sa.Column("submitted_by", sa.Uuid),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.CheckConstraint("half_days > 0", name="half_days"),
        sa.ForeignKeyConstraint(["submitted_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "mission_id"], ["mission.tenant_id", "mission.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "mission_id", "version"),
    )


def _make_time_entry() -> None:
    op.create_table(
        "time_entry",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("movement_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("half_days", sa.Integer, nullable=False),
        sa.CheckConstraint("half_days <> 0", name="half_days"),
        sa.ForeignKeyConstraint(["tenant_id", "account_id"], ["time_account.tenant_id", "time_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "movement_id"], ["time_movement.tenant_id", "time_movement.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "movement_id", "account_id"),
    )
    op.create_index("ix_time_entry_tenant_id_account_id", "time_entry", ["tenant_id", "account_id"])


def _keep_balances() -> None:
    """An account's balance follows its entries, in the same statement: the CHECK on it refuses to draw too much."""
    op.execute(
        """
        create function keep_time_balance() returns trigger language plpgsql as $$
        begin
            update time_account set balance = balance + new.half_days
            where tenant_id = new.tenant_id and id = new.account_id;
            return null;
        end $$
        """
    )
    op.execute(
        "create trigger keep_time_balance after insert on time_entry for each row execute function keep_time_balance()"
    )


def _refuse_a_balance_without_entries() -> None:
    """A balance begins at zero and moves by entries alone: it is what they sum to, whatever a program does."""
    op.execute(
        """
        create function guard_time_balance() returns trigger language plpgsql as $$
        begin
            if tg_op = 'INSERT' and new.balance <> 0
               or tg_op = 'UPDATE' and pg_trigger_depth() < 2 and new is distinct from old then
                raise exception 'time account %: a balance is moved by entries alone', new.id
                    using errcode = 'check_violation', constraint = 'ck_time_account_entries';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger guard_time_balance before insert or update on time_account "
        "for each row execute function guard_time_balance()"
    )


def _refuse_what_does_not_sum_to_zero() -> None:
    """At commit, a movement's entries sum to zero: so does the sum of all accounts, always."""
    op.execute(
        """
        create function check_time_movement() returns trigger language plpgsql as $$
        begin
            if (select sum(half_days) from time_entry
                where tenant_id = new.tenant_id and movement_id = new.movement_id) <> 0 then
                raise exception 'time movement % does not sum to zero', new.movement_id
                    using errcode = 'check_violation', constraint = 'ck_time_movement_zero';
            end if;
            return null;
        end $$
        """
    )
    op.execute(
        "create constraint trigger check_time_movement after insert on time_entry "
        "deferrable initially deferred for each row execute function check_time_movement()"
    )
