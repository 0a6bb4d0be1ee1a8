"""Editions in French sentences, for pages and for the command line. Pure."""

from collections.abc import Mapping
from datetime import datetime

from finess.rules.edition import Counts
from kit.french import NBSP, count, day, grouped

SOURCE_NAMES = {"finess_plus": "FINESS+", "etalab": "extraction etalab"}


def title(source: str, generated_at: datetime) -> str:
    """« FINESS+ du 20 novembre 2026 »."""
    return f"{SOURCE_NAMES[source]} du {day(generated_at.date())}"


def holdings(counts: Counts) -> list[str]:
    """What an edition holds, and what was said of its records, one line each."""
    return [
        f"{count(counts.ej, 'entité juridique', 'entités juridiques')}, dont {grouped(counts.ej_open)} ouvertes",
        f"{count(counts.et, 'établissement')}, dont {grouped(counts.et_open)} ouverts "
        f"({grouped(counts.et_open_without_category)} sans catégorie)",
        f"{count(counts.rejected, 'enregistrement rejeté', 'enregistrements rejetés')}, "
        f"{count(counts.warnings, 'avertissement')}",
    ]


def changes(difference: Mapping[str, Mapping[str, int]]) -> list[str]:
    """What an edition changed, one line for EJ and one for ET."""
    names = {"ej": "entités juridiques", "et": "établissements"}
    return [
        f"{names[kind]}{NBSP}: {grouped(of['added'])} ajouts, {grouped(of['removed'])} retraits, "
        f"{grouped(of['changed'])} modifications{NBSP}; {grouped(of['opened'])} ouvertures, "
        f"{grouped(of['closed'])} fermetures"
        for kind, of in difference.items()
    ]
