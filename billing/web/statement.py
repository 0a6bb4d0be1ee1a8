"""Statements of account: of any customer for the GRADeS, of one's own for a customer. Page, PDF, CSV."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from billing.gateway.figures_file import CSV_TYPE
from billing.gateway.statement_file import make_pdf, write_csv
from billing.models import Customer
from billing.rules.statement import paper
from billing.service.statement import AccountPage, list_my_customers
from billing.service.statement import view_statement as read_statement
from billing.web.asked import day, file, whole
from kit import clock
from kit.errors import Invalid, NotFound
from kit.french import NBSP
from kit.typed import identifier
from kit.web import actor, page, permission

blueprint = Blueprint("statements", __name__)
PAGE = 100


@blueprint.get("/staff/billing/customers/<uuid:customer_id>/statement")
@permission("account_statement.view")
def view_statement(customer_id: UUID) -> Response:
    """The account of a customer over a period."""
    return _page(customer_id, {"customer_id": customer_id}, "view_statement", "statement")


@blueprint.get("/staff/billing/customers/<uuid:customer_id>/statement.pdf")
@permission("account_statement.view")
def statement_pdf(customer_id: UUID) -> Response:
    """The same on paper."""
    return _pdf(customer_id)


@blueprint.get("/staff/billing/customers/<uuid:customer_id>/statement.csv")
@permission("account_statement.view")
def statement_csv(customer_id: UUID) -> Response:
    """The same for a spreadsheet."""
    return _csv(customer_id)


@blueprint.get("/invoices/statement")
@permission("account_statement.view")
def my_statement() -> Response:
    """The account of one's organisation; of the one chosen among several."""
    mine = list_my_customers(actor())
    chosen = _chosen(mine)
    if chosen is None:
        return page("billing/no_statement.html")
    return _page(chosen.id, {"customer": chosen.id}, "my_statement", "my_statement", mine)


@blueprint.get("/invoices/statement.pdf")
@permission("account_statement.view")
def my_statement_pdf() -> Response:
    """The same on paper."""
    return _of_mine(_pdf)


@blueprint.get("/invoices/statement.csv")
@permission("account_statement.view")
def my_statement_csv() -> Response:
    """The same for a spreadsheet."""
    return _of_mine(_csv)


def _chosen(mine: Any) -> Customer | None:
    """The customer that the address names, else the first. Raises NotFound for somebody else's."""
    asked = request.args.get("customer")
    if not asked:
        return mine[0] if mine else None
    found = next((one for one in mine if one.id == identifier(asked)), None)
    if found is None:
        raise NotFound()
    return found


def _of_mine(answer: Callable[[UUID], Response]) -> Response:
    chosen = _chosen(list_my_customers(actor()))
    if chosen is None:
        raise NotFound("Aucune facture ne vous a encore été adressée.")
    return answer(chosen.id)


def _page(customer_id: UUID, who: dict[str, Any], endpoint: str, files: str, mine: Any = ()) -> Response:
    try:
        account, errors = _account(customer_id), {}
    except Invalid as error:
        account, errors = read_statement(actor(), customer_id), dict(error.fields)
    found = account.statement
    dates: dict[str, Any] = {"from": found.since.isoformat(), "to": found.until.isoformat()}
    pages = max(1, -(-len(found.lines) // PAGE))
    number = min(max(1, whole("page", pages)), pages)
    return page(
        "billing/statement.html",
        422 if errors else 200,
        account=account,
        found=found,
        lines=[_line(line) for line in found.lines[(number - 1) * PAGE : number * PAGE]],
        number=number,
        page_count=pages,
        here=lambda one: url_for(f".{endpoint}", **who, **dates, page=one),
        action=url_for(f".{endpoint}", **({} if mine else who)),
        hidden={} if len(mine) else who,
        mine=[(str(one.id), f"{one.name} ({one.number})") for one in mine],
        pdf=url_for(f".{files}_pdf", **who, **dates),
        csv=url_for(f".{files}_csv", **who, **dates),
        customer_href=url_for("customers.view_customer", customer_id=customer_id),
        typed={name: request.args.get(name, "") for name in ("from", "to")},
        errors=errors,
    )


def _account(customer_id: UUID) -> AccountPage:
    return read_statement(actor(), customer_id, day("from"), day("to"))


def _line(line: Any) -> dict[str, Any]:
    entry = line.entry
    href = url_for("invoices.view_invoice", invoice_id=entry.subject_id) if entry.subject == "invoice" else None
    return {"entry": entry, "balance": line.balance_cents, "href": href}


def _pdf(customer_id: UUID) -> Response:
    account = _account(customer_id)
    issuer = account.issuer
    names = {
        "customer": account.customer.name,
        "number": account.customer.number,
        "tenant": g.tenant.name,
        "issuer": issuer.name if issuer else g.tenant.name,
        "colour": g.tenant.colour,
        "iban": _grouped(issuer.iban) if issuer else "",
        "bic": issuer.bic if issuer else "",
    }
    return file(make_pdf(paper(account.statement, names), clock.now()), "application/pdf", _name(account, "pdf"))


def _csv(customer_id: UUID) -> Response:
    account = _account(customer_id)
    return file(write_csv(account.statement), CSV_TYPE, _name(account, "csv"))


def _grouped(iban: str) -> str:
    return NBSP.join(iban[at : at + 4] for at in range(0, len(iban), 4))


def _name(account: AccountPage, ending: str) -> str:
    found = account.statement
    number = "".join(letter for letter in account.customer.number if letter.isascii() and letter.isalnum())
    return f"releve-de-compte-{number}-{found.since}-{found.until}.{ending}"
