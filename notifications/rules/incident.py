"""An incident of the service: its states, what it keeps people from, what may be said of it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from kit.errors import Invalid
from kit.french import NBSP, count
from kit.machine import Machine, move

INCIDENT = Machine(
    "incident", "open", {"resolve": move("open", "over", f"Cet incident est déjà clos{NBSP}: rechargez la page.")}
)
# From the worst to the mildest: the worst one that is open is the first thing that the page says.
IMPACTS: Mapping[str, str] = {
    "down": "Service indisponible",
    "slow": "Service perturbé",
    "planned": "Maintenance",
    "notice": "Information",
}
LONGEST_TITLE, LONGEST_WORDS = 120, 2000
# An incident may be written down some time after it began, a maintenance be announced some time before.
EARLIEST, LATEST = timedelta(days=31), timedelta(days=366)
REFUSED = "L’incident n’est pas enregistré."


def check_incident(
    title: str, words: str, impact: str, began_at: datetime, until_at: datetime | None, now: datetime
) -> tuple[str, str]:
    """Title and first words, tidied. Raises Invalid, field by field."""
    fields: dict[str, str] = {}
    title, words = " ".join(title.split()), words.strip()
    fields |= _fault(
        "title", title, LONGEST_TITLE, "Donnez un titre, par exemple «\xa0Envoi des courriels ralenti\xa0»."
    )
    fields |= _fault("words", words, LONGEST_WORDS, "Dites en une phrase ce qui se passe et ce qui marche encore.")
    if impact not in IMPACTS:
        fields["impact"] = "Choisissez ce que cela empêche."
    if not now - EARLIEST <= began_at <= now + LATEST:
        fields["began_at"] = "Indiquez un instant du mois passé ou de l’année qui vient."
    elif began_at > now and impact != "planned":
        fields["began_at"] = "Cet instant est dans l’avenir. Seule une maintenance s’annonce à l’avance."
    if until_at is not None and until_at <= began_at:
        fields["until_at"] = "La fin prévue vient après le début."
    if fields:
        raise Invalid(REFUSED, fields)
    return title, words


def check_words(words: str) -> str:
    """What is said next, tidied. Raises Invalid (words)."""
    fault = _fault("words", words.strip(), LONGEST_WORDS, "Écrivez où en est l’incident.")
    if fault:
        raise Invalid("Rien n’est ajouté.", fault)
    return words.strip()


def is_under_way(began_at: datetime, now: datetime) -> bool:
    """Whether it has begun; what is planned has not."""
    return began_at <= now


def _fault(name: str, text: str, most: int, absent: str) -> dict[str, str]:
    if not text:
        return {name: absent}
    if len(text) > most:
        return {name: f"{count(most, 'caractère', 'caractères')} au plus{NBSP}: il y en a {len(text)}."}
    if any(not letter.isprintable() and letter not in "\n\r\t\xa0\u202f" for letter in text):
        return {name: "Un caractère ne peut pas être enregistré."}
    return {}
