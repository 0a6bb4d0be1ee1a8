"""One number, one call: the traps of the Bretagne rule, to the second; and what is not told to strangers."""

from collections.abc import Callable
from datetime import datetime

import pytest

from campaigns.service.campaign import save_campaign
from campaigns.service.eligibility import Check, check_number, enquire
from campaigns.service.publication import publish_campaign
from finess.models import RegistryEdition
from kit import clock
from kit.actor import Actor, anonymous, operator
from kit.document.source import read_yaml
from kit.errors import NotFound
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service import entity
from tests.campaigns.calls import BEFORE, DURING, paris, save
from tests.campaigns.documents import EXAMPLES
from tests.campaigns.register import (
    CLOSED,
    CLOSED_ET,
    EAM,
    EJ,
    EMPTY,
    OLD_FAM,
    ON_TWO_SITES,
    OUTSIDE,
    SESSAD,
    TILLEULS,
    TWINS,
    finess,
)

SLUG = "bretagne-2025-exercice"
EXAMPLE = (EXAMPLES / f"{SLUG}.yaml").read_bytes()


@pytest.fixture
def bretagne(tenant: Tenant, traps: RegistryEdition) -> Actor:
    """The operator, in a portal where the real call was just imported: a draft."""
    actor = operator("tests", tenant.id)
    save_campaign(actor, read_yaml(EXAMPLE))
    return actor


def check(actor: Actor, typed: str, at: datetime = DURING) -> Check:
    return check_number(actor, SLUG, typed, at)


@pytest.mark.parametrize(
    ("who", "outcome", "words"),
    [
        (TILLEULS, "eligible", "EHPAD (500), Ille-et-Vilaine (35)"),
        (OUTSIDE, "eligible", "(255), Finistère (29)"),
        (OLD_FAM, "eligible", "FAM (437)"),
        (ON_TWO_SITES, "not_eligible", "Loire-Atlantique (44)"),
        (SESSAD, "not_eligible", "SESSAD (182)"),
        (EAM, "not_eligible", "EAM (448)"),
        (CLOSED_ET, "not_eligible", "31\u00a0janvier 2020"),
        (EMPTY, "not_eligible", "aucun établissement"),
    ],
)
def test_the_traps_of_the_rule(bretagne: Actor, who: EJ, outcome: str, words: str) -> None:
    found = check(bretagne, who.number)
    assert found.verdict is not None
    assert found.verdict.outcome == outcome
    assert words in found.verdict.clauses[1].because
    assert found.error is None


@pytest.mark.parametrize(
    ("local", "window"),
    [
        ("2025-09-09T15:59:59", "not_yet"),
        ("2025-09-09T15:59:59.999999", "not_yet"),
        ("2025-09-09T16:00:00", "open"),
        ("2025-09-23T23:59:59", "open"),
        ("2025-09-23T23:59:59.999999", "open"),
        ("2025-09-24T00:00:00", "closed"),
    ],
)
def test_the_window_to_the_second(bretagne: Actor, local: str, window: str) -> None:
    assert check(bretagne, OUTSIDE.number, paris(local)).as_json()["window"] == window


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        (CLOSED.number, "closed", "fermée depuis le 30\u00a0juin 2019"),
        (CLOSED.establishments[0].number, "establishment", "fermée"),
        (finess("99999999"), "unknown", "ne figure pas"),
        (TILLEULS.number[:-1] + str((int(TILLEULS.number[-1]) + 1) % 10), "unknown", "clé de contrôle"),
        ("732 829 320", "several", "Plusieurs"),
        ("35000", "unreadable", "n’est ni un numéro FINESS"),
        ("", "unreadable", "Indiquez"),
        ("'; drop table campaign; --", "unreadable", "n’est ni"),
        ("9" * 5000, "unreadable", "n’est ni"),
        ("\u0000", "unreadable", ""),
    ],
)
def test_a_number_that_cannot_apply(bretagne: Actor, typed: str, code: str, words: str) -> None:
    answer = check(bretagne, typed).as_json()
    assert answer["code"] == code
    assert words in answer["error"]


def test_a_closed_entity_is_also_judged(bretagne: Actor) -> None:
    answer = check(bretagne, CLOSED.number).as_json()
    assert (answer["outcome"], answer["number"]) == ("not_eligible", CLOSED.number)


def test_an_establishment_s_number_is_answered_for_its_entity(bretagne: Actor) -> None:
    answer = check(bretagne, f" {OUTSIDE.establishments[0].number} ").as_json()
    assert "error" not in answer
    assert (answer["outcome"], answer["number"], answer["name"]) == ("eligible", OUTSIDE.number, OUTSIDE.name)
    assert "établissement" in answer["note"]


def test_a_stranger_checks_a_public_call_and_not_a_draft(bretagne: Actor, tenant: Tenant) -> None:
    with pytest.raises(NotFound):
        check(anonymous(tenant.id), OUTSIDE.number)
    with clock.frozen(BEFORE):
        publish_campaign(bretagne, SLUG)
    assert check(anonymous(tenant.id), OUTSIDE.number).as_json()["outcome"] == "eligible"


def test_what_the_tenant_knows_is_told_to_its_staff_alone(
    bretagne: Actor, tenant: Tenant, someone: Callable[..., Actor]
) -> None:
    rule = {"version": 1, "all": [{"adherent": True}, {"not": {"applied_to": SLUG}, "label": "Pas deux fois."}]}
    with clock.frozen(BEFORE):
        save(bretagne, {"rule": rule})
        publish_campaign(bretagne, "essai")
    entity.set_adhesion(bretagne, TILLEULS.number, BEFORE.date(), None)
    for actor, outcome in ((someone("ars_instructor"), "eligible"), (anonymous(tenant.id), "information_missing")):
        found = check_number(actor, "essai", TILLEULS.number, DURING)
        assert found.as_json()["outcome"] == outcome
    assert check_number(someone("ars_instructor"), "essai", TILLEULS.number, BEFORE.replace(month=1)).as_json()[
        "outcome"
    ] == ("not_eligible")


def test_a_name_leads_to_a_choice(bretagne: Actor) -> None:
    found = enquire(bretagne, SLUG, "tilleuls")
    assert found.check is None
    assert {hit.finess_ej for hit in found.hits} == {TILLEULS.number}
    assert enquire(bretagne, SLUG, "zzz").hits == []
    twins = enquire(bretagne, SLUG, "732829320")
    assert {hit.number for hit in twins.hits} >= {one.number for one in TWINS}


def test_a_check_asks_few_questions_of_the_database(bretagne: Actor, statements: list[str]) -> None:
    check(bretagne, OUTSIDE.number)
    assert len(statements) <= 14, statements
    with transaction(bretagne):
        statements.clear()
