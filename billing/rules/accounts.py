"""The accounts that billing writes to: numbers and labels by use, those of the general plan unless told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kit.errors import Invalid


@dataclass(frozen=True, slots=True)
class Account:
    """A line of the plan: `number` begins with the three digits of the general plan."""

    number: str
    label: str


# ANC 2014-03; a body under public accounting (GBCP) has the same classes and may detail or change them.
DEFAULTS: Mapping[str, Account] = {
    "customers": Account("411000", "Clients"),
    "sales": Account("706000", "Prestations de services"),
    "vat": Account("445710", "TVA collectée"),
    "bank": Account("512000", "Banque"),
    "suspense": Account("471000", "Encaissements à identifier"),
    "write_off": Account("654000", "Pertes sur créances irrécouvrables"),
    "provider": Account("511500", "Encaissements en ligne à recevoir"),
    "fees": Account("627000", "Services bancaires et assimilés"),
    "grants": Account("740000", "Subventions d’exploitation"),
}
# What each is for, as the settings ask it.
USES: Mapping[str, str] = {
    "customers": "Clients",
    "sales": "Ventes de prestations",
    "vat": "TVA collectée",
    "bank": "Banque",
    "suspense": "Encaissements dont le payeur n’est pas encore connu",
    "write_off": "Créances irrécouvrables",
    "provider": "Encaissements en ligne, avant leur virement",
    "fees": "Frais de l’encaissement en ligne",
    "grants": "Subventions de l’ARS",
}
NUMBER = re.compile(r"[1-7][0-9]{2}[0-9A-Z]{0,9}")
LABEL_MAX = 80


def account(accounts: Mapping[str, Any], key: str) -> Account:
    """The account of a use. `accounts` is Issuer.accounts: a number, or a number and a label, by key.

    What is not set there is the general plan's. Raises KeyError for a use nobody knows.
    """
    default = DEFAULTS[key]
    chosen = accounts.get(key) or {}
    if isinstance(chosen, str):
        return Account(chosen, default.label)
    return Account(chosen.get("number") or default.number, chosen.get("label") or default.label)


def read_accounts(typed: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    """What Issuer.accounts keeps of numbers and labels typed by use; an empty one is the general plan's.

    Raises Invalid, the field being `accounts.<use>.number` or `.label`.
    """
    fields: dict[str, str] = {}
    kept: dict[str, dict[str, str]] = {}
    for key, default in DEFAULTS.items():
        number, label = (text.strip() for text in typed.get(key, ("", "")))
        kept[key] = {"number": number or default.number, "label": label or default.label}
        if not NUMBER.fullmatch(kept[key]["number"]):
            fields[f"accounts.{key}.number"] = (
                "Un numéro de compte commence par une classe de 1 à 7 et les trois chiffres du plan comptable, "
                "et n’a pas plus de 12 caractères, par exemple «\xa0411000\xa0»."
            )
        if len(kept[key]["label"]) > LABEL_MAX or not kept[key]["label"].isprintable():
            fields[f"accounts.{key}.label"] = f"Donnez un libellé d’une ligne, de {LABEL_MAX} caractères au plus."
    if fields:
        raise Invalid("Des comptes sont à corriger.", fields)
    return kept
