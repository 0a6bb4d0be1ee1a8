"""Invoices and their numbers: what is issued never changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import APP_ROLE, protect

revision = "0013"
down_revision = "0012"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "invoice_series",
    "issue_run",
    "invoice",
    "invoice_document",
    "invoice_line",
)


def upgrade() -> None:
    """Make the tables, and the triggers that freeze what is issued and keep the numbers without gap."""
    _make_invoice_series()
    _make_issue_run()
    _make_invoice()
    _make_invoice_document()
    _make_invoice_line()
    protect(op.execute, *TABLES)
    op.execute(f"revoke delete on invoice_document, invoice_series, issue_run from {APP_ROLE}")
    _freeze_what_is_issued()
    _freeze_lines()
    _freeze_what_is_made()
    _keep_numbers_without_gap()


def _make_invoice_series() -> None:
    op.create_table(
        "invoice_series",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.Column("last_issued_on", sa.Date),
        sa.CheckConstraint("last_number >= 0", name="last_number"),
        sa.PrimaryKeyConstraint("tenant_id", "year"),
    )


def _make_issue_run() -> None:
    op.create_table(
        "issue_run",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.CheckConstraint("total > 0", name="total"),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )


def _make_invoice() -> None:
    op.create_table("invoice", *_invoice_columns(), *_invoice_constraints())
    op.create_index("ix_invoice_tenant_id_customer_id_id", "invoice", ["tenant_id", "customer_id", "id"])
    op.create_index("ix_invoice_tenant_id_organisation_id_id", "invoice", ["tenant_id", "organisation_id", "id"])
    op.create_index("ix_invoice_tenant_id_reference_id", "invoice", ["tenant_id", "reference_id"])
    op.create_index("ix_invoice_tenant_id_run_id", "invoice", ["tenant_id", "run_id"])
    op.create_index("ix_invoice_tenant_id_state_id", "invoice", ["tenant_id", "state", "id"])


def _invoice_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("is_funder", sa.Boolean, nullable=False),
        sa.Column("reference_id", sa.Uuid),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("engagement_number", sa.Text, nullable=False),
        sa.Column("service_code", sa.Text, nullable=False),
        sa.Column("purchaser_reference", sa.Text, nullable=False),
        sa.Column("period_starts_on", sa.Date),
        sa.Column("period_ends_on", sa.Date),
        sa.Column("delivered_on", sa.Date),
        sa.Column("net_cents", sa.BigInteger, nullable=False),
        sa.Column("vat_cents", sa.BigInteger, nullable=False),
        sa.Column("total_cents", sa.BigInteger, nullable=False),
        sa.Column("findings", JSONB, nullable=False),
        sa.Column("run_id", sa.Uuid),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("series_year", sa.Integer),
        sa.Column("series_number", sa.Integer),
        sa.Column("issued_on", sa.Date),
        sa.Column("due_on", sa.Date),
        sa.Column("issued_at", INSTANT),
        sa.Column("issued_by", sa.Uuid),
        sa.Column("payment_reference", sa.Text, nullable=False),
        sa.Column("content", JSONB),
    ]


def _invoice_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint(
            "(state = 'issued') = (number is not null and series_year is not null and series_number is "
            "not null and issued_at is not null and issued_on is not null and content is not null)",
            name="issued",
        ),
        sa.CheckConstraint("kind in ('invoice', 'corrected', 'credit_note')", name="kind"),
        sa.CheckConstraint("(kind = 'invoice') = (reference_id is null)", name="reference"),
        sa.CheckConstraint("state in ('draft', 'queued', 'issued', 'discarded')", name="state"),
        sa.CheckConstraint("net_cents + vat_cents = total_cents and total_cents >= 0", name="total"),
        sa.CheckConstraint("state <> 'issued' or extract(year from issued_on) = series_year", name="year"),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["issued_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "customer_id"], ["customer.tenant_id", "customer.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "reference_id"], ["invoice.tenant_id", "invoice.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["issue_run.tenant_id", "issue_run.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.UniqueConstraint("tenant_id", "series_year", "series_number"),
    ]


def _make_invoice_document() -> None:
    op.create_table(
        "invoice_document",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.Text),
        sa.Column("size", sa.Integer),
        sa.Column("xml_sha256", sa.Text),
        sa.Column("made_at", INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.CheckConstraint("(made_at is null) = (sha256 is null)", name="made"),
        sa.CheckConstraint("num_nulls(made_at, sha256, size, xml_sha256) in (0, 4)", name="whole"),
        sa.ForeignKeyConstraint(["tenant_id", "invoice_id"], ["invoice.tenant_id", "invoice.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "invoice_id"),
    )
    op.create_index(
        "ix_invoice_document_due",
        "invoice_document",
        ["tenant_id", "next_attempt_at"],
        postgresql_where=sa.text("made_at is null"),
    )


def _make_invoice_line() -> None:
    op.create_table("invoice_line", *_invoice_line_columns(), *_invoice_line_constraints())
    op.create_index("ix_invoice_line_tenant_id_credits_id", "invoice_line", ["tenant_id", "credits_id"])
    op.create_index(
        "ix_invoice_line_tenant_id_invoice_id_position", "invoice_line", ["tenant_id", "invoice_id", "position"]
    )
    op.create_index("ix_invoice_line_tenant_id_order_id", "invoice_line", ["tenant_id", "order_id"])
    op.create_index(
        "uq_invoice_line_source",
        "invoice_line",
        ["tenant_id", "source", "source_key", "share"],
        unique=True,
        postgresql_where=sa.text("credits_id is null"),
    )


def _invoice_line_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("invoice_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_key", sa.Text, nullable=False),
        sa.Column("share", sa.Text, nullable=False),
        sa.Column("credits_id", sa.Uuid),
        sa.Column("order_id", sa.Uuid),
        sa.Column("service_id", sa.Uuid),
        sa.Column("campaign_id", sa.Uuid),
        sa.Column("designation", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_code", sa.Text, nullable=False),
        sa.Column("unit_cents", sa.BigInteger, nullable=False),
        sa.Column("net_cents", sa.BigInteger, nullable=False),
        sa.Column("vat_cents", sa.BigInteger, nullable=False),
        sa.Column("total_cents", sa.BigInteger, nullable=False),
        sa.Column("vat_category", sa.Text),
        sa.Column("rate", sa.Integer, nullable=False),
        sa.Column("exemption_text", sa.Text, nullable=False),
        sa.Column("exemption_code", sa.Text, nullable=False),
        sa.Column("period_starts_on", sa.Date),
        sa.Column("period_ends_on", sa.Date),
    ]


def _invoice_line_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("quantity > 0 and quantity * unit_cents = net_cents", name="quantity"),
        sa.CheckConstraint("share in ('whole', 'ars', 'remainder')", name="share"),
        sa.CheckConstraint("source in ('order', 'order_fee', 'subscription', 'adhesion', 'manual')", name="source"),
        sa.CheckConstraint("subject in ('service', 'late_fee', 'subscription', 'adhesion', 'other')", name="subject"),
        sa.CheckConstraint("net_cents + vat_cents = total_cents and total_cents >= 0 and vat_cents >= 0", name="total"),
        sa.CheckConstraint("vat_category in ('S', 'E', 'O', 'Z')", name="vat_category"),
        sa.ForeignKeyConstraint(["tenant_id", "campaign_id"], ["campaign.tenant_id", "campaign.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "credits_id"], ["invoice_line.tenant_id", "invoice_line.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "invoice_id"], ["invoice.tenant_id", "invoice.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "order_id"], ["purchase_order.tenant_id", "purchase_order.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "service_id"], ["service.tenant_id", "service.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    ]


def _freeze_what_is_issued() -> None:
    """An issued invoice never changes, whatever a program does; it is the sum of its lines, under the next number."""
    op.execute(
        """
        create function guard_invoice() returns trigger language plpgsql as $$
        begin
            if tg_op <> 'INSERT' and old.state = 'issued' then
                raise exception 'invoice %: what is issued never changes', old.number
                    using errcode = 'check_violation', constraint = 'ck_invoice_frozen';
            end if;
            if tg_op = 'DELETE' then
                return old;
            end if;
            if new.state = 'issued' and (tg_op = 'INSERT' or new.series_number < 1 or not exists (
                select from invoice_series
                where tenant_id = new.tenant_id and year = new.series_year and last_number = new.series_number
            )) then
                raise exception 'invoice %: its number is not the next one', new.number
                    using errcode = 'check_violation', constraint = 'ck_invoice_next_number';
            end if;
            if new.state = 'issued' and not exists (
                select from invoice_line where tenant_id = new.tenant_id and invoice_id = new.id
                having (sum(net_cents), sum(vat_cents)) = (new.net_cents, new.vat_cents)
            ) then
                raise exception 'invoice %: it is not the sum of its lines', new.number
                    using errcode = 'check_violation', constraint = 'ck_invoice_lines';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger guard_invoice before insert or update or delete on invoice "
        "for each row execute function guard_invoice()"
    )


