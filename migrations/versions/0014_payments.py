"""Receivables, payments, matchings; online payment."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from kit.rls import APP_ROLE, protect, share
from migrations import online_tables

revision = "0014"
down_revision = "0013"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "payment_event",
    "bank_statement",
    "payment_account",
    "bank_line",
    "checkout",
    "payout",
    "receivable",
    "payment",
    "matching",
    "online_refund",
)
AMOUNTS = {"receivable": "total_cents", "payment": "amount_cents"}
MATCHING_FACTS = (
    *("id", "kind", "invoice_id", "payment_id", "credit_note_id", "amount_cents", "reason", "automatic"),
    *("matched_by", "matched_on", "matched_at"),
)
RECEIVABLE_FACTS = ("id", "customer_id", "is_credit", "due_on", "total_cents")
PAYMENT_FACTS = ("id", "kind", "bank_line_id", "checkout_id", "received_on", "amount_cents", "recorded_at")


def upgrade() -> None:
    """Make the tables, and the triggers that keep what is open of invoices and payments."""
    online_tables.make_payment_event()
    _make_bank_statement()
    online_tables.make_connected_account()
    online_tables.make_payment_account()
    _make_bank_line()
    online_tables.make_checkout()
    online_tables.make_payout()
    _make_receivable()
    _make_payment()
    _make_matching()
    online_tables.make_online_refund()
    protect(op.execute, *TABLES)
    share(op.execute, "connected_account")
    op.execute(f"revoke update, delete on bank_statement, bank_line from {APP_ROLE}")
    op.execute(f"revoke delete on receivable, payment, matching from {APP_ROLE}")
    op.execute(f"revoke delete on checkout, payment_event, payout, online_refund from {APP_ROLE}")
    _keep_what_is_open()
    _refuse_to_rewrite()
    _owe_what_was_issued()


def _make_bank_statement() -> None:
    op.create_table(
        "bank_statement",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("iban", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date),
        sa.Column("ends_on", sa.Date),
        sa.Column("opening_cents", sa.BigInteger),
        sa.Column("closing_cents", sa.BigInteger),
        sa.Column("movements_cents", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
        sa.Column("imported_by", sa.Uuid),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.CheckConstraint("lines >= 0 and known >= 0", name="lines"),
        sa.ForeignKeyConstraint(["imported_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "sha256"),
    )


def _make_bank_line() -> None:
    op.create_table(
        "bank_line",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("statement_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("counterpart", sa.Text, nullable=False),
        sa.Column("counterpart_iban", sa.Text, nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.CheckConstraint("amount_cents <> 0", name="amount"),
        sa.ForeignKeyConstraint(["tenant_id", "statement_id"], ["bank_statement.tenant_id", "bank_statement.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "fingerprint"),
    )
    op.create_index(
        "ix_bank_line_tenant_id_statement_id_position", "bank_line", ["tenant_id", "statement_id", "position"]
    )


def _make_receivable() -> None:
    op.create_table(
        "receivable",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("is_funder", sa.Boolean, nullable=False),
        sa.Column("is_credit", sa.Boolean, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("total_cents", sa.BigInteger, nullable=False),
        sa.Column("open_cents", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("contested_at", INSTANT),
        sa.Column("contest_motive", sa.Text, nullable=False),
        sa.Column("contest_answer", sa.Text, nullable=False),
        sa.CheckConstraint("(state = 'contested') = (contested_at is not null)", name="contested"),
        sa.CheckConstraint("open_cents between 0 and total_cents", name="open"),
        sa.CheckConstraint("state in ('due', 'contested')", name="state"),
        sa.ForeignKeyConstraint(["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "id"], ["invoice.tenant_id", "invoice.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index(
        "ix_receivable_open", "receivable", ["tenant_id", "due_on"], postgresql_where=sa.text("open_cents > 0")
    )
    op.create_index("ix_receivable_tenant_id_customer_id_due_on", "receivable", ["tenant_id", "customer_id", "due_on"])


def _make_payment() -> None:
    op.create_table(
        "payment",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Uuid),
        sa.Column("bank_line_id", sa.Uuid),
        sa.Column("checkout_id", sa.Uuid),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("open_cents", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("payer", sa.Text, nullable=False),
        sa.Column("recorded_by", sa.Uuid),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name="amount"),
        sa.CheckConstraint("kind in ('transfer', 'card', 'sepa_debit', 'cheque', 'other')", name="kind"),
        sa.CheckConstraint("open_cents between 0 and amount_cents", name="open"),
        sa.ForeignKeyConstraint(["recorded_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "bank_line_id"], ["bank_line.tenant_id", "bank_line.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "checkout_id"], ["checkout.tenant_id", "checkout.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "bank_line_id"),
        sa.UniqueConstraint("tenant_id", "checkout_id"),
    )
    op.create_index(
        "ix_payment_open", "payment", ["tenant_id", "received_on"], postgresql_where=sa.text("open_cents > 0")
    )
    op.create_index("ix_payment_tenant_id_customer_id", "payment", ["tenant_id", "customer_id"])


def _make_matching() -> None:
    op.create_table(
        "matching",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("invoice_id", sa.Uuid),
        sa.Column("payment_id", sa.Uuid),
        sa.Column("credit_note_id", sa.Uuid),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("automatic", sa.Boolean, nullable=False),
        sa.Column("matched_by", sa.Uuid),
        sa.Column("matched_on", sa.Date, nullable=False),
        sa.Column("matched_at", INSTANT, nullable=False),
        sa.Column("undone_by", sa.Uuid),
        sa.Column("undone_at", INSTANT),
        sa.CheckConstraint("amount_cents > 0", name="amount"),
        sa.CheckConstraint("kind in ('payment', 'credit_note', 'write_off', 'refund')", name="kind"),
        sa.CheckConstraint("reason <> ''", name="reason"),
        sa.CheckConstraint(
            "case kind when 'payment' then invoice_id is not null and payment_id is not null and "
            "credit_note_id is null when 'credit_note' then invoice_id is not null and payment_id is "
            "null and credit_note_id is not null when 'write_off' then invoice_id is not null and "
            "payment_id is null and credit_note_id is null else invoice_id is null and "
            "num_nonnulls(payment_id, credit_note_id) = 1 end",
            name="sides",
        ),
        sa.ForeignKeyConstraint(["matched_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "credit_note_id"], ["receivable.tenant_id", "receivable.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "invoice_id"], ["receivable.tenant_id", "receivable.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "payment_id"], ["payment.tenant_id", "payment.id"]),
        sa.ForeignKeyConstraint(["undone_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_matching_tenant_id_credit_note_id", "matching", ["tenant_id", "credit_note_id"])
    op.create_index("ix_matching_tenant_id_invoice_id", "matching", ["tenant_id", "invoice_id"])
    op.create_index("ix_matching_tenant_id_payment_id", "matching", ["tenant_id", "payment_id"])
    _find_what_moved_since()


def _find_what_moved_since() -> None:
    """What was open on a day long past is today's, and what moved since."""
    op.create_index("ix_matching_tenant_id_matched_on", "matching", ["tenant_id", "matched_on"])
    op.create_index(
        "ix_matching_undone", "matching", ["tenant_id", "undone_at"], postgresql_where=sa.text("undone_at is not null")
    )


