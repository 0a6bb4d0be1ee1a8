"""What the notebook says of a breach (RGPD art. 33 and 34), and what it wants before it is closed. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from kit.errors import Conflict, Invalid
from kit.typed import number
from privacy.rules.asked import check_text
from privacy.rules.clock import is_late
from tenants.rules.people import check_line

NATURES = ("confidentiality", "integrity", "availability")
NATURE_LABELS = {
    "confidentiality": "Confidentialité\N{NO-BREAK SPACE}: des données ont été vues ou prises",
    "integrity": "Intégrité\N{NO-BREAK SPACE}: des données ont été modifiées",
    "availability": "Disponibilité\N{NO-BREAK SPACE}: des données ont été perdues ou sont inaccessibles",
}
DECISIONS = ("", "yes", "no")
LABELS = {
    "facts": "Les faits",
    "natures": "Nature de la violation",
    "people": "Personnes concernées",
    "people_count": "Nombre de personnes",
    "data": "Données concernées",
    "consequences": "Conséquences probables",
    "measures": "Mesures prises ou envisagées",
    "cnil": "Notifier la CNIL",
    "cnil_reason": "Pourquoi",
    "persons": "Informer les personnes",
    "persons_reason": "Pourquoi",
}
DECISION_LABELS = {"": "Pas encore décidé", "yes": "Oui", "no": "Non"}


@dataclass(frozen=True, slots=True)
class Account:
    """A breach in words. `cnil` and `persons`: whether the CNIL, the people are told; "" while it is not decided."""

    facts: str = ""
    natures: list[str] = field(default_factory=list)
    people: str = ""
    people_count: int | None = None
    data: str = ""
    consequences: str = ""
    measures: str = ""
    cnil: str = ""
    cnil_reason: str = ""
    persons: str = ""
    persons_reason: str = ""

    @classmethod
    def read(cls, typed: Mapping[str, str], natures: list[str]) -> Self:
        """What was typed; only the facts are wanted at once. Raises Invalid with every field that is wrong."""
        values: dict[str, Any] = {"natures": [one for one in NATURES if one in natures]}
        faults: dict[str, str] = {}
        for name in ("facts", "people", "data", "consequences", "measures", "cnil_reason", "persons_reason"):
            try:
                values[name] = check_text(typed.get(name, ""), name, least=10 if name == "facts" else 0)
            except Invalid as fault:
                faults |= fault.fields
        for name in ("cnil", "persons"):
            values[name] = typed.get(name, "")
            if values[name] not in DECISIONS:
                faults[name] = "Choisissez une réponse."
            elif values[name] and not values.get(f"{name}_reason", "x"):
                faults[f"{name}_reason"] = "Dites pourquoi."
        said = typed.get("people_count", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        values["people_count"] = number(said, 7)
        if said and values["people_count"] is None:
            faults["people_count"] = "Écrivez un nombre, même approximatif."
        if faults:
            raise Invalid("Le cahier n’est pas enregistré.", faults)
        return cls(**values)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """From the notebook; a key that came later is empty."""
        return cls(**{one.name: content[one.name] for one in fields(cls) if one.name in content})

    def as_json(self) -> dict[str, Any]:
        """For the notebook."""
        return asdict(self)


def check_title(text: str) -> str:
    """A line that names the breach in lists. Raises Invalid (title)."""
    return check_line(text, "title", "Donnez un titre, par exemple «\xa0Courriel envoyé au mauvais destinataire\xa0».")


def check_notification(detected_at: datetime, told_at: datetime, now: datetime, reference: str, late: str) -> str:
    """The reason of a late notification, "" on time. Raises Invalid (told_at, reference, late_reason)."""
    faults: dict[str, str] = {}
    if told_at > now:
        faults["told_at"] = "Cet instant est dans l’avenir."
    elif told_at < detected_at:
        faults["told_at"] = "La CNIL n’a pas pu être notifiée avant que la violation soit constatée."
    try:
        check_line(reference, "reference", "Recopiez la référence que la CNIL a donnée.")
    except Invalid as fault:
        faults |= fault.fields
    reason = late.strip() if is_late(detected_at, told_at) else ""
    if not faults and is_late(detected_at, told_at) and len(reason) < 10:
        faults["late_reason"] = "Passées 72 heures, dites ce qui a retardé la notification (RGPD 33.1)."
    if faults:
        raise Invalid("La notification n’est pas enregistrée.", faults)
    return check_text(reason, "late_reason", least=0)


def lacking(account: Account, notified: bool) -> list[str]:
    """What the notebook still wants before the breach is closed."""
    found = [
        f"«\xa0{LABELS[name]}\xa0» est vide."
        for name in ("facts", "people", "data", "consequences", "measures")
        if not getattr(account, name)
    ]
    if not account.natures:
        found.append("La nature de la violation n’est pas dite.")
    if not account.cnil:
        found.append("Notifier ou non la CNIL n’est pas décidé.")
    if account.cnil == "yes" and not notified:
        found.append("La notification à la CNIL est décidée et pas encore faite.")
    if not account.persons:
        found.append("Informer ou non les personnes n’est pas décidé.")
    return found


def check_closing(account: Account, notified: bool) -> None:
    """Raises Conflict with what is missing."""
    found = lacking(account, notified)
    if found:
        raise Conflict(" ".join(found))
