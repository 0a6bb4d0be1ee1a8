"""A processing of the register (RGPD art. 30.1), and how it is typed. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from kit.errors import Invalid
from privacy.rules.asked import check_text
from privacy.rules.retention import BY_KEY, HELD, period
from tenants.rules.people import check_line

LABELS = {
    "title": "Traitement",
    "purpose": "Finalité",
    "basis": "Base légale",
    "people": "Personnes concernées",
    "data": "Catégories de données",
    "recipients": "Destinataires",
    "transfers": "Transferts hors de l’Union européenne",
    "retention": "Durées de conservation",
    "security": "Mesures de sécurité",
}
HINTS = {
    "basis": "Article 6 du RGPD, et la loi quand il y en a une.",
    "transfers": "« Aucun », ou le pays et ses garanties.",
    "retention": "Les durées adoptées pour ce portail s’ajoutent d’elles-mêmes.",
}


@dataclass(frozen=True, slots=True)
class Processing:
    """What is done with personal data, for which purpose. `kinds` are kinds of privacy.rules.retention it keeps."""

    key: str
    title: str
    purpose: str
    basis: str
    people: str
    data: str
    recipients: str
    transfers: str
    retention: str
    security: str
    kinds: tuple[str, ...] = ()

    @classmethod
    def read(cls, key: str, typed: Mapping[str, str], kinds: tuple[str, ...]) -> Self:
        """As typed. Raises Invalid with every field that is wrong."""
        values: dict[str, Any] = {"key": key, "kinds": kinds}
        faults: dict[str, str] = {}
        for name, label in LABELS.items():
            try:
                if name == "title":
                    values[name] = check_line(typed.get(name, ""), name, "Donnez un nom au traitement.")
                else:
                    values[name] = check_text(typed.get(name, ""), name, least=3)
            except Invalid as fault:
                faults |= {name: f"{label}\N{NO-BREAK SPACE}: {fault.fields[name]}"}
        if faults:
            raise Invalid("Le traitement n’est pas enregistré.", faults)
        return cls(**values)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """From what was saved."""
        values = {one.name: content[one.name] for one in fields(cls) if one.name in content}
        return cls(**{**values, "kinds": tuple(values.get("kinds", ()))})

    def as_json(self) -> dict[str, Any]:
        """To be saved."""
        return {**asdict(self), "kinds": list(self.kinds)}


def kept_for(processing: Processing, months: Mapping[str, int]) -> list[str]:
    """How long, in sentences, from the periods of the portal: « Courriels et notifications : 2 ans après … »."""
    held = {one.key: one for one in HELD}
    said = []
    for key in processing.kinds:
        if key in BY_KEY:
            kind = BY_KEY[key]
            said.append(f"{kind.title}\N{NO-BREAK SPACE}: {period(months[key])} {kind.since}, puis {kind.effect}.")
        elif key in held:
            said.append(f"{held[key].title}\N{NO-BREAK SPACE}: {held[key].how_long} ({held[key].basis}).")
    return said


def own_key(title: str) -> str:
    """The key of a processing that a GRADeS adds: « propre-enquete-annuelle »."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(one))
    return f"propre-{re.sub('[^a-z0-9]+', '-', bare).strip('-')[:40] or 'traitement'}"
