"""Transmissions, reminders, the accounts."""

import sqlalchemy as sa
from alembic import op

from kit.rls import APP_ROLE, protect

revision = "0015"
down_revision = "0014"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "journal_entry",
    "journal_series",
    "journal_line",
    "dunning",
    "transmission",
    "transmission_event",
)


def upgrade() -> None:
    """Make the tables; what was said, sent and entered never changes, and entries sum to zero."""
    _make_journal_entry()
    _make_journal_series()
    _make_journal_line()
    _make_dunning()
    _make_transmission()
    _make_transmission_event()
    protect(op.execute, *TABLES)
    op.execute(f"revoke update, delete on transmission_event, dunning, journal_entry, journal_line from {APP_ROLE}")
    op.execute(f"revoke delete on transmission, journal_series from {APP_ROLE}")
    _check_entries()
    _keep_numbers_without_gap()


def _make_journal_entry() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("journal", sa.Text, nullable=False),
        sa.Column("entered_on", sa.Date, nullable=False),
        sa.Column("piece", sa.Text, nullable=False),
        sa.Column("piece_on", sa.Date, nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("about_id", sa.Uuid, nullable=False),
        sa.Column("validated_at", INSTANT, nullable=False),
        sa.CheckConstraint("journal in ('VE', 'BQ', 'OD')", name="journal"),
        sa.CheckConstraint("lines >= 2", name="lines"),
        sa.CheckConstraint("extract(year from entered_on) = year", name="year"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "subject", "subject_id"),
        sa.UniqueConstraint("tenant_id", "year", "number"),
    )
    op.create_index("ix_journal_entry_tenant_id_about_id", "journal_entry", ["tenant_id", "about_id"])


def _make_journal_series() -> None:
    op.create_table(
        "journal_series",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "year"),
    )


def _make_journal_line() -> None:
    op.create_table(
        "journal_line",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("account_label", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Uuid),
        sa.Column("debit_cents", sa.BigInteger, nullable=False),
        sa.Column("credit_cents", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "debit_cents >= 0 and credit_cents >= 0 and (debit_cents = 0) <> (credit_cents = 0)", name="side"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "entry_id"], ["journal_entry.tenant_id", "journal_entry.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "entry_id", "position"),
    )
    op.create_index("ix_journal_line_tenant_id_customer_id", "journal_line", ["tenant_id", "customer_id"])


def _make_dunning() -> None:
    op.create_table(
        "dunning",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("tone", sa.Text, nullable=False),
        sa.Column("open_cents", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.CheckConstraint("level > 0", name="level"),
        sa.CheckConstraint("open_cents > 0", name="open"),
        sa.ForeignKeyConstraint(["tenant_id", "invoice_id"], ["invoice.tenant_id", "invoice.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "invoice_id", "level"),
    )


def _make_transmission() -> None:
    op.create_table(
        "transmission",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("is_funder", sa.Boolean, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("external_reference", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("next_attempt_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("begun_at", INSTANT),
        sa.Column("deposited_at", INSTANT),
        sa.CheckConstraint("begun_at is null or state in ('waiting', 'failed')", name="begun"),
        sa.CheckConstraint("channel in ('chorus_pro', 'platform', 'email', 'manual')", name="channel"),
        sa.CheckConstraint("state not in ('deposited', 'accepted') or external_reference <> ''", name="reference"),
        sa.CheckConstraint("state in ('waiting', 'failed', 'deposited', 'accepted', 'rejected')", name="state"),
        sa.ForeignKeyConstraint(["tenant_id", "invoice_id"], ["invoice.tenant_id", "invoice.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "invoice_id"),
    )
    op.create_index(
        "ix_transmission_tenant_id_state_next_attempt_at", "transmission", ["tenant_id", "state", "next_attempt_at"]
    )


def _make_transmission_event() -> None:
    op.create_table(
        "transmission_event",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("transmission_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Uuid),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "transmission_id"], ["transmission.tenant_id", "transmission.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "transmission_id", "status", "said_at"),
    )


def _check_entries() -> None:
    """At commit, an entry has the lines it says, for ever, they sum to zero, and its number is one its series gave."""
    op.execute(
        """
        create function check_journal_entry() returns trigger language plpgsql as $$
        declare
            entry uuid;
        begin
            if tg_table_name = 'journal_entry' then entry := new.id; else entry := new.entry_id; end if;
            if not exists (
                select from journal_entry e where e.tenant_id = new.tenant_id and e.id = entry and (e.lines, 0) =
                (select count(*), coalesce(sum(debit_cents - credit_cents), 0) from journal_line l
                 where l.tenant_id = new.tenant_id and l.entry_id = entry)
            ) then
                raise exception 'journal entry %: its lines do not balance', entry
                    using errcode = 'check_violation', constraint = 'ck_journal_entry_balance';
            end if;
            if tg_table_name = 'journal_entry' then
                if not exists (select from journal_series where tenant_id = new.tenant_id and year = new.year
                               and new.number between 1 and last_number) then
                    raise exception 'journal entry %: its series did not give it the number %', entry, new.number
                        using errcode = 'check_violation', constraint = 'ck_journal_entry_number';
                end if;
            end if;
            return null;
        end $$
        """
    )
    for table in ("journal_entry", "journal_line"):
        op.execute(
            f"create constraint trigger check_{table} after insert on {table} "
            "deferrable initially deferred for each row execute function check_journal_entry()"
        )


def _keep_numbers_without_gap() -> None:
    """EcritureNum begins at 1 and grows by as many as entries are written; at commit one bears each number."""
    op.execute(
        """
        create function guard_journal_series() returns trigger language plpgsql as $$
        begin
            if tg_op = 'INSERT' and new.last_number <> 0
               or tg_op = 'UPDATE' and (new.year <> old.year or new.last_number <= old.last_number) then
                raise exception 'journal series %: numbers follow one another', new.year
                    using errcode = 'check_violation', constraint = 'ck_journal_series_next';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger guard_journal_series before insert or update on journal_series "
        "for each row execute function guard_journal_series()"
    )
    op.execute(
        """
        create function check_journal_series() returns trigger language plpgsql as $$
        begin
            if new.last_number - old.last_number <> (
                select count(*) from journal_entry where tenant_id = new.tenant_id and year = new.year
                and number > old.last_number and number <= new.last_number
            ) then
                raise exception 'journal series %: no entry bears a number up to %', new.year, new.last_number
                    using errcode = 'check_violation', constraint = 'ck_journal_series_gap';
            end if;
            return null;
        end $$
        """
    )
    op.execute(
        "create constraint trigger check_journal_series after update on journal_series "
        "deferrable initially deferred for each row execute function check_journal_series()"
    )
