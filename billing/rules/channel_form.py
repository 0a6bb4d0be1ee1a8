"""How a portal is reached, as somebody sets it: what is typed, what is kept, what must be typed again. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from kit.address import address_fault
from kit.errors import Invalid
from kit.french import NBSP

LONGEST_WORD = 300
NOT_SAVED = "Les réglages ne sont pas enregistrés."
AGAIN = (
    f"L’adresse a changé{NBSP}: saisissez-le de nouveau. "
    "Un secret ne part pas vers une adresse pour laquelle il n’a pas été donné."
)
NO_END = f"Indiquez le jour où le mot de passe technique expire{NBSP}: Chorus Pro l’affiche."


@dataclass(frozen=True, slots=True)
class Fields:
    """What a channel is set with. `addresses` and `words` may be shown again; `secrets` never are."""

    addresses: tuple[str, ...]
    words: tuple[str, ...]
    secrets: tuple[str, ...]
    must_expire: bool


FIELDS = {
    "chorus_pro": Fields(("oauth_url", "api_url"), ("client_id", "login"), ("client_secret", "password"), True),
    "platform": Fields(("url",), (), ("token",), False),
}
DEFAULTS = {
    "chorus_pro": {
        "oauth_url": "https://oauth.piste.gouv.fr/api/oauth/token",
        "api_url": "https://api.piste.gouv.fr",
    },
    "platform": {},
}


@dataclass(frozen=True, slots=True)
class AccountForm:
    """Settings that may be kept. `secrets` holds those that were typed: the others stay as they are."""

    settings: dict[str, str]
    secrets: dict[str, str]
    expires_on: date | None
    is_open: bool


def read_account(
    channel: str,
    typed: Mapping[str, str],
    expires_on: date | None,
    is_open: bool,
    before: Mapping[str, str],
    kept: Collection[str],
) -> AccountForm:
    """The settings of a channel. `before`: those it had; `kept`: the secrets it has. Raises Invalid (fields)."""
    fields = FIELDS[channel]
    words = {name: typed.get(name, "").strip() for name in (*fields.addresses, *fields.words)}
    # A password is kept to the blank: only an empty one is none.
    secrets = {name: typed[name] for name in fields.secrets if typed.get(name)}
    faults = {name: fault for name in fields.addresses if (fault := address_fault(words[name]))}
    faults |= {name: fault for name in fields.words if (fault := _fault(words[name]))}
    faults |= {name: fault for name, secret in secrets.items() if (fault := _fault(secret))}
    moved = any(words[name] != before.get(name) for name in fields.addresses)
    for name in fields.secrets:
        if name not in secrets and (name not in kept or moved):
            faults[name] = AGAIN if name in kept else "Ce secret manque."
    if fields.must_expire and expires_on is None:
        faults["expires_on"] = NO_END
    if faults:
        raise Invalid(NOT_SAVED, faults)
    return AccountForm(words, secrets, expires_on, is_open)


def _fault(text: str) -> str:
    if not text:
        return "Ce champ manque."
    if len(text) > LONGEST_WORD:
        return f"{LONGEST_WORD} caractères au plus."
    return "" if text.isprintable() else "Ce champ contient un caractère invisible."
