"""What is missing before an invoice can be issued: each lack in the user's words, and the page to fill it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from billing.rules.identity import electronic_address_fault, iban_fault, siret_fault, vat_number_fault
from kit.french import NBSP

# Pages, by the names of their endpoints.
ISSUER_PAGE = "billing_settings.edit_issuer"
VAT_PAGE = "billing_settings.list_vat"
CUSTOMER_PAGE = "customers.view_customer"
DRAFT_PAGE = "drafts.view_draft"
# The longest that Chorus Pro takes.
LONGEST_ENGAGEMENT, LONGEST_SERVICE_CODE = 50, 100


class Payee(Protocol):
    """Who invoices."""

    name: str
    siret: str
    vat_number: str
    address: str
    postal_code: str
    town: str
    electronic_address: str
    iban: str


class Payer(Protocol):
    """Who is invoiced."""

    name: str
    siret: str
    vat_number: str
    address: str
    postal_code: str
    town: str
    email: str
    electronic_address: str
    requirement: str
    channel: str


class Draft(Protocol):
    """What is to be issued."""

    engagement_number: str
    service_code: str
    total_cents: int
    delivered_on: date | None
    period_ends_on: date | None


class DraftLine(Protocol):
    """One of its lines."""

    designation: str
    vat_category: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is looked at. `issuer` is None while nothing was set."""

    issuer: Payee | None
    customer: Payer
    invoice: Draft
    lines: Sequence[DraftLine]


