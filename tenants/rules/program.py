"""Programs: what their names, scopes, roles and lives may be; a scope inside another. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kit.errors import Invalid
from kit.french import NBSP
from tenants.rules.people import check_line
from tenants.rules.roles import ORGANISATION_ROLES, TENANT_ROLES, check_role

LONGEST_LIFE = timedelta(days=730)
ACCESS_LIFETIME = timedelta(hours=1)
OVERLAP = timedelta(days=7)
WARNED_BEFORE = timedelta(days=14)
# So that a secret lost in a file is recognised by those who look for them.
TOKEN_PREFIX, CLIENT_PREFIX = "crrc_", "crrcs_"
NAMELESS = "Nommez le programme, par exemple d’après le logiciel qui s’en sert."
NO_SCOPE = "Indiquez au moins une portée (--scope), par exemple candidacy ou campaign.view."
SCOPE_TOKEN = re.compile(r"[a-z_]{1,40}(\.[a-z_]{1,40})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProgramForm:
    """What a program may be."""

    name: str
    scopes: list[str]
    roles: list[str]
    lifetime: timedelta


def read_program(
    name: str,
    scopes: Collection[str],
    roles: Collection[str],
    lifetime: timedelta,
    *,
    inside: bool,
    known_scopes: Collection[str],
) -> ProgramForm:
    """What was asked for. `inside`: an organisation, not the portal. `roles` default to all of the portal's, or to
    `editor`. Raises Invalid (fields name, scopes, role, lifetime)."""
    fault = _scope_fault(scopes, known_scopes)
    if fault:
        raise Invalid(fault, {"scopes": fault})
    possible = ORGANISATION_ROLES if inside else TENANT_ROLES
    held = [check_role(role, possible) for role in roles or (("editor",) if inside else TENANT_ROLES)]
    check_lifetime(lifetime)
    return ProgramForm(check_line(name, "name", NAMELESS), sorted(set(scopes)), sorted(set(held)), lifetime)


def check_lifetime(lifetime: timedelta) -> None:
    """Raise Invalid (field lifetime) for a life that is none, or longer than two years."""
    if not timedelta() < lifetime <= LONGEST_LIFE:
        sentence = "Choisissez une durée de deux ans au plus."
        raise Invalid(sentence, {"lifetime": sentence})


def narrow(asked: Sequence[str], held: Collection[str]) -> list[str] | None:
    """The scopes of a short token: those asked for, all of them when none is; None when one is not held.

    A thing (`invoice`) holds each of its actions (`invoice.view`).
    """
    if any(one not in held and one.partition(".")[0] not in held for one in asked):
        return None
    return sorted(set(asked)) or sorted(held)


def _scope_fault(scopes: Collection[str], known: Collection[str]) -> str:
    things = {action.partition(".")[0] for action in known}
    unknown = sorted(set(scopes) - set(known) - things)
    if not scopes:
        return NO_SCOPE
    if unknown:
        shown = ", ".join(one for one in unknown if SCOPE_TOKEN.fullmatch(one)) or "illisible"
        return (
            f"Portée inconnue{NBSP}: {shown}. Portées possibles{NBSP}: {', '.join(sorted(things))}, "
            "ou l’une de leurs actions."
        )
    return ""
