"""What ProConnect and Pro Santé Connect say of somebody, and whether it is enough. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from kit.errors import Invalid
from tenants.rules.people import check_email

PROVIDER_NAMES = {"proconnect": "ProConnect", "psc": "Pro Santé Connect"}
# Levels of ProConnect, the weakest first (norm of spring 2026). Those of SECOND_FACTOR were reached with two factors.
LEVELS = ("eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3")
SECOND_FACTOR = ("eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3")
PSC_LEVELS = ("eidas1", "eidas2", "eidas3")
LONGEST_SUB = 255  # OpenID Connect Core, §2
LONGEST_TEXT = 200
MOST_ACTIVITIES = 50
_SIRET, _SIREN, _FINESS = re.compile(r"\d{14}"), re.compile(r"\d{9}"), re.compile(r"\d[0-9AB]\d{7}")
_NO_TEXT = ("Cc", "Cs", "Co", "Cn")


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody, as a provider has just told. `claims` is what is kept of them; `siret` and `activities` say where they
    work; `email` is what the provider believes, "" when it says none: we prove it ourselves."""

    provider: str
    issuer: str
    sub: str
    email: str = ""
    acr: str | None = None
    siret: str | None = None
    activities: list[dict[str, str]] | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    id_token: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """First name and name, "" when they are not told."""
        return str(self.claims.get("name", ""))

    @property
    def factor(self) -> bool:
        """Whether a second factor was shown there."""
        return self.acr in SECOND_FACTOR

    def facts(self, id_token: str) -> dict[str, Any]:
        """To be kept until the address is proved; `id_token` is sealed."""
        return asdict(self) | {"id_token": id_token}

    @classmethod
    def read(cls, facts: Mapping[str, Any], id_token: str) -> Self:
        """What `facts` kept."""
        return cls(**{**facts, "id_token": id_token})


def read_told(
    provider: str, issuer: str, id_claims: Mapping[str, Any], said: Mapping[str, Any], id_token: str
) -> Told | None:
    """From the claims of a checked ID token and of the userinfo; None when they name nobody."""
    sub = id_claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= LONGEST_SUB or not sub.isprintable():
        return None
    acr = _text(id_claims.get("acr")) or None
    activities = read_activities(said) if provider == "psc" else None
    return Told(
        provider,
        issuer,
        sub,
        _email(said.get("email")),
        acr,
        _number(_SIRET, said.get("siret")) if provider == "proconnect" else None,
        activities,
        _kept(provider, said, activities),
        id_token,
    )


def is_enough(provider: str, acr: str | None, wanted: Sequence[str]) -> bool:
    """Whether the level that was reached is one that was asked for. Nothing asked: any level."""
    if provider == "psc":
        return not wanted or acr in PSC_LEVELS[PSC_LEVELS.index(wanted[0]) if wanted[0] in PSC_LEVELS else 0 :]
    return not wanted or acr in wanted


def read_activities(said: Mapping[str, Any]) -> list[dict[str, str]]:
    """Where a health professional works, each place once: name, siret, siren, finess_et, finess_ej ("" unknown).

    Pro Santé Connect: `SubjectRefPro.exercices[].activities[]`, of which many fields are empty.
    """
    practice = said.get("SubjectRefPro")
    found: list[dict[str, str]] = []
    for exercise in _objects(practice.get("exercices") if isinstance(practice, dict) else None):
        for activity in _objects(exercise.get("activities")):
            place = {
                "name": _text(activity.get("raisonSocialeSite")),
                "siret": _number(_SIRET, activity.get("numeroSiretSite")) or "",
                "siren": _number(_SIREN, activity.get("numeroSirenSite")) or "",
                "finess_et": _number(_FINESS, activity.get("numeroFinessSite")) or "",
                "finess_ej": _number(_FINESS, activity.get("numeroFinessetablissementJuridique")) or "",
            }
            if any(place.values()) and place not in found:
                found.append(place)
    return found[:MOST_ACTIVITIES]


def told_status(claims: Mapping[str, Any]) -> str:
    """What ProConnect says of the employer's legal category. No role at all: its look-up failed, nobody knows."""
    roles = claims.get("roles") or []
    if not roles:
        return "Statut non précisé"
    kinds = {"agent_public_etat": "de l’État", "agent_public_territorial": "territorial"}
    kinds |= {"agent_public_hospitalier": "hospitalier"}
    return next((f"Agent public {word}" for role, word in kinds.items() if role in roles), "Agent public")


def _kept(provider: str, said: Mapping[str, Any], activities: list[dict[str, str]] | None) -> dict[str, Any]:
    first, last = _text(said.get("given_name")), _text(said.get("usual_name") or said.get("family_name"))
    kept: dict[str, Any] = {"name": " ".join(_readable(word) for word in (first, last) if word)}
    if provider == "psc":
        return kept | {"activities": activities or []}
    roles = said.get("roles")
    return kept | {
        "email": _email(said.get("email")),
        "siret": _number(_SIRET, said.get("siret")) or "",
        "organisation": _text(said.get("organization_label")),
        "roles": [_text(role) for role in roles[:10]] if isinstance(roles, list) else [],
    }


def _readable(word: str) -> str:
    return word.title() if word.isupper() else word


def _email(value: object) -> str:
    try:
        return check_email(value) if isinstance(value, str) else ""
    except Invalid:
        return ""


def _objects(value: object) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(pattern: re.Pattern[str], value: object) -> str | None:
    found = "".join(value.split()) if isinstance(value, str) else ""
    return found if pattern.fullmatch(found) and found.isascii() else None


def _text(value: object) -> str:
    """One line that the database can hold; "" for anything else than a text."""
    if not isinstance(value, str):
        return ""
    kept = (character for character in value if unicodedata.category(character) not in _NO_TEXT)
    return " ".join("".join(kept).split())[:LONGEST_TEXT]