@dataclass(frozen=True, slots=True)
class Finding:
    """A lack: the field (`issuer.siret`, `customer.address`, `invoice.engagement_number`, `line.vat`…), the sentence,
    the endpoint of the page where it is put right.
    """

    field: str
    sentence: str
    page: str


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Every lack, those of the issuer first; nothing when the draft may be issued."""
    return (
        *_of_issuer(facts.issuer, facts.lines),
        *(
            replace(one, sentence=_named(facts.customer.name, one.sentence))
            for one in customer_findings(facts.customer)
        ),
        *_of_routing(facts.customer.requirement, facts.invoice),
        *_of_lines(facts.invoice, facts.lines),
    )


def customer_findings(customer: Payer) -> tuple[Finding, ...]:
    """What a customer lacks whatever it is invoiced for; said on its own page, it is not named."""
    return tuple(_of_customer(customer))


def issuer_findings(issuer: Payee | None) -> tuple[Finding, ...]:
    """What the issuer lacks whatever it invoices (its VAT number is only needed where VAT is)."""
    return tuple(_of_issuer(issuer, ()))


def _of_issuer(issuer: Payee | None, lines: Sequence[DraftLine]) -> Iterator[Finding]:
    if issuer is None:
        yield Finding("issuer", "Réglez d’abord votre identité de facturation.", ISSUER_PAGE)
        return

    def lack(field: str, sentence: str) -> Finding:
        return Finding(f"issuer.{field}", sentence, ISSUER_PAGE)

    siret = _sure(issuer.siret)
    if not issuer.siret:
        yield lack("siret", "Votre SIRET n’est pas renseigné dans vos réglages de facturation.")
    elif not siret:
        yield lack("siret", f"Votre SIRET est faux dans vos réglages de facturation{NBSP}: vérifiez-le.")
    if not (issuer.address and issuer.postal_code and issuer.town):
        yield lack("address", "Votre adresse n’est pas complète dans vos réglages de facturation.")
    if not issuer.electronic_address:
        yield lack("electronic_address", "Votre adresse électronique de facturation n’est pas renseignée.")
    elif electronic_address_fault(issuer.electronic_address, siret):
        yield lack("electronic_address", "Votre adresse électronique de facturation ne correspond pas à votre SIREN.")
    if not issuer.iban or iban_fault(issuer.iban):
        yield lack("iban", f"Votre IBAN manque ou est faux{NBSP}: sans lui, personne ne peut vous payer par virement.")
    if any(line.vat_category == "S" for line in lines) and (
        not issuer.vat_number or vat_number_fault(issuer.vat_number, siret)
    ):
        yield lack("vat_number", "Votre numéro de TVA manque ou est faux, et cette facture porte de la TVA.")


def _of_customer(customer: Payer) -> Iterator[Finding]:
    def lack(field: str, sentence: str) -> Finding:
        return Finding(f"customer.{field}", sentence, CUSTOMER_PAGE)

    siret = _sure(customer.siret)
    if not customer.siret:
        yield lack("siret", "Le SIRET n’est pas renseigné.")
    elif not siret:
        yield lack("siret", "Le SIRET est faux, vérifiez-le.")
    if not (customer.address and customer.postal_code and customer.town):
        yield lack("address", "L’adresse n’est pas complète (voie, code postal, commune).")
    if not customer.electronic_address:
        yield lack("electronic_address", "L’adresse électronique de facturation n’est pas renseignée.")
    elif electronic_address_fault(customer.electronic_address, siret):
        sentence = "L’adresse électronique de facturation ne correspond pas au SIREN."
        yield lack("electronic_address", sentence)
    if customer.vat_number and vat_number_fault(customer.vat_number, siret):
        yield lack("vat_number", "Le numéro de TVA ne correspond pas au SIREN.")
    if customer.channel == "email" and not customer.email:
        yield lack("email", "Les factures sont envoyées par courriel, et l’adresse n’est pas renseignée.")


def _named(name: str, sentence: str) -> str:
    """« EHPAD Les Tilleuls : le SIRET n’est pas renseigné. »"""
    return f"{name}{NBSP}: {sentence[0].lower()}{sentence[1:]}"


def _sure(siret: str) -> str:
    """A SIRET that other numbers may be compared with; "" when it is itself wrong."""
    return "" if siret_fault(siret) else siret


def _of_routing(requirement: str, invoice: Draft) -> Iterator[Finding]:
    service, engagement = invoice.service_code, invoice.engagement_number
    if requirement in ("service", "both") and not service:
        yield Finding("invoice.service_code", f"Le code service manque{NBSP}: le client l’exige.", DRAFT_PAGE)
    if requirement in ("engagement", "both") and not engagement:
        sentence = f"Le numéro d’engagement manque{NBSP}: le client l’exige."
        yield Finding("invoice.engagement_number", sentence, DRAFT_PAGE)
    if requirement == "either" and not (service or engagement):
        sentence = f"Il manque un code service ou un numéro d’engagement{NBSP}: le client exige l’un des deux."
        yield Finding("invoice.engagement_number", sentence, DRAFT_PAGE)
    if len(engagement) > LONGEST_ENGAGEMENT:
        sentence = f"Le numéro d’engagement dépasse {LONGEST_ENGAGEMENT} caractères."
        yield Finding("invoice.engagement_number", sentence, DRAFT_PAGE)
    if len(service) > LONGEST_SERVICE_CODE:
        sentence = f"Le code service dépasse {LONGEST_SERVICE_CODE} caractères."
        yield Finding("invoice.service_code", sentence, DRAFT_PAGE)


def _of_lines(invoice: Draft, lines: Sequence[DraftLine]) -> Iterator[Finding]:
    if not lines:
        yield Finding("lines", f"Ce brouillon n’a aucune ligne{NBSP}: ajoutez-en une, ou écartez-le.", DRAFT_PAGE)
        return
    if invoice.total_cents <= 0:
        yield Finding("total", "Le montant de ce brouillon est nul.", DRAFT_PAGE)
    if invoice.delivered_on is None and invoice.period_ends_on is None:
        sentence = f"Dites quand la prestation a été faite{NBSP}: un jour, ou une période."
        yield Finding("invoice.delivered_on", sentence, DRAFT_PAGE)
    for line in lines:
        if line.vat_category is None:
            yield Finding(
                "line.vat", f"Aucune règle de TVA ne dit le taux de «{NBSP}{line.designation}{NBSP}».", VAT_PAGE
            )
        if not line.designation.strip():
            yield Finding("line.designation", "Une ligne n’a pas de désignation.", DRAFT_PAGE)
    categories = {line.vat_category for line in lines} - {None}
    if "O" in categories and len(categories) > 1:
        sentence = f"Des lignes hors champ de la TVA sont avec d’autres{NBSP}: faites-en deux factures."
        yield Finding("line.vat", sentence, DRAFT_PAGE)
