"""The words of the papers: one shape for all, {title, lead, tenant, colour, sections}. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kit.french import count, day, instant

# A copy on paper is read by a person: what is longer is whole in its JSON.
MOST_ROWS, LONGEST_TEXT = 100, 1200


def paper(tenant: str, colour: str, title: str, lead: str, sections: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A paper; each section is made by `section`."""
    return {"tenant": tenant, "colour": colour, "title": title, "lead": lead, "sections": list(sections)}


def section(
    title: str,
    facts: Sequence[tuple[str, str]] = (),
    text: str = "",
    blocks: Sequence[Sequence[tuple[str, str]]] = (),
    more: str = "",
) -> dict[str, Any]:
    """A part of a paper: `facts` are (label, text), `blocks` lists of them, `more` a last line."""
    return {
        "title": title,
        "text": text,
        "facts": [list(one) for one in facts],
        "blocks": [[list(one) for one in block] for block in blocks],
        "more": more,
    }


def copy_paper(
    tenant: str, colour: str, zone: str, about: Mapping[str, Any], labels: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """The copy of a person's data; `labels` by title of a section and by column."""
    person = about["person"]
    named = ", ".join(person["names"]) or person["email"]
    lead = (
        f"Ce que le portail garde au sujet de {named} ({person['email'] or 'sans adresse électronique'}), "
        f"le {instant(about['made_at'], zone)}.\n"
        "Le fichier JSON qui l’accompagne contient la même chose, en entier, pour un programme."
    )
    parts = [_part(one, labels.get(one["title"], {}), zone) for one in about["sections"]]
    if not parts:
        parts = [section("Rien", text="Ce portail ne garde rien à votre sujet.")]
    return paper(tenant, colour, "Copie de vos données", lead, parts)


def _part(one: Mapping[str, Any], labels: Mapping[str, str], zone: str) -> dict[str, Any]:
    rows = one["rows"]
    words = {"where": "Dans", "rows": "Nombre", **labels}
    blocks = [
        [(words[key], shown(value, zone)) for key, value in row.items() if key in words and value not in (None, "")]
        for row in rows[:MOST_ROWS]
    ]
    rest = len(rows) - MOST_ROWS
    more = f"… et {count(rest, 'autre')} dans le fichier JSON." if rest > 0 else ""
    return section(f"{one['title']} ({len(rows)})", text=one["why"], blocks=blocks, more=more)


def shown(value: Any, zone: str) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return instant(value, zone)
    if isinstance(value, date):
        return day(value)
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… (en entier dans le fichier JSON)"
