"""What is wrong with a provider's file, field by field; where a period stands and when its end is announced."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid
from services_catalog.rules.papers import (
    read_consultant,
    read_insurance,
    read_qualification,
    read_subcontractor,
    tag,
)
from services_catalog.rules.profile import read_profile
from services_catalog.rules.validity import NOTICES, current_notice, is_renewed, notices, standing
from tests.services_catalog.provider_forms import CONSULTANT, PROFILE, SUBCONTRACTOR, a_qualification

CONTACT = PROFILE["contacts"][0]
PAPER: dict[str, Any] = {
    "kind": "passi",
    "scope": "Audit",
    "reference": "PASSI-1",
    "insurer": "Mutuelle",
    "policy": "RC-1",
    "starts_on": date(2026, 1, 1),
    "ends_on": date(2026, 12, 31),
}


def test_a_profile_is_tidied() -> None:
    profile = read_profile(PROFILE | {"name": "  Breizh   Audit ", "skills": ["audit", "exercise", "audit"]})
    assert (profile.name, profile.siret, profile.zones) == ("Breizh Audit", "73282932000074", ("29", "35", "44"))
    assert profile.skills == ("exercise", "audit")
    assert profile.contacts[0].email == "k.riou@breizh.invalid"
    assert read_profile(PROFILE | {"siret": ""}).siret is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"siret": "73282932000075"}, "siret"),
        ({"siret": "732829320"}, "siret"),
        ({"siret": "³" * 14}, "siret"),
        ({"summary": "x" * 1001}, "summary"),
        ({"summary": "nul\x00"}, "summary"),
        ({"zones": ["35", "999"]}, "zones"),
        ({"skills": ["cuisine"]}, "skills"),
        ({"capacity_half_days": None}, "capacity_half_days"),
        ({"capacity_half_days": -1}, "capacity_half_days"),
        ({"travel_minutes": 481}, "travel_minutes"),
        ({"contacts": [CONTACT] * 6}, "contacts"),
        ({"contacts": [CONTACT, CONTACT | {"email": "katell"}]}, "contacts.1.email"),
        ({"contacts": [CONTACT | {"name": ""}]}, "contacts.0.name"),
    ],
)
def test_a_fault_of_the_profile_names_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_profile(PROFILE | changed)
    assert list(refused.value.fields) == [field]


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        read_profile(PROFILE | {"name": "", "siret": "1", "zones": ["?"]})
    assert set(refused.value.fields) == {"name", "siret", "zones"}


@pytest.mark.parametrize(
    ("read", "sent", "field"),
    [
        (read_qualification, PAPER | {"kind": "iso27001"}, "kind"),
        (read_qualification, PAPER | {"reference": ""}, "reference"),
        (read_qualification, PAPER | {"ends_on": None}, "ends_on"),
        (read_qualification, PAPER | {"ends_on": date(2025, 12, 31)}, "ends_on"),
        (read_qualification, PAPER | {"starts_on": date(1999, 12, 31)}, "starts_on"),
        (read_insurance, PAPER | {"insurer": ""}, "insurer"),
        (read_insurance, PAPER | {"policy": " "}, "policy"),
        (read_subcontractor, SUBCONTRACTOR | {"declared_on": None}, "declared_on"),
        (read_subcontractor, SUBCONTRACTOR | {"accepted_on": date(2026, 11, 1)}, "accepted_on"),
        (read_subcontractor, SUBCONTRACTOR | {"siret": "123"}, "siret"),
        (read_consultant, CONSULTANT | {"department": "Bretagne"}, "department"),
        (read_consultant, CONSULTANT | {"email": "mael"}, "email"),
    ],
)
def test_a_fault_of_a_paper_names_its_field(read: Any, sent: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(sent)
    assert list(refused.value.fields) == [field]


def test_a_tag_changes_with_what_is_said() -> None:
    one = a_qualification(date(2027, 1, 1))
    assert tag(one) == tag(a_qualification(date(2027, 1, 1)))
    assert tag(one) != tag(a_qualification(date(2027, 1, 2)))


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("starts", "ends", "others", "expected"),
    [
        (TODAY + timedelta(1), TODAY + timedelta(400), [], "to_come"),
        (TODAY, TODAY + timedelta(91), [], "in_force"),
        (TODAY, TODAY + timedelta(90), [], "ends_soon"),
        (TODAY, TODAY, [], "ends_soon"),
        (TODAY - timedelta(9), TODAY - timedelta(1), [], "ended"),
        (TODAY, TODAY + timedelta(10), [(TODAY + timedelta(11), TODAY + timedelta(99))], "renewed"),
        (TODAY, TODAY + timedelta(10), [(TODAY + timedelta(12), TODAY + timedelta(99))], "ends_soon"),
        (TODAY, TODAY + timedelta(10), [(TODAY, TODAY + timedelta(10))], "ends_soon"),
    ],
)
def test_where_a_period_stands(starts: date, ends: date, others: list[tuple[date, date]], expected: str) -> None:
    assert standing(starts, ends, TODAY, others) == expected
    assert is_renewed(starts, ends, others) == (expected == "renewed")


def test_the_end_is_announced_at_8_h_in_the_zone() -> None:
    assert [(key, at.astimezone(UTC)) for key, at in notices(date(2027, 3, 31), "Europe/Paris")] == [
        ("90", datetime(2026, 12, 31, 7, tzinfo=UTC)),
        ("30", datetime(2027, 3, 1, 7, tzinfo=UTC)),
        ("after", datetime(2027, 4, 1, 6, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(("left", "key"), [(91, ""), (90, "90"), (31, "90"), (30, "30"), (0, "30"), (-1, "after")])
def test_the_announcement_that_is_true(left: int, key: str) -> None:
    assert current_notice(TODAY + timedelta(left), TODAY) == key


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.sampled_from(["Europe/Paris", "Indian/Reunion"]))
def test_each_announcement_is_true_on_its_day(ends_on: date, zone: str) -> None:
    for key, at in notices(ends_on, zone):
        assert current_notice(ends_on, at.date()) == key
    assert len(NOTICES) == 3
