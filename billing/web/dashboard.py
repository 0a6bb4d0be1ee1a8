"""The home of billing, and the figures of each campaign."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.gateway.figures_file import CSV_TYPE, Cents, csv_of
from billing.permissions import PERMISSIONS
from billing.rules.ageing import BAND_LABELS
from billing.rules.chart import scale, short
from billing.service.dashboard import CampaignReport, Dashboard, view_campaign_figures
from billing.service.dashboard import view_dashboard as read_dashboard
from billing.web.asked import day, file
from kit.errors import Invalid
from kit.french import MONTHS
from kit.permissions import allows, permit
from kit.web import actor, page, permission

blueprint = Blueprint("billing_dashboard", __name__)
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
NO_CAMPAIGN = "Hors campagne"
# What waits, in the order of what hurts: key, words, the page where it is handled.
WATCHED: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("refused", "Brouillons refusés à l’émission", "drafts.list_drafts", {"state": "refused"}),
    ("rejected", "Transmissions rejetées", "transmissions.list_transmissions", {}),
    ("contested", "Factures contestées", "staff_invoices.list_invoices", {"standing": "contested"}),
    ("unknown", "Encaissements à reconnaître", "payments.list_payments", {"view": "unknown"}),
    ("by_hand", "Factures à déposer à la main", "transmissions.list_transmissions", {}),
    ("drafts", "Brouillons à émettre", "drafts.list_drafts", {}),
    ("unmatched", "Encaissements sans facture", "payments.list_payments", {}),
    ("late", "Factures en retard", "staff_invoices.list_invoices", {"standing": "late"}),
)
# What is to be set before the first invoice: its title, why, the page.
STEPS: dict[str, tuple[str, str, str]] = {
    "issuer": (
        "Votre identité de facturation",
        "SIRET, adresse, IBAN, délais et mentions : ce que vos factures disent de vous.",
        "billing_settings.edit_issuer",
    ),
    "vat": (
        "Vos règles de TVA",
        "Une règle pour tout et pour tous suffit pour commencer ; une autre pour vos adhérents, s’ils sont exonérés.",
        "billing_settings.list_vat",
    ),
    "customers": (
        "Vos clients",
        "Leurs fiches s’ouvrent d’elles-mêmes à la première prestation acceptée ; vous pouvez en ouvrir une avant.",
        "customers.list_customers",
    ),
}
HOT = {"refused", "rejected", "contested", "unknown"}


@blueprint.get("/staff/billing")
@permission("billing_dashboard.view")
def view_dashboard() -> Response:
    """What waits for somebody, and the year in figures; the ARS reads the campaigns."""
    if not allows(PERMISSIONS, actor(), "invoice.list"):
        permit(PERMISSIONS, actor(), "billing_dashboard.view")
        return redirect(url_for(".view_campaigns"), 303)
    found = read_dashboard(actor())
    return page(
        "billing/dashboard.html",
        found=found,
        watched=[
            {"text": text, "href": url_for(endpoint, **values), "is_hot": key in HOT, "waiting": found.waiting[key]}
            for key, text, endpoint, values in WATCHED
            if found.waiting[key].number
        ],
        steps=[
            {"key": key, "title": STEPS[key][0], "why": STEPS[key][1], "href": url_for(STEPS[key][2]), "is_done": done}
            for key, done in found.steps
        ],
        months=_months(found),
        ages=_bars([(BAND_LABELS[key], found.ages[key]) for key in BAND_LABELS]),
        families=_bars(found.families),
        campaigns=_campaigns(found.campaigns),
    )


@blueprint.get("/staff/billing/campaigns")
@permission("billing_dashboard.view")
def view_campaigns() -> Response:
    """What was invoiced by campaign: the ARS's subsidy, the remainder."""
    try:
        found, errors = _report(), {}
    except Invalid as error:
        found, errors = view_campaign_figures(actor()), dict(error.fields)
    return page(
        "billing/campaigns.html",
        422 if errors else 200,
        found=found,
        bars=_campaigns(found.lines),
        typed={name: request.args.get(name, "") for name in ("from", "to")},
        errors=errors,
        is_ours=allows(PERMISSIONS, actor(), "invoice.list"),
    )


@blueprint.get("/staff/billing/campaigns.csv")
@permission("billing_dashboard.view")
def campaigns_csv() -> Response:
    """The same for a spreadsheet."""
    found = _report()
    headings = ("Campagne", "Factures", "Part ARS TTC", "Reste à charge TTC", "Total TTC", "Total HT")
    rows = [
        (
            line.title or NO_CAMPAIGN,
            line.invoices,
            Cents(line.subsidy_cents),
            Cents(line.remainder_cents),
            Cents(line.total_cents),
            Cents(line.net_cents),
        )
        for line in found.lines
    ]
    return file(csv_of(headings, rows), CSV_TYPE, f"chiffres-par-campagne-{found.since}-{found.until}.csv")


def _report() -> CampaignReport:
    return view_campaign_figures(actor(), day("from"), day("to"))


def _months(found: Dashboard) -> dict[str, Any]:
    """The columns of twelve months."""
    drawn = scale(cents for _, *pair in found.months for cents in pair)
    return {
        "ticks": [{"at": drawn.share(cents), "text": short(cents)} for cents in drawn.ticks],
        "groups": [
            {
                "short": SHORT_MONTHS[first.month - 1],
                "name": f"{MONTHS[first.month - 1]} {first.year}",
                "values": [invoiced, paid],
                "shares": [drawn.share(invoiced), drawn.share(paid)],
            }
            for first, invoiced, paid in found.months
        ],
        "totals": [sum(one[1] for one in found.months), sum(one[2] for one in found.months)],
    }


def _bars(items: Any) -> list[dict[str, Any]]:
    largest = max((cents for _, cents in items), default=0)
    return [
        {"label": label, "cents": cents, "parts": [100 * max(cents, 0) / largest if largest > 0 else 0]}
        for label, cents in items
    ]


def _campaigns(lines: Any) -> list[dict[str, Any]]:
    """Both shares of each campaign, on one scale."""
    largest = max((max(line.subsidy_cents, 0) + max(line.remainder_cents, 0) for line in lines), default=0) or 1
    return [
        {
            "label": line.title or NO_CAMPAIGN,
            "line": line,
            "parts": [100 * max(cents, 0) / largest for cents in (line.subsidy_cents, line.remainder_cents)],
        }
        for line in lines
    ]
