"""The identity, bank, delays, reminders and accounts of who invoices: what law gives, and what is typed. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from billing.rules.accounts import DEFAULTS, read_accounts
from billing.rules.amounts import read_cents
from billing.rules.customer import LONGEST_TERMS, line, read_email
from billing.rules.dunning import TONES
from billing.rules.identity import (
    bic_fault,
    electronic_address_fault,
    iban_fault,
    siret_fault,
    tidy_number,
    vat_number_fault,
)
from billing.rules.states import CUSTOMER_KINDS
from billing.rules.vat import read_rate
from campaigns.rules.form.reading import tidy
from kit.errors import Invalid
from kit.french import NBSP, money

NOT_SAVED = "Les réglages ne sont pas enregistrés."
# What the law says when nothing else was agreed: code de la commande publique, R. 2192-10 and -11 (delays), -31 (rate);
# code de commerce, L. 441-10 (delay, rate) and D. 441-5 (40 €).
TERMS = {"public_health": 50, "public": 30, "private": 30}
RECOVERY_CENTS, LARGEST_RECOVERY = 4_000, 100_000
PENALTY = (
    f"En cas de retard de paiement{NBSP}: intérêts au taux de refinancement de la Banque centrale européenne majoré de "
    "8 points pour un acheteur public (code de la commande publique, article R. 2192-31), de 10 points pour un autre "
    "professionnel (code de commerce, article L. 441-10)."
)
DISCOUNT = "Pas d’escompte pour paiement anticipé."
LADDERS: dict[str, list[dict[str, Any]]] = {
    "public_health": [{"days": 15, "tone": "courtesy"}, {"days": 45, "tone": "firm"}, {"days": 90, "tone": "formal"}],
    "public": [{"days": 15, "tone": "courtesy"}, {"days": 45, "tone": "firm"}, {"days": 90, "tone": "formal"}],
    "private": [{"days": 7, "tone": "courtesy"}, {"days": 21, "tone": "firm"}, {"days": 45, "tone": "formal"}],
}
MOST_STEPS, LATEST_DAY = 5, 365
LONGEST = {
    "name": 200,
    "legal_form": 200,
    "address": 200,
    "postal_code": 10,
    "town": 100,
    "email": 254,
    "phone": 40,
    "accounting_officer": 200,
}
LONGEST_TEXT = 1_000
TEXTS = ("penalty_text", "discount_text", "mentions")
_PREFIX = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,6}[A-Z0-9])?-?")


@dataclass(frozen=True, slots=True)
class IssuerDetails:
    """Everything of an issuer that is typed, checked. The command checks the prefix against the numbers taken."""

    name: str
    legal_form: str
    address: str
    postal_code: str
    town: str
    email: str
    phone: str
    accounting_officer: str
    siret: str
    vat_number: str
    electronic_address: str
    iban: str
    bic: str
    prefix: str
    public_accounting: bool
    vat_on_debits: bool
    penalty_text: str
    discount_text: str
    mentions: str
    recovery_cents: int
    penalty_rate: int | None
    terms: dict[str, int]
    ladders: dict[str, list[dict[str, Any]]]
    accounts: dict[str, dict[str, str]]

    def as_columns(self) -> dict[str, Any]:
        """The columns of the row."""
        return asdict(self)


def read_issuer(typed: Mapping[str, Any]) -> IssuerDetails:
    """The settings as typed: flat keys, `terms.private`, `ladders.private.1.days`, `accounts.sales.number`,
    `recovery` in euros, `penalty_rate` in per cent. Raises Invalid, with a sentence by key.
    """
    wrong: dict[str, str] = {}
    texts = _read_texts(typed, wrong)
    numbers = _read_numbers(typed, wrong)
    terms = {kind: _read_delay(typed, kind, wrong) for kind in CUSTOMER_KINDS}
    ladders = {kind: _read_ladder(typed, kind, wrong) for kind in CUSTOMER_KINDS}
    accounts = _read_accounts(typed, wrong)
    recovery, rate = _read_amount(typed.get("recovery"), wrong), _read_rate(typed.get("penalty_rate"), wrong)
    if wrong:
        raise Invalid(NOT_SAVED, wrong)
    return IssuerDetails(
        **texts,
        **numbers,
        public_accounting=bool(typed.get("public_accounting")),
        vat_on_debits=bool(typed.get("vat_on_debits")),
        recovery_cents=recovery,
        penalty_rate=rate,
        terms=terms,
        ladders=ladders,
        accounts=accounts,
    )


def _read_texts(typed: Mapping[str, Any], wrong: dict[str, str]) -> dict[str, str]:
    texts = {name: line(typed.get(name)) for name in LONGEST}
    for name, longest in LONGEST.items():
        if len(texts[name]) > longest:
            wrong[name] = f"Écrivez {longest} caractères au plus."
    for name in TEXTS:
        texts[name] = tidy(str(typed.get(name) or ""))
        if len(texts[name]) > LONGEST_TEXT:
            wrong[name] = f"Écrivez {LONGEST_TEXT} caractères au plus."
    if not texts["name"]:
        wrong["name"] = "Indiquez le nom sous lequel vous facturez."
    if texts["email"]:
        texts["email"] = read_email(texts["email"], "email", wrong)
    for name, what in (("penalty_text", "les pénalités de retard"), ("discount_text", "l’escompte, ou son absence")):
        if not texts[name]:
            wrong[name] = f"La loi veut que la facture dise {what}{NBSP}: écrivez une phrase."
    return texts


def _read_numbers(typed: Mapping[str, Any], wrong: dict[str, str]) -> dict[str, str]:
    numbers = {name: tidy_number(str(typed.get(name) or "")) for name in ("siret", "vat_number", "iban", "bic")}
    numbers["electronic_address"] = line(typed.get("electronic_address")).replace(" ", "")
    numbers["prefix"] = "".join(str(typed.get("prefix") or "").split()).upper()
    fault = siret_fault(numbers["siret"])
    siret = "" if fault else numbers["siret"]  # a wrong SIRET makes no other number wrong
    faults = {
        "siret": fault,
        "vat_number": vat_number_fault(numbers["vat_number"], siret),
        "iban": iban_fault(numbers["iban"]),
        "bic": bic_fault(numbers["bic"]),
        "electronic_address": electronic_address_fault(numbers["electronic_address"], siret),
    }
    wrong |= {name: fault for name, fault in faults.items() if numbers[name] and fault}
    if not _PREFIX.fullmatch(numbers["prefix"]):
        wrong["prefix"] = "Le préfixe a de 1 à 9 lettres sans accent, chiffres ou tirets, par exemple F ou CRRC-."
    return numbers


def _read_delay(typed: Mapping[str, Any], kind: str, wrong: dict[str, str]) -> int:
    field, longest = f"terms.{kind}", LONGEST_TERMS[kind]
    text = str(typed.get(field) or "").strip()
    if text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= longest:
        return int(text)
    wrong[field] = f"Indiquez un nombre de jours, de 1 à {longest}{NBSP}: la loi n’en permet pas plus."
    return 0


def _read_ladder(typed: Mapping[str, Any], kind: str, wrong: dict[str, str]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for number in range(1, MOST_STEPS + 1):
        field = f"ladders.{kind}.{number}.days"
        text, tone = str(typed.get(field) or "").strip(), str(typed.get(f"ladders.{kind}.{number}.tone") or "")
        if not text:
            continue
        days = int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 0
        if not 1 <= days <= LATEST_DAY:
            wrong[field] = f"Indiquez un nombre de jours après l’échéance, de 1 à {LATEST_DAY}."
        elif steps and days <= steps[-1]["days"]:
            wrong[field] = f"Une relance vient après la précédente{NBSP}: plus de {steps[-1]['days']} jours."
        elif tone not in TONES:
            wrong[f"ladders.{kind}.{number}.tone"] = "Choisissez le ton de la relance."
        else:
            steps.append({"days": days, "tone": tone})
    return steps


def _read_accounts(typed: Mapping[str, Any], wrong: dict[str, str]) -> dict[str, dict[str, str]]:
    """Numbers without their blanks, and labels."""
    pairs = {
        key: (tidy_number(str(typed.get(f"accounts.{key}.number") or "")), line(typed.get(f"accounts.{key}.label")))
        for key in DEFAULTS
    }
    try:
        return read_accounts(pairs)
    except Invalid as error:
        wrong.update(error.fields)
        return {}


def _read_amount(typed: Any, wrong: dict[str, str]) -> int:
    """The recovery fee, in cents."""
    try:
        cents = read_cents(str(typed or ""), "recovery")
    except Invalid as error:
        wrong.update(error.fields)
        return 0
    if cents > LARGEST_RECOVERY:
        wrong["recovery"] = f"Cette indemnité ne peut pas dépasser {money(LARGEST_RECOVERY)}."
    return cents


def _read_rate(typed: Any, wrong: dict[str, str]) -> int | None:
    """A rate in basis points, None when nothing is typed."""
    text = "".join(str(typed if typed is not None else "").split()).removesuffix("%").replace(",", ".")
    if not text:
        return None
    rate = read_rate(text)
    if not rate:
        wrong["penalty_rate"] = "Indiquez un taux en pour cent, de 0,01 à 100, par exemple 10,15."
    return rate
