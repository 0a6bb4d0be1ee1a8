"""Services written as people write them: a faultless document, its changes, and the commands in one line each."""

from typing import Any

from kit.actor import Actor
from kit.document.source import read_data
from services_catalog.service.publication import publish_service
from services_catalog.service.writing import Saved, import_service, save_service

DOCUMENT: dict[str, Any] = {
    "title": "Exercice de crise cyber",
    "summary": "Une demi-journée pour apprendre à continuer sans informatique.",
    "description": "Un scénario de rançongiciel.\nUn animateur et un observateur.",
    "level": "beginner",
    "mode": "mission",
    "half_days": 3,
    "deliverables": ["Scénario", "Retour d’expérience"],
    "prerequisites": ["Une cellule de crise désignée"],
    "rule": None,
    "qualification": None,
    "cancellation": {"free_days": 10, "late_percent": 50},
    "valid_months": 12,
}
RULE: dict[str, Any] = {"version": 1, "all": [{"open": True}, {"adherent": True}]}


def a_document(**words: Any) -> dict[str, Any]:
    """The faultless document with other words."""
    return DOCUMENT | words


def write(actor: Actor, slug: str = "exercice", family: str = "exercise", **words: Any) -> Saved:
    """Write a draft, whatever was there."""
    return import_service(actor, slug, family, a_document(**words))


def publish(actor: Actor, slug: str = "exercice", family: str = "exercise", **words: Any) -> Saved:
    """Write a draft and publish it."""
    saved = write(actor, slug, family, **words)
    publish_service(actor, slug)
    return saved


def change(actor: Actor, revision: int | None, slug: str = "exercice", **words: Any) -> Saved:
    """Change a draft, having read `revision`."""
    return save_service(actor, slug, "exercise", read_data(a_document(**words)), revision)
