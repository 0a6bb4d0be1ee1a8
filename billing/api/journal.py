"""The accounts for programs: entries of the journal, aged balance, a customer's statement."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from billing.queries.journal import Wanted
from billing.schemas import journal as schemas
from billing.service.aged_balance import view_aged_balance
from billing.service.journal_page import list_journal
from billing.service.statement import view_statement as read_statement
from kit.web import actor, permission

blueprint = Blueprint("accounts_api", __name__, description="Journal comptable, balance âgée, relevés de compte")


@blueprint.get("/journal-entries")
@permission("journal.view")
@blueprint.arguments(schemas.JournalQuery, location="query")
@blueprint.response(200, schemas.JournalView)
def list_entries(query: dict[str, Any]) -> Any:
    """List the entries of a year, the latest first, with their lines."""
    found = list_journal(actor(), Wanted(**query | {"account": query["account"].upper()}))
    columns = schemas.JournalEntryView().fields.keys() - {"lines"}
    items = [
        {name: getattr(entry, name) for name in columns} | {"lines": found.lines[entry.id]} for entry in found.entries
    ]
    return {"items": items, "after": found.after}


@blueprint.get("/aged-balance")
@permission("receivable.list")
@blueprint.arguments(schemas.AgedQuery, location="query")
@blueprint.response(200, schemas.AgedView)
def list_aged_balance(query: dict[str, Any]) -> Any:
    """Read what customers owed at the end of a day, by how late it was."""
    return view_aged_balance(actor(), **query)


@blueprint.get("/customers/<uuid:customer_id>/statement")
@permission("account_statement.view")
@blueprint.arguments(schemas.AccountStatementQuery, location="query")
@blueprint.response(200, schemas.AccountStatementView)
def view_statement(query: dict[str, Any], customer_id: UUID) -> Any:
    """Read the account of a customer over a period."""
    return read_statement(actor(), customer_id, query["from_"], query["to"])
