"""The settings of billing: who invoices, its bank, what its invoices say, delays, reminders, accounts."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import Issuer
from billing.rules.accounts import DEFAULTS, USES, account
from billing.rules.amounts import write_cents
from billing.rules.customer import LONGEST_TERMS
from billing.rules.dunning import TONE_LABELS
from billing.rules.issuer import MOST_STEPS
from billing.rules.states import CUSTOMER_KINDS, CUSTOMER_LABELS
from billing.service import issuer as service
from billing.service.issuer import IssuerPage
from kit.errors import CrrcError, Invalid, Stale
from kit.web import actor, page, permission, revision_sent

blueprint = Blueprint("billing_settings", __name__)
PLAIN = (
    "name",
    "legal_form",
    "siret",
    "vat_number",
    "address",
    "postal_code",
    "town",
    "email",
    "phone",
    "electronic_address",
    "iban",
    "bic",
    "prefix",
    "accounting_officer",
    "penalty_text",
    "discount_text",
    "mentions",
)
LABELS = {
    "name": "Nom",
    "legal_form": "Forme juridique",
    "siret": "SIRET",
    "vat_number": "Numéro de TVA",
    "address": "Adresse",
    "postal_code": "Code postal",
    "town": "Commune",
    "email": "Adresse électronique",
    "phone": "Téléphone",
    "electronic_address": "Adresse électronique de facturation",
    "iban": "IBAN",
    "bic": "BIC",
    "prefix": "Préfixe des numéros",
    "accounting_officer": "Agent comptable",
    "penalty_text": "Pénalités de retard",
    "discount_text": "Escompte",
    "mentions": "Autres mentions",
    "recovery": "Indemnité de recouvrement",
    "penalty_rate": "Taux des pénalités",
}


@blueprint.get("/staff/billing/settings")
@permission("issuer.view")
def edit_issuer() -> Response:
    """The settings as they are, or what the law gives to begin with."""
    found = service.view_issuer(actor())
    return _form(found, typed_of(found.issuer))


@blueprint.post("/staff/billing/settings")
@permission("issuer.set")
def save_issuer() -> Response:
    """Save them, unless somebody else did meanwhile: what differs is then shown, and nothing typed is lost."""
    try:
        service.save_issuer(actor(), request.form, revision_sent())
    except (Invalid, Stale) as error:
        return _form(service.view_issuer(actor()), request.form, error)
    flash("Les réglages de facturation sont enregistrés.", "good")
    return redirect(url_for(".edit_issuer"), 303)


def typed_of(issuer: Issuer) -> dict[str, str]:
    """The settings as the form's fields hold them."""
    typed = {name: str(getattr(issuer, name)) for name in PLAIN}
    typed |= {name: "yes" if getattr(issuer, name) else "" for name in ("public_accounting", "vat_on_debits")}
    typed["recovery"] = write_cents(issuer.recovery_cents)
    typed["penalty_rate"] = write_cents(issuer.penalty_rate) if issuer.penalty_rate else ""
    typed |= {f"terms.{kind}": str(issuer.terms.get(kind, "")) for kind in CUSTOMER_KINDS}
    for kind in CUSTOMER_KINDS:
        for number, step in enumerate(issuer.ladders.get(kind) or (), start=1):
            typed[f"ladders.{kind}.{number}.days"] = str(step["days"])
            typed[f"ladders.{kind}.{number}.tone"] = step["tone"]
    for key in DEFAULTS:
        chosen = account(issuer.accounts, key)
        typed[f"accounts.{key}.number"], typed[f"accounts.{key}.label"] = chosen.number, chosen.label
    return typed


def _form(found: IssuerPage, typed: Mapping[str, str], error: CrrcError | None = None) -> Response:
    theirs = typed_of(found.issuer)
    is_stale = isinstance(error, Stale)
    return page(
        "billing/settings.html",
        error.status if error else 200,
        found=found,
        revision=found.issuer.revision,
        value=lambda name: typed.get(name, ""),
        errors=dict(error.fields) if error else {},
        is_stale=is_stale,
        differences=_differences(theirs, typed) if is_stale else [],
        choices={
            "kinds": [(kind, CUSTOMER_LABELS[kind], LONGEST_TERMS[kind]) for kind in CUSTOMER_KINDS],
            "tones": list(TONE_LABELS.items()),
            "steps": {kind: range(1, _steps(typed, kind) + 1) for kind in CUSTOMER_KINDS},
            "accounts": list(USES.items()),
        },
    )


def _steps(typed: Mapping[str, str], kind: str) -> int:
    """The lines of a ladder: those that are filled, and an empty one."""
    filled = [number for number in range(1, MOST_STEPS + 1) if typed.get(f"ladders.{kind}.{number}.days", "").strip()]
    return min(max(filled, default=0) + 1, MOST_STEPS)


def _differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[tuple[str, Any]]:
    """What somebody else has saved and that is not what was typed, by label."""
    return [
        (label, theirs.get(name, ""))
        for name, label in LABELS.items()
        if theirs.get(name, "").strip() != ours.get(name, "").strip()
    ]
