"""A provider's profile: what it is made of, and what is wrong with one that was typed or sent. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from finess.rules.geography import departments
from finess.rules.numbers import is_siret, normalise
from services_catalog.rules.faults import Faults
from services_catalog.rules.states import FAMILIES

MOST_CONTACTS = 5
LONGEST_SUMMARY = 1000
MOST_HALF_DAYS = 2000  # forty consultants, every day of the month
LONGEST_TRAVEL = 480  # a working day, in minutes


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call at a provider's."""

    name: str
    function: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What the GRADeS writes of a provider. Zones are INSEE codes of départements, skills service families."""

    name: str
    siret: str | None
    summary: str
    zones: tuple[str, ...]
    skills: tuple[str, ...]
    contacts: tuple[Contact, ...]
    capacity_half_days: int
    travel_minutes: int

    def columns(self) -> dict[str, Any]:
        """The columns of a provider."""
        lists = {"zones": list(self.zones), "skills": list(self.skills), "contacts": [asdict(c) for c in self.contacts]}
        return {
            "name": self.name,
            "siret": self.siret,
            "summary": self.summary,
            "capacity_half_days": self.capacity_half_days,
            "travel_minutes": self.travel_minutes,
        } | lists


def read_profile(sent: Mapping[str, Any]) -> Profile:
    """The profile that was sent: keys are the fields', contacts are dicts; a number that is none is None.

    Raises Invalid with the fields at fault; a contact's are `contacts.0.email`.
    """
    faults = Faults()
    profile = Profile(
        name=faults.line(sent["name"], "name", "Indiquez le nom du prestataire."),
        siret=check_siret(faults, sent["siret"] or ""),
        summary=faults.text(sent["summary"], "summary", LONGEST_SUMMARY),
        zones=faults.among(sent["zones"], departments(), "zones", "Un de ces codes n’est celui d’aucun département."),
        skills=faults.among(sent["skills"], FAMILIES, "skills", "Choisissez les familles dans la liste."),
        contacts=_contacts(faults, sent["contacts"]),
        capacity_half_days=faults.whole(sent["capacity_half_days"], "capacity_half_days", 0, MOST_HALF_DAYS),
        travel_minutes=faults.whole(sent["travel_minutes"], "travel_minutes", 0, LONGEST_TRAVEL),
    )
    faults.raise_any()
    return profile


def check_siret(faults: Faults, typed: str) -> str | None:
    """Fourteen digits and their key, None when nothing was typed (field `siret`)."""
    number = normalise(typed)
    if number and not is_siret(number):
        why = "sa clé est fausse" if len(number) == 14 and number.isdecimal() else "un SIRET compte quatorze chiffres"
        faults.refuse("siret", f"Ce SIRET n’est pas valable\N{NO-BREAK SPACE}: {why}.")
    return number or None


def _contacts(faults: Faults, sent: Sequence[Mapping[str, str]]) -> tuple[Contact, ...]:
    if len(sent) > MOST_CONTACTS:
        faults.refuse("contacts", f"Indiquez {MOST_CONTACTS} contacts au plus.")
    return tuple(_contact(faults, one, f"contacts.{index}") for index, one in enumerate(sent[:MOST_CONTACTS]))


def _contact(faults: Faults, sent: Mapping[str, str], path: str) -> Contact:
    return Contact(
        name=faults.line(sent.get("name", ""), f"{path}.name", "Indiquez le nom de ce contact."),
        function=faults.optional_line(sent.get("function", ""), f"{path}.function"),
        email=faults.email(sent.get("email", ""), f"{path}.email"),
        phone=faults.optional_line(sent.get("phone", ""), f"{path}.phone"),
    )
