"""Families and what follows from them: every template has one, what is essential cannot be turned off."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications.rules.delivery import Reader, fate
from notifications.rules.families import BY_KEY, FAMILIES, FAMILY_OF, OPTIONAL, RHYTHMS, family_of, offered_to
from notifications.rules.quiet import QuietHours
from notifications.service.late import LATE

TEMPLATES = Path(__file__).resolve().parents[2] / "app/templates/mail"
NIGHT = datetime(2026, 3, 4, 22, 30, tzinfo=UTC)  # a Wednesday, 23 h 30 in Paris
NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)
MORNING = datetime(2026, 3, 5, 7, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 7, tzinfo=UTC)
PARIS = "Europe/Paris"


def test_every_template_has_a_family() -> None:
    """One that no family names is told at once, for ever, and nobody chose that: write it in rules/families.py."""
    written = {str(path.relative_to(TEMPLATES).with_suffix("")) for path in TEMPLATES.glob("*/*.txt")}
    assert written - FAMILY_OF.keys() == set()
    assert FAMILY_OF.keys() - written == set()


def test_what_is_essential_says_why() -> None:
    """And nobody is asked to choose about it; what is not, says what it is."""
    assert {family.key for family in FAMILIES if family.essential} >= {"security", "decisions", "invoices"}
    assert [family.key for family in offered_to(staff=False)] == ["orders", "files", "time"]
    assert [family.key for family in offered_to(staff=True)] == ["orders", "files", "time", "office"]
    assert all(family.about and not family.reason for family in OPTIONAL)


def test_what_holds_a_secret_is_essential() -> None:
    """It is never held back, gathered or silenced."""
    assert {family_of(template).key for template in LATE} == {"security"}
    assert family_of("made/tomorrow").essential


@pytest.mark.parametrize("rhythm", RHYTHMS)
@pytest.mark.parametrize("family", [family.key for family in FAMILIES if family.essential])
def test_nobody_turns_off_what_is_essential(family: str, rhythm: str) -> None:
    """Whatever a row of the table says, at any hour."""
    reader = Reader({family: rhythm}, QuietHours(0, 23), optional_off=True)
    assert fate(BY_KEY[family], reader, NIGHT, PARIS).next_attempt_at == NIGHT


@pytest.mark.parametrize(
    ("family", "rhythm", "at", "state", "due"),
    [
        ("orders", "now", NOON, "pending", NOON),
        ("orders", "now", NIGHT, "pending", NIGHT),  # the answer to what somebody has just done
        ("time", "now", NOON, "pending", NOON),
        ("time", "now", NIGHT, "pending", MORNING),
        ("time", "daily", NIGHT, "held", MORNING),
        ("orders", "daily", NOON, "held", MORNING),
        ("orders", "weekly", NOON, "held", MONDAY),
        ("orders", "portal", NOON, "silent", None),
        ("orders", "n’importe quoi", NOON, "pending", NOON),
    ],
)
def test_what_becomes_of_a_mail(family: str, rhythm: str, at: datetime, state: str, due: datetime | None) -> None:
    found = fate(BY_KEY[family], Reader({family: rhythm}), at, PARIS)
    assert (found.state, found.next_attempt_at or found.hold_until) == (state, due)


def test_what_carries_a_file_waits_for_no_digest() -> None:
    """A digest could not hold it."""
    assert fate(BY_KEY["orders"], Reader({"orders": "weekly"}), NOON, PARIS, carries=True).state == "pending"
    assert fate(BY_KEY["orders"], Reader({"orders": "portal"}), NOON, PARIS, carries=True).state == "silent"


def test_an_address_that_refuses_gets_nothing_and_the_notice_says_since_when() -> None:
    for family in FAMILIES:
        found = fate(family, Reader(refused_at=NOON), NIGHT, PARIS)
        assert found.state == "withheld"
        assert found.last_error == (
            "Courriel non envoyé\N{NO-BREAK SPACE}: adresse refusée depuis le 4\N{NO-BREAK SPACE}mars 2026."
        )


def test_a_complaint_stops_what_is_optional() -> None:
    assert fate(BY_KEY["orders"], Reader(optional_off=True), NOON, PARIS).state == "silent"
    assert fate(BY_KEY["invoices"], Reader(optional_off=True), NOON, PARIS).state == "pending"
