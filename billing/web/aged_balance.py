"""The aged balance: page, CSV, XLSX."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from billing.gateway.figures_file import CSV_TYPE, XLSX_TYPE, Cents, Value, csv_of, xlsx_of
from billing.queries.receivables_report import COLUMNS
from billing.rules.states import CUSTOMER_KINDS, CUSTOMER_LABELS
from billing.service.aged_balance import LABELS, Report, list_aged_balance, view_aged_balance
from billing.web.asked import day, file, whole, words
from kit.errors import Invalid
from kit.french import money
from kit.web import actor, page, permission

blueprint = Blueprint("aged_balance", __name__)


@blueprint.get("/staff/billing/receivables")
@permission("receivable.list")
def list_receivables() -> Response:
    """What each customer owes, by how late it is, as of a day."""
    try:
        found, errors = view_aged_balance(actor(), **_asked(), page=whole("page", 1)), {}
    except Invalid as error:
        found, errors = view_aged_balance(actor()), dict(error.fields)
    return page(
        "billing/aged_balance.html",
        422 if errors else 200,
        found=found,
        columns=_columns(found),
        rows=[_row(line) for line in found.aged.lines],
        totals={"name": "Total", **_amounts(found.aged.totals)},
        kind_columns=[
            {"key": "name", "label": "Genre"},
            *({"key": key, "label": LABELS[key], "kind": "number"} for key in COLUMNS),
        ],
        kinds=[{"name": label, **_amounts(cents)} for label, cents in found.kinds],
        kind_options=[("", "Tous"), *((key, CUSTOMER_LABELS[key]) for key in CUSTOMER_KINDS)],
        typed={name: words(name) for name in ("on", "kind", "q")},
        here=lambda number: url_for(".list_receivables", **_here(), page=number),
        files={ending: url_for(f".receivables_{ending}", **_here()) for ending in ("csv", "xlsx")},
        errors=errors,
    )


@blueprint.get("/staff/billing/receivables.csv")
@permission("receivable.list")
def receivables_csv() -> Response:
    """The whole balance, for a spreadsheet."""
    headings, rows, name = _table()
    return file(csv_of(headings, rows), CSV_TYPE, f"{name}.csv")


@blueprint.get("/staff/billing/receivables.xlsx")
@permission("receivable.list")
def receivables_xlsx() -> Response:
    """The whole balance, as a workbook."""
    headings, rows, name = _table()
    return file(xlsx_of("Balance âgée", headings, rows), XLSX_TYPE, f"{name}.xlsx")


def _asked() -> dict[str, Any]:
    return {"on": day("on"), "kind": words("kind") or None, "text": words("q"), "sort": words("sort") or "name"}


def _here() -> dict[str, Any]:
    """What the address says, without its page."""
    return {name: words(name) for name in ("on", "kind", "q", "sort") if request.args.get(name)}


def _table() -> tuple[list[str], list[list[Value]], str]:
    on, lines, totals = list_aged_balance(actor(), **_asked())
    headings = ["Numéro", "Client", "Genre", *(LABELS[key] for key in COLUMNS)]
    rows: list[list[Value]] = [
        [line.number, line.name, CUSTOMER_LABELS[line.kind], *(Cents(line.cents[key]) for key in COLUMNS)]
        for line in lines
    ]
    rows.append(["", "Total", "", *(Cents(totals[key]) for key in COLUMNS)])
    return headings, rows, f"balance-agee-{on}"


def _columns(found: Report) -> list[dict[str, Any]]:
    sort = words("sort") or "name"
    here: dict[str, Any] = {name: value for name, value in _here().items() if name != "sort"}
    columns: list[dict[str, Any]] = [{"key": "name", "label": "Client", "href": "href", "small": "detail"}]
    columns += [{"key": key, "label": LABELS[key], "kind": "number"} for key in COLUMNS]
    for column in columns:
        column["sort"] = url_for(".list_receivables", **here, sort=column["key"])
        if column["key"] == sort:
            column["sorted"] = "ascending" if sort == "name" else "descending"
    return columns


def _row(line: Any) -> dict[str, Any]:
    return {
        "name": line.name,
        "href": url_for("statements.view_statement", customer_id=line.customer_id),
        "detail": f"{line.number} · {CUSTOMER_LABELS[line.kind]}",
        **_amounts(line.cents),
    }


def _amounts(cents: Mapping[str, int]) -> dict[str, str | None]:
    return {key: money(cents[key]) if cents[key] else None for key in COLUMNS}
