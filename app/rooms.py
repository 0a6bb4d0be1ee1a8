"""Finds what the packages offer to the outside: pages, API, permissions. A room is found by its name, never listed."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from flask import Blueprint

from kit.permissions import Table, anyone

PACKAGES = ("privacy", "billing", "bookings", "campaigns", "services_catalog", "notifications", "finess", "tenants")


def modules(room: str) -> Iterator[ModuleType]:
    """The module of a room in every package that has one; a room that is a folder gives its modules too."""
    for package in PACKAGES:
        if find_spec(f"{package}.{room}") is None:
            continue
        module = import_module(f"{package}.{room}")
        yield module
        for found in iter_modules(getattr(module, "__path__", ())):
            yield import_module(f"{module.__name__}.{found.name}")


def blueprints(room: str) -> list[Blueprint]:
    """Every blueprint of `web` or `api`, each once."""
    found = {
        id(value): value for module in modules(room) for value in vars(module).values() if isinstance(value, Blueprint)
    }
    return list(found.values())


@cache
def permissions() -> Table:
    """Action → who, of the whole house. `public.view` is what the roof itself shows to anybody."""
    table = {"public.view": anyone}
    for module in modules("permissions"):
        table.update(getattr(module, "PERMISSIONS", {}))
    return MappingProxyType(table)


@cache
def acts() -> Mapping[str, str]:
    """Action → what the audit log says of it, in French, of the whole house."""
    found: dict[str, str] = {}
    for module in modules("rules"):
        found.update(getattr(module, "ACTS", {}))
    return MappingProxyType(found)


def act(action: str) -> str:
    """What was done, in words: « Candidature déposée ». An act that no package knows any more is said by its name."""
    return acts().get(action, action)
