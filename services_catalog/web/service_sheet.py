"""What the page of a service shows, whoever reads it: the public, its author, whoever looks at an old version."""

from typing import Any

from services_catalog.rules import service_words
from services_catalog.rules.service import ServiceDocument
from services_catalog.rules.states import FAMILY_LABELS, LEVEL_LABELS, LEVELS

FAMILY_PURPOSES = {
    "diagnostic": "Savoir où vous en êtes, et par quoi commencer.",
    "exercise": "S’entraîner avant que cela n’arrive.",
    "shared_ciso": "Un responsable de la sécurité, sans l’embaucher.",
    "audit": "Chercher les failles avant que d’autres ne les trouvent.",
    "continuity_plan": "Continuer à soigner et à accompagner quand l’informatique s’arrête.",
    "awareness": "Que chacun ait les bons réflexes.",
    "data_protection": "Protéger les données des personnes accompagnées.",
    "phishing": "Mesurer les réflexes devant un courriel piégé.",
    "incident_response": "Être aidé quand l’attaque est là.",
}


def sheet(document: ServiceDocument, family: str) -> dict[str, Any]:
    """The words of a service, as services/_service.html takes them."""
    return {
        "document": document,
        "family": family,
        "family_name": FAMILY_LABELS[family],
        "level": level(document.level),
        "mode": service_words.MODE_LABELS[document.mode],
        "mode_hint": service_words.MODE_HINTS[document.mode],
        "duration": service_words.duration(document),
        "validity": service_words.validity(document),
        "who": service_words.who(document),
        "everybody": service_words.EVERYBODY,
        "qualification": service_words.qualification(document),
        "cancellation": service_words.cancellation(document),
    }


def level(code: str | None) -> dict[str, Any] | None:
    """A level and its rank, from 1; None for a service without level."""
    return {"code": code, "text": LEVEL_LABELS[code], "rank": LEVELS.index(code) + 1} if code else None
