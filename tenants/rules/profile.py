"""What a portal says of itself: what is typed, what is wrong with it, what is still missing. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from kit.errors import Invalid
from kit.french import NBSP
from tenants.rules.people import check_email

ACCESSIBILITY_LABELS = {"none": "non conforme", "partial": "partiellement conforme", "full": "totalement conforme"}
LEGAL_LABELS = {
    "publisher": "Éditeur",
    "publication_director": "Directeur ou directrice de la publication",
    "host_name": "Hébergeur",
    "host_address": "Adresse de l’hébergeur",
    "host_phone": "Téléphone de l’hébergeur",
    "dpo_name": "Délégué à la protection des données",
    "dpo_email": "Adresse électronique du délégué",
    "security_contact": "Contact de sécurité",
}
_MISSING = {
    "publisher": "l’éditeur, avec sa forme et son siège (mentions légales)",
    "publication_director": "le directeur ou la directrice de la publication (mentions légales)",
    "host_name": "le nom de l’hébergeur (mentions légales)",
    "host_address": "l’adresse de l’hébergeur (mentions légales)",
    "host_phone": "le téléphone de l’hébergeur (mentions légales)",
    "dpo_name": "le délégué à la protection des données (données personnelles)",
    "dpo_email": "l’adresse électronique du délégué (données personnelles)",
    "security_contact": "le contact de sécurité (security.txt)",
}
LONGEST_TEXT = 2000
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PHONE = re.compile(r"\+?[0-9][0-9 .()-]{5,24}")


class Legal(Protocol):
    """A profile, as the legal pages read it."""

    departments: list[str]


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that the portal ought to say and does not know: `endpoint` is the page that asks for it."""

    field: str
    sentence: str
    endpoint: str = "portal_legal.edit"


def lacks(profile: Legal) -> tuple[Lack, ...]:
    """What is missing, in the order of the pages."""
    found = [Lack(name, f"Il manque {words}.") for name, words in _MISSING.items() if not getattr(profile, name)]
    if not profile.departments:
        found.insert(0, Lack("departments", "Il manque les départements que ce portail dessert.", "territory.edit"))
    return tuple(found)


def check_text(text: str, field: str, longest: int = LONGEST_TEXT) -> str:
    """Some lines, blanks tidied; empty when there is none. Raises Invalid (`field`)."""
    lines = [" ".join(line.split()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if len(whole) > longest:
        raise _invalid(field, f"Ce texte est trop long{NBSP}: {longest} caractères au plus.")
    if any((ord(one) < 32 and one != "\n") or 0xD800 <= ord(one) < 0xE000 or ord(one) == 127 for one in whole):
        raise _invalid(field, "Ce texte contient un caractère qui ne peut pas être enregistré.")
    return whole


def check_domain(text: str, field: str = "domain") -> str | None:
    """A host name of the portal's own (`cyber.example.fr`), or None. Raises Invalid (`field`)."""
    host = text.strip().lower().rstrip(".")
    if not host:
        return None
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        host = ""
    if not _DOMAIN.fullmatch(host) or host.rpartition(".")[2] in ("localhost", "local", "internal", "invalid"):
        raise _invalid(
            field,
            f"Écrivez un nom de domaine seul, sans https:// ni chemin{NBSP}: par exemple cyber.esante-bretagne.fr.",
        )
    return host


def check_phone(text: str, field: str) -> str:
    """A telephone number as it is written, or nothing. Raises Invalid (`field`)."""
    phone = " ".join(text.split())
    if phone and not _PHONE.fullmatch(phone):
        raise _invalid(field, f"Écrivez un numéro de téléphone{NBSP}: par exemple 02 99 00 00 00 ou +33 2 99 00 00 00.")
    return phone


def check_security_contact(text: str, field: str) -> str:
    """An e-mail address or an https page where a fault of security is told, or nothing. Raises Invalid (`field`)."""
    contact = text.strip()
    if not contact:
        return ""
    if contact.lower().startswith("https://"):
        if not re.fullmatch(r"https://[a-z0-9.-]+(?::[0-9]{1,5})?(?:/[!-~]*)?", contact, re.IGNORECASE):
            raise _invalid(
                field, f"Cette adresse de page n’est pas complète{NBSP}: par exemple https://exemple.fr/securite."
            )
        return contact[:500]
    return check_email(contact, field)


def check_accessibility(state: str, audited_on: date | None, today: date) -> None:
    """Raises Invalid: a conformity is measured by an audit, on a day that has come."""
    faults = {}
    if state not in ACCESSIBILITY_LABELS:
        faults["accessibility_state"] = "Choisissez un état de la liste."
    elif state != "none" and audited_on is None:
        faults["accessibility_audited_on"] = (
            f"Indiquez la date de l’audit{NBSP}: sans audit, un service est non conforme."
        )
    if audited_on is not None and not date(2010, 1, 1) <= audited_on <= today:
        faults["accessibility_audited_on"] = "Indiquez une date passée, depuis 2010."
    if faults:
        raise Invalid("La déclaration d’accessibilité n’est pas enregistrée.", faults)


def read_accessibility(typed: Mapping[str, str], today: date) -> str:
    """The state of a form, checked with its date. Raises Invalid (accessibility_state, accessibility_audited_on)."""
    state = typed.get("accessibility_state", "none")
    check_accessibility(state, read_day(typed, "accessibility_audited_on"), today)
    return state


def read_day(typed: Mapping[str, str], field: str) -> date | None:
    """The day of three boxes (`field`-day, -month, -year); None when all are empty. Raises Invalid (`field`)."""
    parts = [typed.get(f"{field}-{part}", "").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return None
    try:
        year, month, day = (
            int(part) if part.isascii() and part.isdecimal() and len(part) <= 4 else 0 for part in parts
        )
        return date(year, month, day)
    except ValueError:
        raise _invalid(field, f"Cette date n’existe pas{NBSP}: écrivez par exemple 30 06 2026.") from None


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: sentence})
