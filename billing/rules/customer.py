"""What a customer is by its legal status, what its invoices need, and what is typed about it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from billing.rules.identity import (
    electronic_address_fault,
    siret_fault,
    tidy_number,
    vat_number_fault,
)
from billing.rules.states import CHANNELS, CUSTOMER_KINDS, REQUIREMENTS
from campaigns.rules.form.reading import tidy
from finess.rules.nomenclature import status_group
from kit.errors import Invalid
from kit.french import NBSP
from tenants.rules.people import check_email

NOT_SAVED = "La fiche n’est pas enregistrée."
# Public hospitals (national to regional): 50 days (code de la commande publique, art. R. 2192-11). Others: 30.
PUBLIC_HEALTH = frozenset({"10", "11", "12", "13", "14", "15"})
# The longest delay that the law allows to each (public: R. 2192-10 and -11; private: code de commerce, L. 441-10).
LONGEST_TERMS = {"public_health": 50, "public": 30, "private": 60}
REQUIREMENT_LABELS = {
    "none": "Ni code service ni numéro d’engagement",
    "service": "Code service obligatoire",
    "engagement": "Numéro d’engagement obligatoire",
    "both": "Code service et numéro d’engagement obligatoires",
    "either": "L’un des deux obligatoire",
}
LONGEST = {"name": 200, "address": 200, "postal_code": 10, "town": 100, "email": 254, "service_code": 100}


class Site(Protocol):
    """An establishment of the register."""

    siret: str | None
    postal_code: str | None
    address: str | None
    town: str | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class CustomerDetails:
    """What may be changed of a customer, tidied and checked."""

    kind: str
    name: str
    siret: str
    vat_number: str
    address: str
    postal_code: str
    town: str
    email: str
    electronic_address: str
    service_code: str
    requirement: str
    channel: str
    terms_days: int | None


def kind_of(legal_status_code: str | None) -> str:
    """The kind of a legal status of the register; private when it is unknown (the shortest usual delay)."""
    if legal_status_code in PUBLIC_HEALTH:
        return "public_health"
    return "public" if status_group(legal_status_code) == "public" else "private"


def channel_of(kind: str) -> str:
    """How a kind of customer is reached unless told otherwise: public ones receive on Chorus Pro, by law."""
    return "email" if kind == "private" else "chorus_pro"


def seat_of(siren: str | None, postal_code: str | None, sites: Iterable[Site]) -> Site | None:
    """The establishment whose SIRET is to be invoiced, when the register leaves no doubt; else None.

    Without doubt: all the open ones of this SIREN share one SIRET, or those of the entity's own postal code do.
    """
    own = [one for one in sites if one.is_open and siren and (one.siret or "").startswith(siren)]
    near = [one for one in own if one.postal_code and one.postal_code == postal_code]
    for group in (own, near):
        if len({one.siret for one in group}) == 1:
            return group[0]
    return None


def read_customer(typed: Mapping[str, Any]) -> CustomerDetails:
    """The details as typed or sent. Raises Invalid, with a sentence by field."""
    wrong: dict[str, str] = {}
    texts = {name: line(typed.get(name)) for name in LONGEST}
    numbers = {name: tidy_number(str(typed.get(name) or "")) for name in ("siret", "vat_number")}
    electronic = line(typed.get("electronic_address")).replace(" ", "")
    _check_texts(texts, wrong)
    _check_numbers(numbers["siret"], numbers["vat_number"], electronic, wrong)
    chosen = {
        "kind": _choice(typed, "kind", CUSTOMER_KINDS, "Choisissez la nature du client.", wrong),
        "requirement": _choice(typed, "requirement", REQUIREMENTS, "Dites ce que le client exige.", wrong),
        "channel": _choice(typed, "channel", CHANNELS, "Choisissez comment la facture est transmise.", wrong),
    }
    terms = read_terms(typed.get("terms_days"), chosen["kind"], "terms_days", wrong)
    if chosen["channel"] == "email" and not texts["email"] and "email" not in wrong:
        wrong["email"] = f"Une facture envoyée par courriel demande une adresse{NBSP}: indiquez-la."
    if wrong:
        raise Invalid(NOT_SAVED, wrong)
    return CustomerDetails(**texts, **numbers, electronic_address=electronic, **chosen, terms_days=terms)


def read_terms(typed: Any, kind: str, field: str, wrong: dict[str, str]) -> int | None:
    """A delay in days within the law for this kind; None when nothing is typed."""
    text = str(typed if typed is not None else "").strip()
    if not text:
        return None
    longest = LONGEST_TERMS.get(kind, 60)
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) <= longest):
        wrong[field] = f"Indiquez un nombre de jours, de 0 à {longest}{NBSP}: la loi n’en permet pas plus."
        return None
    return int(text)


def line(typed: Any) -> str:
    """A text on one line, tidied."""
    return " ".join(tidy(str(typed or "")).split())


def read_email(text: str, field: str, wrong: dict[str, str]) -> str:
    """An e-mail address; what is none is told in `wrong`."""
    try:
        return check_email(text, field)
    except Invalid as error:
        wrong[field] = error.fields[field]
        return text


def _check_texts(texts: dict[str, str], wrong: dict[str, str]) -> None:
    for name, longest in LONGEST.items():
        if len(texts[name]) > longest:
            wrong[name] = f"Écrivez {longest} caractères au plus."
    if not texts["name"]:
        wrong["name"] = "Indiquez le nom du client, comme il doit figurer sur ses factures."
    if texts["email"]:
        texts["email"] = read_email(texts["email"], "email", wrong)


def _check_numbers(siret: str, vat_number: str, electronic: str, wrong: dict[str, str]) -> None:
    fault = siret_fault(siret) if siret else ""
    sure = "" if fault else siret  # a wrong SIRET makes no other number wrong
    faults = {
        "siret": fault,
        "vat_number": vat_number_fault(vat_number, sure) if vat_number else "",
        "electronic_address": electronic_address_fault(electronic, sure) if electronic else "",
    }
    wrong |= {name: fault for name, fault in faults.items() if fault}


def _choice(typed: Mapping[str, Any], name: str, known: tuple[str, ...], fault: str, wrong: dict[str, str]) -> str:
    value = str(typed.get(name) or "")
    if value not in known:
        wrong[name] = fault
    return value
