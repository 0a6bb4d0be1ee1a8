"""What an order says beside its quote: the purchaser's references, and who receives the provider. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.rules import form as forms
from campaigns.rules.form import FormField
from kit.errors import Invalid
from kit.french import count

CONTACT = (
    FormField("contact.name", "Nom et prénom", "text", max_length=120),
    FormField("contact.function", "Fonction", "text", max_length=120, autocomplete="organization-title"),
    FormField("contact.email", "Adresse électronique", "email", max_length=254),
    FormField("contact.phone", "Téléphone", "phone", max_length=40),
)
# The longest that Chorus Pro takes.
LONGEST = {"purchaser_reference": 100, "engagement_number": 50, "service_code": 100}
NOT_ORDERED = "Rien n’est commandé."
MOTIVE_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """`contact` holds name, function, email, phone; the three references may be empty."""

    contact: Mapping[str, str]
    purchaser_reference: str = ""
    engagement_number: str = ""
    service_code: str = ""


def read_details(typed: Mapping[str, Any], contact: Mapping[str, Any]) -> OrderDetails:
    """The details as typed or sent. Raises Invalid (fields `contact.…` and the references)."""
    wrong: dict[str, str] = {}
    references = {name: forms.tidy(str(typed.get(name) or "")) for name in LONGEST}
    for name, longest in LONGEST.items():
        if len(references[name]) > longest or "\n" in references[name]:
            wrong[name] = f"Écrivez {count(longest, 'caractère')} au plus, sur une ligne."
    people = {field.key.partition(".")[2]: _answer(field, contact, wrong) for field in CONTACT}
    if wrong:
        raise Invalid(NOT_ORDERED, wrong)
    return OrderDetails(people, **references)


def shown_contact(contact: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The contact as pages and papers show it: (label, value), what is empty left out."""
    rows = [(field.label, forms.shown(field, contact.get(field.key.partition(".")[2]))) for field in CONTACT]
    return [row for row in rows if row[1]]


def read_motive(typed: Any, nothing_done: str) -> str:
    """Why an order is refused or cancelled, tidied. Raises Invalid (motive) when it is empty or too long."""
    motive = forms.tidy(str(typed or ""))
    if not motive:
        raise Invalid(nothing_done, {"motive": "Dites pourquoi en une phrase\N{NO-BREAK SPACE}: elle est transmise."})
    if len(motive) > MOTIVE_LENGTH:
        raise Invalid(nothing_done, {"motive": f"Le motif dépasse {count(MOTIVE_LENGTH, 'caractère')}."})
    return motive


def _answer(field: FormField, contact: Mapping[str, Any], wrong: dict[str, str]) -> str:
    value = forms.read(field, contact.get(field.key.partition(".")[2]))
    fault = forms.missing(field) if value is None else forms.problem(field, value)
    if fault:
        wrong[field.key] = fault
    return str(value)
