"""What is typed about a request: by the person, or by whoever reads their letter. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from kit.errors import Invalid
from kit.french import NBSP
from privacy.rules.states import CHANNELS, REQUEST_KINDS
from tenants.rules.people import check_email, check_line

LONGEST = 4000
OLDEST_LETTER = 120  # days


@dataclass(frozen=True, slots=True)
class Letter:
    """A request that came by letter or by mail, as the GRADeS writes it down. `identity`: how it knows the sender."""

    kind: str
    channel: str
    name: str
    email: str
    details: str
    identity: str
    received_on: date

    @classmethod
    def read(cls, typed: Mapping[str, str], today: date) -> Self:
        """Raises Invalid with every field that is wrong."""
        values: dict[str, object] = {}
        faults: dict[str, str] = {}

        def take(field: str, read: object) -> None:
            try:
                values[field] = read() if callable(read) else read
            except Invalid as fault:
                faults.update(fault.fields)

        said = {key: typed.get(key, "") for key in ("kind", "channel", "name", "email", "details", "identity")}
        take("kind", lambda: check_kind(said["kind"]))
        take("channel", lambda: _channel(said["channel"]))
        take("name", lambda: check_line(said["name"], "name", "Indiquez le nom de la personne."))
        take("email", lambda: check_email(said["email"]) if said["email"].strip() else "")
        take("details", lambda: check_text(said["details"], "details", least=0))
        take("identity", lambda: check_text(said["identity"], "identity", least=3, most=500))
        take("received_on", lambda: _received(typed, today))
        if faults:
            raise Invalid("La demande n’est pas enregistrée.", faults)
        return cls(**values)  # type: ignore[arg-type]


def check_kind(kind: str) -> str:
    """A right of the RGPD. Raises Invalid (kind)."""
    if kind not in REQUEST_KINDS:
        raise Invalid("Choisissez ce qui est demandé.", {"kind": "Choisissez ce qui est demandé."})
    return kind


def check_text(text: str, field: str, least: int, most: int = LONGEST) -> str:
    """Lines of text, without control characters. Raises Invalid (on `field`)."""
    said = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    fault = None
    if len(said) < least:
        fault = (
            f"Écrivez au moins {least} caractères."
            if said
            else "Ce texte manque. Écrivez ce que vous savez déjà, même en une phrase."
        )
    elif len(said) > most:
        fault = f"Ce texte est trop long{NBSP}: {most} caractères au plus."
    elif any(unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn") and one not in "\n\t" for one in said):
        fault = "Ce texte contient un caractère qui ne peut pas être enregistré."
    if fault:
        raise Invalid(fault, {field: fault})
    return said


def read_day(typed: Mapping[str, str], name: str) -> date | None:
    """A date of three boxes; None when they are no date."""
    parts = [typed.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day")]
    if not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _channel(channel: str) -> str:
    if channel not in CHANNELS or channel == "portal":
        raise Invalid("Choisissez comment elle est arrivée.", {"channel": "Choisissez comment elle est arrivée."})
    return channel


def _received(typed: Mapping[str, str], today: date) -> date:
    on = read_day(typed, "received_on")
    fault = None
    if on is None:
        fault = "Indiquez le jour de réception, par exemple 3 11 2026."
    elif on > today:
        fault = "Le jour de réception est dans l’avenir."
    elif (today - on).days > OLDEST_LETTER:
        fault = f"Le jour de réception remonte à plus de {OLDEST_LETTER} jours."
    if fault or on is None:
        raise Invalid(fault or "", {"received_on": fault or ""})
    return on
