"""The VAT of drafts: the rules and the customer's status of a day, and the amounts they give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from billing.models import Customer, Invoice, InvoiceLine
from billing.queries import vat as queries
from billing.queries.invoice import lines_by_invoice
from billing.queries.payment import customers_by_id
from billing.rules import vat as rules
from billing.rules.shares import Part, split
from billing.rules.vat import Regime
from billing.rules.work import ONE, unit_code
from bookings.models import Quote
from kit.transaction import Tx
from services_catalog.service.today import today
from tenants.queries.tenant import find_adhesion


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of what: 3 days (`unit_code` of UN/ECE Rec. 20)."""

    quantity: int = 1
    unit_code: str = ONE


@dataclass(frozen=True, slots=True)
class Amounts:
    """A line's amounts: `quantity * unit_cents = net_cents`, `net_cents + vat_cents = total_cents`."""

    quantity: int
    unit_code: str
    unit_cents: int
    net_cents: int
    vat_cents: int
    total_cents: int


def status_of(tx: Tx, customer: Customer, on: date) -> str:
    """What a customer is for VAT on a day: the funder, a member of the GRADeS, or neither."""
    if customer.is_funder:
        return "funder"
    number = customer.finess_ej
    return "member" if number and find_adhesion(tx.session, number, on) else "other"


def of_total(total_cents: int, regime: Regime | None, measure: Measure, part: Part | None, rate: int | None) -> Amounts:
    """The amounts of a price agreed VAT included; all net while the VAT is not known.

    `part` and `rate` are what was quoted: the VAT inside, and its rate in basis points.
    """
    vat_quoted = part.vat_cents if part else None
    net, vat = rules.inside(total_cents, regime, vat_quoted, rate) if regime else (total_cents, 0)
    return _amounts(net, vat, measure)


def of_net(net_cents: int, regime: Regime | None, measure: Measure) -> Amounts:
    """The amounts of a price agreed without VAT: it comes on top, once it is known."""
    return _amounts(net_cents, rules.on_top(net_cents, regime) if regime else 0, measure)


def regime_columns(regime: Regime | None) -> dict[str, str | int | None]:
    """The columns of a line that say its VAT."""
    found = regime or Regime("", 0)
    return {
        "vat_category": found.category or None,
        "rate": found.rate,
        "exemption_text": found.exemption_text,
        "exemption_code": found.exemption_code,
    }


def quoted(quote: Quote, share: str) -> Part | None:
    """The part of an order's total that a share is."""
    parts = split(quote.total_cents, quote.vat_cents, quote.ars_cents)
    return next((part for part in parts if part.share == share), None)


def measure_of(quote: Quote, share: str) -> Measure:
    """What a payer is charged for: the whole quantity, or one part of the price."""
    return Measure(quote.quantity, unit_code(quote.terms.get("unit", ""))) if share == "whole" else Measure()


def refresh_vat(tx: Tx, drafts: Sequence[Invoice]) -> int:
    """Work out the lines of drafts again with the rules of their day; returns how many drafts changed.

    Nothing is done to credit notes and corrected invoices: they keep the VAT of what they are about. The drafts are
    locked by the caller; as many queries for a thousand as for one, but for the adhesions.
    """
    drafts = [one for one in drafts if one.kind == "invoice" and one.state in ("draft", "queued")]
    by_draft = lines_by_invoice(tx.session, [one.id for one in drafts])
    customers = customers_by_id(tx.session, {one.customer_id for one in drafts})
    orders = {line.order_id for lines in by_draft.values() for line in lines if line.order_id is not None}
    quotes, table = queries.quotes_of_orders(tx.session, orders), queries.list_rules(tx.session)
    status = cache(lambda customer_id, on: status_of(tx, customers[customer_id], on))
    changed, latest = 0, today(tx)
    for draft in drafts:
        lines = by_draft[draft.id]
        rewritten = False
        for line in lines:
            on = rules.tax_day(line.period_ends_on or draft.delivered_on, latest)
            whose = status(draft.customer_id, on)
            regime = rules.choose(table, service_id=line.service_id, subject=line.subject, status=whose, on=on)
            quote = quotes.get(line.order_id) if line.order_id and line.source == "order" else None
            rewritten = _rewrite(line, regime, quote) or rewritten
        if rewritten:
            total_up(draft, lines)
        changed += rewritten
    tx.session.flush()
    return changed


def total_up(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """The invoice's amounts are the sums of its lines."""
    invoice.net_cents = sum(line.net_cents for line in lines)
    invoice.vat_cents = sum(line.vat_cents for line in lines)
    invoice.total_cents = invoice.net_cents + invoice.vat_cents
    invoice.revision += 1


def _rewrite(line: InvoiceLine, regime: Regime | None, quote: Quote | None) -> bool:
    part = quoted(quote, line.share) if quote else None
    if quote is not None and part is not None:
        amounts = of_total(part.total_cents, regime, measure_of(quote, line.share), part, quote.vat_permille * 10)
    else:
        amounts = of_net(line.net_cents, regime, Measure(line.quantity, line.unit_code))
    row = regime_columns(regime) | {name: getattr(amounts, name) for name in Amounts.__slots__}
    changed = [name for name, value in row.items() if getattr(line, name) != value]
    for name in changed:
        setattr(line, name, row[name])
    return bool(changed)


def _amounts(net: int, vat: int, measure: Measure) -> Amounts:
    """Quantity and unit price where they make the net exactly, else one of the whole."""
    exact = measure.quantity > 0 and net % measure.quantity == 0
    kept = measure if exact else Measure()
    return Amounts(kept.quantity, kept.unit_code, net // kept.quantity, net, vat, net + vat)
