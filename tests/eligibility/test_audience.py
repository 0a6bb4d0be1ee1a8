"""The audience of a rule: counts, table and pages over a register; what the tenant recorded."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from eligibility.queries.applicant import entity_sources, find_applicant
from eligibility.queries.audience import Cell, audience, list_audience
from eligibility.rules import Applicant, Outcome, Rule, assess, read_rule
from kit.actor import system
from kit.db import engine
from kit.transaction import transaction
from tenants.models import Adhesion, EntityAttribute, Tenant
from tests.eligibility import bretagne
from tests.eligibility.bretagne import ej, et
from tests.eligibility.random_register import put_register

BRETAGNE = read_rule(bretagne.DOCUMENT)
TODAY = date(2025, 9, 9)
NOW = datetime(2025, 9, 9, 12, tzinfo=UTC)
NEUTRAL = {"version": 1, "open": True}


def named(number: str, name: str | None, applicant: Applicant) -> Applicant:
    return replace(applicant, legal_entity=replace(applicant.legal_entity, finess_ej=number, name=name))


PEOPLE = [
    named("350000014", "LES AJONCS", ej(et("350012345", "500", "35"), et("290012342", "255", "29"))),
    named("750000015", "FONDATION", ej(et("290012359", "500", "29"), et("750012350", "500", "75"), seat="75")),
    named("350000022", "LES BRUYÈRES", ej(et("350012352", "182", "35"), et("440012340", "500", "44"))),
    named("220000016", None, ej(et("220012341", "500", "22", closed_on=TODAY))),
    named("560000018", "LES DUNES", ej(et("560012343", "500", "56", authorised=False))),
    named("350000030", "FERMÉE", ej(et("350012360", "500", "35"), closed_on=TODAY)),
]


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    with Session(engine()) as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def edition(session: Session) -> int:
    return put_register(session, PEOPLE)


def test_the_audience_is_counted_and_laid_out(session: Session, edition: int) -> None:
    found = audience(session, edition, BRETAGNE)
    assert (found.eligible, found.not_eligible, found.information_missing) == (2, 3, 1)
    assert found.establishments == 3
    assert found.cells == (Cell("29", "255", 1), Cell("29", "500", 1), Cell("35", "500", 1))


def test_the_edition_before_had_another_audience(session: Session, edition: int) -> None:
    found = list_audience(session, edition - 1, BRETAGNE)
    assert {one.finess_ej for one in found} == {one.legal_entity.finess_ej for one in PEOPLE}


def test_an_establishment_that_satisfies_two_clauses_is_counted_once(session: Session, edition: int) -> None:
    some = {"establishments": {"at_least": 1, "such_that": {"category": ["500"]}}}
    more = {"establishments": {"at_least": 1, "such_that": {"department": ["29"]}}}
    found = audience(session, edition, read_rule({"version": 1, "all": [{"open": True}, some, more]}))
    assert (found.eligible, found.establishments) == (2, 4)


def test_without_a_quantifier_the_open_establishments_are_shown(session: Session, edition: int) -> None:
    found = audience(session, edition, read_rule(NEUTRAL))
    assert (found.eligible, found.establishments) == (5, 7)
    assert Cell("35", "182", 1) in found.cells


def who(session: Session, edition: int, outcome: Outcome, rule: Rule = BRETAGNE, **page: Any) -> list[tuple[str, int]]:
    members = list_audience(session, edition, rule, outcome=outcome, **page)
    return [(member.finess_ej, member.establishments) for member in members]


def test_who_is_listed_by_name(session: Session, edition: int) -> None:
    assert who(session, edition, Outcome.ELIGIBLE) == [("750000015", 1), ("350000014", 2)]
    assert who(session, edition, Outcome.INFORMATION_MISSING) == [("560000018", 0)]
    assert who(session, edition, Outcome.NOT_ELIGIBLE) == [("220000016", 0), ("350000030", 1), ("350000022", 0)]


def test_pages_follow_each_other_without_a_hole(session: Session, edition: int) -> None:
    rule = read_rule(NEUTRAL)
    everybody = who(session, edition, Outcome.ELIGIBLE, rule)
    pages: list[tuple[str, int]] = []
    while page := who(session, edition, Outcome.ELIGIBLE, rule, limit=2, after=pages[-1][0] if pages else None):
        pages += page
    assert pages == everybody
    assert len(pages) == 5


def test_what_is_previewed_is_what_each_applicant_is_told(session: Session, edition: int) -> None:
    told = {}
    for one in PEOPLE:
        applicant = find_applicant(session, edition, one.legal_entity.finess_ej)
        assert applicant is not None
        assert replace(applicant, establishments=()) == replace(one, establishments=())
        assert set(applicant.establishments) == set(one.establishments)
        told.setdefault(assess(BRETAGNE, applicant).outcome, set()).add(one.legal_entity.finess_ej)
    assert told == {outcome: {ej for ej, _ in who(session, edition, outcome)} for outcome in Outcome}


def test_nobody_is_found_under_an_unknown_number(session: Session, edition: int) -> None:
    assert find_applicant(session, edition, "350000048") is None


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ({"adherent": True}, {"350000014", "350000022"}),
        ({"attribute": {"name": "niveau", "at_least": 2}}, {"560000018"}),
        ({"attribute": {"name": "niveau", "present": False}}, {"350000014", "350000022", "750000015", "350000030"}),
    ],
)
def test_the_tenant_knows_its_adherents_of_the_day_and_its_attributes(
    tenant: Tenant, clause: dict[str, Any], found: set[str]
) -> None:
    rule = read_rule({"version": 1, **clause})
    with transaction(system(tenant.id, "tests")) as tx:
        adhesions = [("350000014", None), ("350000022", TODAY), ("750000015", date(2025, 9, 8))]
        for number, until in adhesions:
            tx.add(Adhesion(finess_ej=number, since_on=date(2020, 1, 1), until_on=until))
        tx.add(Adhesion(finess_ej="560000018", since_on=date(2025, 9, 10), until_on=None))
        for number, level in (("560000018", 3), ("220000016", "trois")):
            tx.add(EntityAttribute(finess_ej=number, name="niveau", value=level, set_at=tx.now))
        tx.session.flush()
        edition = put_register(tx.session, PEOPLE)
        sources = entity_sources(NOW, "Europe/Paris")
        assert {member.finess_ej for member in list_audience(tx.session, edition, rule, sources)} == found
        for one in PEOPLE:
            number = one.legal_entity.finess_ej
            applicant = find_applicant(tx.session, edition, number, sources)
            assert applicant is not None
            assert (assess(rule, applicant).outcome is Outcome.ELIGIBLE) == (number in found)
        tx.session.rollback()
