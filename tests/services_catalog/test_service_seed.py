"""The first catalogue: faultless, of every family and level, written once and never over somebody's work."""

import re

import pytest

from app.cli import run
from kit.actor import operator
from kit.document.finding import Finding
from services_catalog.rules.service import check_service
from services_catalog.rules.slug import check_slug
from services_catalog.rules.states import FAMILIES, LEVELS, MODES
from services_catalog.service import reading
from services_catalog.service.seed import first_services, seed_catalogue
from tenants.models import Tenant
from tests.services_catalog.services import write

SERVICES = first_services()
WRONG_SIGN = re.compile(r"[\w)»’] [;:!?](?=\s|$)|« | »")


@pytest.mark.parametrize("slug", SERVICES)
def test_each_document_is_faultless(slug: str) -> None:
    document = {key: value for key, value in SERVICES[slug].items() if key != "family"}
    findings: list[Finding] = [*check_slug(slug), *check_service(document)]
    assert findings == []
    texts = [document["summary"], document["description"], *document["deliverables"], *document["prerequisites"]]
    assert [text for text in texts if WRONG_SIGN.search(text)] == []


def test_every_family_level_and_mode_is_there() -> None:
    assert {one["family"] for one in SERVICES.values()} == set(FAMILIES)
    assert {one.get("level") for one in SERVICES.values()} >= set(LEVELS)
    assert {one["mode"] for one in SERVICES.values()} == set(MODES)
    assert {"exercice-de-crise", "cyberdiagnostic", "rssi-temps-partage"} <= SERVICES.keys()


def test_a_new_portal_is_given_it_once(tenant: Tenant) -> None:
    actor = operator("tests", tenant.id)
    write(actor, "cyberdiagnostic", "diagnostic", title="Le nôtre")
    written = seed_catalogue(actor)
    assert len(written) == len(SERVICES) - 1
    assert {one.service.state for one in written} == {"draft"}
    assert seed_catalogue(actor) == []
    titles = {line.slug: line.title for line in reading.list_catalogue(actor)}
    assert titles["cyberdiagnostic"] == "Le nôtre"
    assert titles["rssi-temps-partage"] == "RSSI à temps partagé"


def test_from_the_command_line(tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    write(operator("tests", tenant.id), "cyberdiagnostic", "diagnostic", title="Le nôtre")
    assert run(["catalogue", "seed", tenant.slug, "--publish"]) == 0
    said = capsys.readouterr().out.replace("\u00a0", " ")
    assert f"{len(SERVICES) - 1} prestations publiées sur {tenant.slug}." in said
    assert run(["catalogue", "list", tenant.slug]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "brouillon" in line] == [f"{'cyberdiagnostic':<32} {'brouillon':<28} Le nôtre"]
    assert sum("au catalogue, version 1" in line for line in lines) == len(SERVICES) - 1
    assert run(["catalogue", "seed", tenant.slug]) == 0
    assert "0 brouillon écrit" in capsys.readouterr().out.replace("\u00a0", " ")
    assert run(["catalogue", "seed", "nulle-part"]) == 1