def _keep_what_is_open() -> None:
    """What is open follows the matchings, in the same statement: the CHECKs refuse to settle more than there is."""
    op.execute(
        """
        create function keep_what_is_open() returns trigger language plpgsql as $$
        declare
            amount bigint := new.amount_cents;
        begin
            if tg_op = 'UPDATE' then amount := -amount; end if;
            update receivable set open_cents = open_cents - amount
                where tenant_id = new.tenant_id and id = new.invoice_id and not is_credit;
            if not found and new.invoice_id is not null then
                raise exception 'matching %: a credit note is not paid', new.id
                    using errcode = 'check_violation', constraint = 'ck_matching_sides';
            end if;
            update receivable set open_cents = open_cents - amount
                where tenant_id = new.tenant_id and id = new.credit_note_id and is_credit;
            if not found and new.credit_note_id is not null then
                raise exception 'matching %: this is no credit note', new.id
                    using errcode = 'check_violation', constraint = 'ck_matching_sides';
            end if;
            update payment set open_cents = open_cents - amount
                where tenant_id = new.tenant_id and id = new.payment_id;
            return null;
        end $$
        """
    )
    op.execute(
        "create trigger keep_what_is_open after insert or update on matching "
        "for each row execute function keep_what_is_open()"
    )


def _refuse_to_rewrite() -> None:
    """A matching is undone once and not changed; amounts received and owed stay what they were."""
    for table, change in (
        ("matching", "new.undone_at is null or old.undone_at is not null or " + _differs(MATCHING_FACTS)),
        ("receivable", _differs(RECEIVABLE_FACTS) + " or pg_trigger_depth() < 2 and " + _differs(("open_cents",))),
        ("payment", _differs(PAYMENT_FACTS) + " or pg_trigger_depth() < 2 and " + _differs(("open_cents",))),
    ):
        begins = "new.undone_at is not null" if table == "matching" else f"new.open_cents <> new.{AMOUNTS[table]}"
        op.execute(
            f"""
            create function guard_{table}() returns trigger language plpgsql as $$
            begin
                if tg_op = 'INSERT' and {begins} or tg_op = 'UPDATE' and ({change}) then
                    raise exception '{table} %: this is not rewritten', new.id
                        using errcode = 'check_violation', constraint = 'ck_{table}_frozen';
                end if;
                return new;
            end $$
            """
        )
        op.execute(
            f"create trigger guard_{table} before insert or update on {table} "
            f"for each row execute function guard_{table}()"
        )


def _differs(columns: Iterable[str]) -> str:
    return "(" + " or ".join(f"new.{name} is distinct from old.{name}" for name in columns) + ")"


def _owe_what_was_issued() -> None:
    """A receivable is that of an issued invoice: its customer, its amount, its day."""
    op.execute(
        """
        create function check_receivable() returns trigger language plpgsql as $$
        begin
            if not exists (
                select from invoice where tenant_id = new.tenant_id and id = new.id and state = 'issued'
                and (customer_id, total_cents, due_on, kind = 'credit_note')
                    = (new.customer_id, new.total_cents, new.due_on, new.is_credit)
            ) then
                raise exception 'receivable %: this is not what was issued', new.id
                    using errcode = 'check_violation', constraint = 'ck_receivable_issued';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger check_receivable before insert on receivable for each row execute function check_receivable()"
    )
