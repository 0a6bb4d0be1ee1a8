"""A call's form that asks one question of each type, for the tests of forms and files."""

from copy import deepcopy
from typing import Any

from campaigns.rules.form import Form, read_form

_DOCUMENT: dict[str, Any] = {
    "texts": {"commitments_intro": "En déposant, votre organisme s’engage."},
    "commitments": [
        {"key": "journey", "text": "Suivre le parcours jusqu’à son terme, avant le 30 juin 2026."},
        {"key": "referent", "text": "Nommer un référent interne."},
    ],
    "form": {
        "sections": [
            {
                "key": "project",
                "title": "Votre projet",
                "fields": [
                    {"key": "why", "label": "Pourquoi un exercice ?", "type": "long_text", "max_length": 200},
                    {
                        "key": "level",
                        "label": "Niveau du kit",
                        "type": "choice",
                        "options": [
                            {"key": "beginner", "label": "Débutant"},
                            {"key": "confirmed", "label": "Confirmé"},
                        ],
                    },
                    {"key": "beds", "label": "Nombre de lits", "type": "number", "min": 1, "max": 5000},
                    {"key": "cost", "label": "Coût prévu", "type": "money", "min": 0, "max": 2000050},
                    {"key": "wished_on", "label": "Date souhaitée", "type": "date", "min": "2025-10-01"},
                ],
            },
            {
                "key": "systems",
                "title": "Votre informatique",
                "fields": [
                    {
                        "key": "tools",
                        "label": "Outils",
                        "type": "choices",
                        "required": False,
                        "options": [
                            {"key": "dui", "label": "Dossier usager informatisé"},
                            {"key": "mail", "label": "Messagerie sécurisée"},
                            {"key": "backup", "label": "Sauvegarde hors ligne"},
                        ],
                    },
                    {"key": "hosted", "label": "Hébergement externe", "type": "boolean", "required": False},
                    {"key": "contact", "label": "Contact", "type": "email", "required": False},
                    {"key": "call", "label": "Astreinte", "type": "phone", "required": False},
                    {"key": "note", "label": "Remarque", "type": "text", "required": False},
                    {
                        "key": "share",
                        "label": "Part externalisée",
                        "type": "number",
                        "unit": "%",
                        "required": False,
                    },
                ],
            },
        ]
    },
}


def document(**changes: Any) -> dict[str, Any]:
    """The part of a call's document that makes its form."""
    return {**deepcopy(_DOCUMENT), **changes}


def form(**changes: Any) -> Form:
    """The form of `document`."""
    return read_form(document(**changes))


COMPLETE: dict[str, Any] = {
    "why": "Personne ici ne sait qui appeler.",
    "level": "beginner",
    "beds": "40",
    "cost": "1 500,00",
    "wished_on": "12/03/2026",
    "referent.name": "Anne Le Goff",
    "referent.function": "Cadre de santé",
    "referent.email": "Anne.LeGoff@ehpad-des-lilas.fr",
    "referent.phone": "02 99 12 34 56",
    "commitment.journey": "yes",
    "commitment.referent": "yes",
    "signatory.name": "Marc Tanguy",
    "signatory.function": "Directeur",
}
