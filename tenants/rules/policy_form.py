"""A portal's policies as they are typed: second factor, how long one stays in, how accounts are proved. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.errors import Invalid
from kit.french import NBSP
from kit.typed import number
from tenants.rules.policy import CLAIM_PROOFS
from tenants.rules.roles import ORGANISATION_ROLES, TENANT_ROLES

# Field → fewest, most, what it is; the same bounds as the table's.
BOUNDS = {
    "idle_minutes": (15, 720, "minutes"),
    "step_up_minutes": (5, 60, "minutes"),
    "review_months": (1, 12, "mois"),
}
# What a new portal asks: those who read every file show that they are themselves.
NEW_PORTAL_ROLES = ("ars_manager", "grades_manager")


@dataclass(frozen=True, slots=True)
class Policies:
    """What a portal asks of those who come in."""

    second_factor_roles: list[str]
    idle_minutes: int
    step_up_minutes: int
    claim_proof: str
    review_months: int

    def values(self) -> dict[str, Any]:
        """By column."""
        return {name: getattr(self, name) for name in self.__slots__}


def read_policies(typed: Mapping[str, str], roles: Sequence[str]) -> Policies:
    """The policies of a form. Raises Invalid (each field)."""
    faults: dict[str, str] = {}
    numbers = {name: _bounded(name, typed.get(name, ""), faults) for name in BOUNDS}
    proof = typed.get("claim_proof", "")
    if proof not in CLAIM_PROOFS:
        faults["claim_proof"] = "Choisissez une des deux règles."
    known = (*TENANT_ROLES, *ORGANISATION_ROLES)
    if not set(roles) <= set(known):
        faults["second_factor_roles"] = "Choisissez des rôles de la liste."
    if faults:
        raise Invalid("Les règles d’accès ne sont pas modifiées.", faults)
    return Policies([role for role in known if role in roles], claim_proof=proof, **numbers)


def _bounded(name: str, text: str, faults: dict[str, str]) -> int:
    fewest, most, unit = BOUNDS[name]
    found = number("".join(text.split()), 4)
    if found is None or not fewest <= found <= most:
        faults[name] = f"Indiquez un nombre de {unit}, de {fewest} à{NBSP}{most}."
        return fewest
    return found
