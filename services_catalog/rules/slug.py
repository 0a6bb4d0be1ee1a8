"""The name of a service in addresses: checked, or made from its title. Pure."""

import re

from kit.document.finding import Finding, error
from kit.french import NBSP
from services_catalog.rules.search import fold

LONGEST = 80
# /staff/services/new is the page of a new one.
RESERVED = frozenset({"new"})
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_slug(slug: str) -> list[Finding]:
    """An error on `slug` when it cannot be one."""
    if slug in RESERVED:
        return [error("slug", f"«{NBSP}{slug}{NBSP}» est une page du portail{NBSP}: choisissez une autre adresse.")]
    if len(slug) <= LONGEST and _SLUG.fullmatch(slug):
        return []
    sentence = (
        f"Une adresse s’écrit en minuscules sans accent, avec des chiffres et des tirets, en {LONGEST} "
        "caractères au plus, par exemple exercice-de-crise."
    )
    return [error("slug", sentence)]


def slug_of(title: str) -> str:
    """« Exercice de crise » gives exercice-de-crise; empty when the title has no letter."""
    words = re.findall(r"[a-z0-9]+", fold(title))
    return "-".join(words)[:LONGEST].rstrip("-")
