"""A first catalogue for a new portal: invented services, as drafts for the GRADeS to make its own."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from kit.actor import Actor
from kit.document.source import read_yaml
from kit.permissions import permit
from kit.transaction import transaction
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import service as services
from services_catalog.service.writing import Saved, import_service


@cache
def first_services() -> dict[str, dict[str, Any]]:
    """The documents of services_catalog/data/services.yaml by slug, each with its `family`."""
    source = read_yaml((files("services_catalog") / "data/services.yaml").read_bytes())
    if source.data is None:
        raise RuntimeError(f"The first catalogue cannot be read: {source.findings[0]}")
    found: dict[str, dict[str, Any]] = source.data
    return found


def seed_catalogue(actor: Actor) -> Sequence[Saved]:
    """Write the drafts of the first catalogue; a service that exists already is left as it is. Tells what it wrote."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "service.write")
        known = {line.slug for line in services.list_lines(tx.session)}
    return [import_service(actor, slug, *_split(one)) for slug, one in first_services().items() if slug not in known]


def _split(seed: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return seed["family"], {key: value for key, value in seed.items() if key != "family"}
