"""The home of billing: what waits for somebody, then the figures of twelve months; the figures of each campaign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from billing.permissions import PERMISSIONS
from billing.queries import dashboard as queries
from billing.queries import vat
from billing.queries.dashboard import CampaignFigures, Waiting
from billing.queries.receivables_report import Asked, aged_balance
from billing.rules.readiness import issuer_findings
from billing.rules.statement import period
from billing.rules.states import SUBJECT_LABELS
from billing.service.aged_balance import ends_at
from billing.service.issuer import find_issuer
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.rules.states import FAMILY_LABELS
from services_catalog.service.today import today

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Figures in cents. `months`: (first day, invoiced, paid); `families`: (label, revenue before VAT).

    `steps`: what is to be set before the first invoice (issuer, vat, customers), and whether it is.
    """

    on: date
    since: date
    waiting: Mapping[str, Waiting]
    months: Sequence[tuple[date, int, int]]
    ages: Mapping[str, int]
    families: Sequence[tuple[str, int]]
    campaigns: Sequence[CampaignFigures]
    steps: Sequence[tuple[str, bool]]

    @property
    def is_ready(self) -> bool:
        """Everything without which no invoice may be issued is set."""
        return all(done for _, done in self.steps)

    @property
    def is_empty(self) -> bool:
        """Nothing was ever drafted, issued nor received in these months."""
        return not any(one.number for one in self.waiting.values()) and not any(
            invoiced or paid for _, invoiced, paid in self.months
        )


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """What was invoiced by campaign over a period, both days included."""

    since: date
    until: date
    lines: Sequence[CampaignFigures]


def view_dashboard(actor: Actor) -> Dashboard:
    """Everything the home page of billing shows."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "invoice.list")
        on = today(tx)
        since = months_until(on)[0]
        invoiced = queries.invoiced_by_month(tx.session, since, on)
        paid = queries.paid_by_month(tx.session, since, on)
        return Dashboard(
            on=on,
            since=since,
            waiting=queries.waiting(tx.session, on),
            months=[(first, invoiced.get(first, 0), paid.get(first, 0)) for first in months_until(on)],
            ages=aged_balance(tx.session, Asked(on, ends_at(tx, on), limit=1)).totals,
            families=_families(queries.revenue_by_family(tx.session, since, on)),
            campaigns=queries.figures_by_campaign(tx.session, since, on),
            steps=_steps(tx),
        )


def _steps(tx: Tx) -> Sequence[tuple[str, bool]]:
    """What is to be set before the first invoice, in that order, and whether it is: issuer, vat, customers."""
    return (
        ("issuer", not issuer_findings(find_issuer(tx))),
        ("vat", bool(vat.list_rules(tx.session))),
        ("customers", queries.has_customers(tx.session)),
    )


def view_campaign_figures(actor: Actor, since: date | None = None, until: date | None = None) -> CampaignReport:
    """What was invoiced by campaign (a year until today unless asked). Raises Invalid (from, to)."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "billing_dashboard.view")
        first, last = period(since, until, today(tx))
        return CampaignReport(first, last, queries.figures_by_campaign(tx.session, first, last))


def months_until(on: date) -> Sequence[date]:
    """The first days of the last twelve months, that of `on` included."""
    last = on.year * 12 + on.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - MONTHS + 1, last + 1)]


def _families(rows: Sequence[tuple[str | None, str, int]]) -> Sequence[tuple[str, int]]:
    found: dict[str, int] = {}
    for family, subject, cents in rows:
        label = FAMILY_LABELS[family] if family else SUBJECT_LABELS[subject]
        found[label] = found.get(label, 0) + cents
    return sorted(((label, cents) for label, cents in found.items() if cents), key=lambda one: (-one[1], one[0]))
