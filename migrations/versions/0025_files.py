"""The operator of the installation reads no file, no mail and no answer of a portal's people: the database refuses.

Beside the wall between tenants, whose policy gives, this one takes (`as restrictive`). It raises where one would
otherwise see nothing, for a command that counts nothing would decide wrongly.
"""

from alembic import op

from kit.rls import APP_ROLE

revision = "0025"
down_revision = "0024"

# What people send, write or are told, and the papers made of it. tests/house/test_operator.py finds what is missing.
CLOSED = (
    "answer_revision",
    "bank_line",
    "bank_statement",
    "breach",
    "breach_revision",
    "candidacy",
    "deliverable",
    "evidence",
    "invoice_document",
    "notification",
    "organisation_claim",
    "personal_export",
    "submission",
)
REFUSE = """
create function refuse_operator() returns boolean language plpgsql stable as $$
begin
    if current_setting('app.actor_kind', true) = 'operator' then
        raise exception 'The operator reads no file: row-level security refuses.' using errcode = '42501';
    end if;
    return true;
end $$
"""


def upgrade() -> None:
    """Close those tables; of exports, show the operator those that a manager asked for and that can be handed over."""
    op.execute(REFUSE)
    for table in CLOSED:
        # In a sub-query it is asked once a statement, not once a row.
        op.execute(
            f"create policy no_operator on {table} as restrictive to {APP_ROLE} using ((select refuse_operator()))"
        )
    handed = "state in ('ready', 'expired') and asked_by is not null"
    kind = "current_setting('app.actor_kind', true) is distinct from 'operator'"
    op.execute(
        f"create policy no_operator on tenant_export as restrictive to {APP_ROLE} using ({kind} or ({handed})) "
        f"with check ({kind} or ({handed}))"
    )
