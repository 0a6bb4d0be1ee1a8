"""Numbers that name who invoices and who pays: SIRET, VAT, IBAN, BIC, electronic address. Pure.

Each `*_fault` takes a tidied number and returns the sentence that says what is wrong with it, or "" when it holds.
"""

import re

from stdnum import bic as _bic
from stdnum import iban as _iban
from stdnum.fr import siren as _siren
from stdnum.fr import siret as _siret
from stdnum.fr import tva as _tva

from kit.french import NBSP

# Scheme 0225 of the French directory: the SIREN, then a suffix (often the SIRET, or the SIRET and a service).
_ELECTRONIC = re.compile(r"[0-9]{9}(_[A-Za-z0-9_.+\-/]{1,115})?")
_SEPARATORS = re.compile(r"[\s.\-\u200b]+")


def tidy_number(typed: str) -> str:
    """A number as people type or paste it, without blanks, dots or dashes, in capitals."""
    return _SEPARATORS.sub("", typed).upper()


def is_siren(number: str) -> bool:
    """Whether it is a valid SIREN: nine digits and their key."""
    return number.isascii() and len(number) == 9 and bool(_siren.is_valid(number))


def is_siret(number: str) -> bool:
    """Whether it is a valid SIRET: fourteen digits and their key (La Poste has its own rule)."""
    return number.isascii() and len(number) == 14 and bool(_siret.is_valid(number))


def siret_fault(number: str) -> str:
    """What is wrong with a SIRET."""
    if not (number.isascii() and number.isdecimal() and len(number) == 14):
        return f"Un SIRET a 14 chiffres{NBSP}: celui-ci en a {sum(one.isdecimal() for one in number)}."
    if not is_siret(number):
        return f"Ce SIRET n’existe pas{NBSP}: sa clé est fausse. Vérifiez chaque chiffre."
    return ""


def vat_number_fault(number: str, siret: str = "") -> str:
    """What is wrong with a French VAT number; it must be that of the SIRET's company when this is known."""
    if not number.startswith("FR"):
        return "Un numéro de TVA français commence par FR, par exemple FR05130007966."
    if not number.isascii() or not _tva.is_valid(number):
        return f"Ce numéro de TVA n’existe pas{NBSP}: FR, deux caractères de clé, puis le SIREN."
    if siret and number[4:] != siret[:9]:
        return f"Ce numéro de TVA est celui d’un autre organisme{NBSP}: il doit finir par le SIREN {siret[:9]}."
    return ""


def iban_fault(number: str) -> str:
    """What is wrong with an IBAN. The sentence never quotes it."""
    return "" if number.isascii() and _iban.is_valid(number) else f"Cet IBAN est faux{NBSP}: sa clé ne correspond pas."


def bic_fault(number: str) -> str:
    """What is wrong with a BIC."""
    good = number.isascii() and _bic.is_valid(number)
    return "" if good else "Un BIC a 8 ou 11 caractères, par exemple TRPUFRP1."


def electronic_address_fault(address: str, siret: str = "") -> str:
    """What is wrong with an electronic address of the French directory (scheme 0225)."""
    if not _ELECTRONIC.fullmatch(address) or not is_siren(address[:9]):
        return (
            "L’adresse électronique de facturation est le SIREN (9 chiffres), suivi s’il le faut de _ et d’un suffixe."
        )
    if siret and address[:9] != siret[:9]:
        return f"L’adresse électronique de facturation doit commencer par le SIREN {siret[:9]}."
    return ""


def masked_iban(number: str) -> str:
    """What may be shown of an IBAN where it is not needed whole: « FR76 … 0189 »."""
    return f"{number[:4]}{NBSP}…{NBSP}{number[-4:]}" if len(number) > 8 else ""
