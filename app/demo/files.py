"""The files of the demonstration: started, filled, submitted, at the hour when somebody did it."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.demo.people import Person, acting
from campaigns.models import Campaign, Candidacy
from campaigns.queries.campaign import get_version
from campaigns.rules.form import read_form
from campaigns.rules.form.definition import Form, FormField
from campaigns.service.attachment import Upload, add_attachment
from campaigns.service.saving import save_draft
from campaigns.service.starting import start_candidacy
from campaigns.service.submission import submit_candidacy
from kit import clock
from kit.actor import system
from kit.transaction import transaction
from kit.typeset import typeset
from tenants.models import Tenant

WORDS: Mapping[str, str] = {
    "sites": "L’EHPAD et le service de soins infirmiers à domicile.",
    "expectations": "Savoir qui appeler la nuit, et tenir deux jours sans le dossier de l’usager.",
    "care_software": "Un logiciel hébergé chez son éditeur",
}

PAPER = """
#set document(title: "Attestation (fictive)")
#set page(margin: 3cm)
#set text(lang: "fr", size: 11pt)
#let data = json(bytes(sys.inputs.data))
= Attestation de la direction

#emph[Document inventé pour la démonstration.]

Je soussigné, #data.person, #data.function, atteste que notre organisme participera à l’exercice et y consacrera
le temps nécessaire.
"""


def start(tenant: Tenant, call: Campaign, number: str, person: Person, at: datetime) -> Candidacy:
    """Start a file and fill its first section."""
    with clock.frozen(at):
        candidacy = start_candidacy(acting(tenant, person), call.slug, number, person.function)
        form = _form(tenant, call)
        first = next(section for section in form.sections if section.kind == "fields" and section.fields)
        save_draft(acting(tenant, person), candidacy.id, {one.key: _answer(one, person) for one in first.fields})
        return candidacy


def submit(tenant: Tenant, call: Campaign, number: str, person: Person, at: datetime) -> Candidacy:
    """Start a file, fill it whole and submit it."""
    candidacy = start(tenant, call, number, person, at)
    with clock.frozen(at):
        actor = acting(tenant, person)
        fields = _form(tenant, call).fields.values()
        save_draft(actor, candidacy.id, {one.key: _answer(one, person) for one in fields if one.type != "file"})
        for one in fields:
            if one.type == "file" and one.required:
                paper = typeset(PAPER.encode(), {"person": person.name, "function": person.function}, at)
                add_attachment(actor, candidacy.id, one.key, Upload("Attestation.pdf", io.BytesIO(paper)))
        submit_candidacy(actor, candidacy.id)
        return candidacy


def _form(tenant: Tenant, call: Campaign) -> Form:
    with transaction(system(tenant.id, "démonstration")) as tx:
        return read_form(get_version(tx.session, call).document)


def _answer(field: FormField, person: Person) -> Any:
    """Something plausible for any question."""
    match field.type:
        case "commitment" | "boolean":
            return "yes"
        case "choice":
            return field.options[len(person.email) % len(field.options)].key
        case "choices":
            return [field.options[0].key]
        case "number" | "money":
            return str(int(field.low or 0) + 12)
        case "date":
            return str(field.low or field.high or "2025-06-12")
        case "email":
            return person.email
        case "phone":
            return "02 99 00 12 34"
    if field.key.endswith(".name"):
        return person.name
    return person.function if field.key.endswith(".function") else WORDS.get(field.key, "Oui, sur tous nos sites.")
