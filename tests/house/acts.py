"""Every act that the house audits, read in its sources: `tx.audit("thing.move")`, and the moves of its machines."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from app.rooms import PACKAGES
from bookings.rules.states import MOVEMENTS
from kit.machine import Machine

# Where the action is not a word of the source: the file, and what it may be there (moves of machines are known).
COMPUTED: dict[str, tuple[str, ...]] = {
    "billing/service/bank_posting.py": ("payment.record", "matching.make"),
    "billing/service/vat_rule.py": ("vat_rule.set", "vat_rule.remove"),
    "bookings/service/slot.py": ("slot.open", "slot.move"),
    "bookings/service/time_posting.py": tuple(f"time_account.{kind}" for kind in MOVEMENTS),
    "kit/bulk.py": (),
    "kit/transaction.py": (),
    "privacy/service/request.py": ("privacy_request.ask", "privacy_request.record"),
    "services_catalog/service/paper.py": tuple(
        f"{kind}.write" for kind in ("qualification", "insurance", "consultant", "subcontractor")
    ),
    "tenants/service/colleague.py": ("organisation_member.remove", "organisation.leave"),
    "tenants/service/profile.py": ("tenant_profile.set", "tenant_policy.set", "tenant.brand"),
    "tenants/service/second_factor.py": ("second_factor.prove", "second_factor.refuse"),
}


def audits(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls of `.audit(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "audit":
            yield node


@cache
def moves() -> dict[str, str]:
    """`machine.move` → the module of the machine."""
    found = {}
    for package in PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if ".rules" in module.name:
                for value in vars(import_module(module.name)).values():
                    if isinstance(value, Machine):
                        found |= {f"{value.name}.{move}": module.name for move in value.moves}
    return found