def _freeze_lines() -> None:
    """Nothing comes into an issued invoice, leaves it or changes there."""
    # FOR SHARE waits for whoever is issuing the invoice, then sees that it is.
    op.execute(
        """
        create function guard_invoice_line() returns trigger language plpgsql as $$
        declare
            invoices uuid[] := array[]::uuid[];
        begin
            if tg_op <> 'INSERT' then invoices := invoices || old.invoice_id; end if;
            if tg_op <> 'DELETE' then invoices := invoices || new.invoice_id; end if;
            perform from invoice where tenant_id = coalesce(new.tenant_id, old.tenant_id) and id = any (invoices)
                for share;
            if exists (select from invoice where tenant_id = coalesce(new.tenant_id, old.tenant_id)
                       and id = any (invoices) and state = 'issued') then
                raise exception 'invoice line: what is issued never changes'
                    using errcode = 'check_violation', constraint = 'ck_invoice_line_frozen';
            end if;
            return coalesce(new, old);
        end $$
        """
    )
    op.execute(
        "create trigger guard_invoice_line before insert or update or delete on invoice_line "
        "for each row execute function guard_invoice_line()"
    )


def _freeze_what_is_made() -> None:
    """A document that is made is the one that was sent: it never changes."""
    op.execute(
        """
        create function guard_invoice_document() returns trigger language plpgsql as $$
        begin
            if old.made_at is not null then
                raise exception 'document of invoice %: what is made never changes', old.invoice_id
                    using errcode = 'check_violation', constraint = 'ck_invoice_document_frozen';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger guard_invoice_document before update on invoice_document "
        "for each row execute function guard_invoice_document()"
    )


def _keep_numbers_without_gap() -> None:
    """A series begins at 0, grows by one, never goes back in time; at commit an invoice bears each number it gave."""
    op.execute(
        """
        create function guard_invoice_series() returns trigger language plpgsql as $$
        begin
            if tg_op = 'INSERT' and new.last_number <> 0
               or tg_op = 'UPDATE' and (new.year <> old.year or new.last_number <> old.last_number + 1
                                        or new.last_issued_on < old.last_issued_on) then
                raise exception 'invoice series %: numbers follow one another', new.year
                    using errcode = 'check_violation', constraint = 'ck_invoice_series_next';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger guard_invoice_series before insert or update on invoice_series "
        "for each row execute function guard_invoice_series()"
    )
    op.execute(
        """
        create function check_invoice_series() returns trigger language plpgsql as $$
        begin
            if not exists (select from invoice where tenant_id = new.tenant_id and series_year = new.year
                           and series_number = new.last_number and issued_on = new.last_issued_on) then
                raise exception 'invoice series %: no invoice bears the number %', new.year, new.last_number
                    using errcode = 'check_violation', constraint = 'ck_invoice_series_gap';
            end if;
            return null;
        end $$
        """
    )
    op.execute(
        "create constraint trigger check_invoice_series after update on invoice_series "
        "deferrable initially deferred for each row execute function check_invoice_series()"
    )
