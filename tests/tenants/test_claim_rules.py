"""Who may prove that they work for a legal entity, and with which file."""

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid
from tenants.rules.claim import CLAIM, Claimed, activities_name, check_text, siret_is_of
from tenants.rules.proof_file import MOST_BYTES, type_of
from tenants.rules.review import check_choices, months_later
from tests.bookings import sent
from tests.tenants.claiming import JPEG, LILAS, PNG, SIRET

DIGITS = st.text("0123456789", min_size=14, max_size=14)


@pytest.mark.parametrize(
    ("siret", "siren", "known"),
    [
        (SIRET, "732829320", True),
        (SIRET, "732829321", False),
        (None, "732829320", False),
        (SIRET, None, False),
        ("", "", False),
        (SIRET, "", False),
        (SIRET, "7328", False),
        ("732829320", "732829320", False),
        (f"{SIRET}\n", "732829320", False),
        ("73282932\u0660000074", "732829320", False),
    ],
    ids=[
        "its own",
        "another's",
        "nothing told",
        "register knows none",
        "both empty",
        "empty siren",
        "a part of a siren",
        "a siren for a siret",
        "a line after",
        "other digits",
    ],
)
def test_a_siret_is_of_a_siren(siret: str | None, siren: str | None, known: bool) -> None:
    assert siret_is_of(siret, siren) is known


@given(DIGITS, DIGITS)
def test_a_siret_is_of_one_siren_alone(siret: str, other: str) -> None:
    assert siret_is_of(siret, siret[:9])
    assert siret_is_of(siret, other[:9]) == (siret[:9] == other[:9])


@pytest.mark.parametrize(
    ("activities", "known"),
    [
        ([{"finess_et": "350000113"}], True),
        ([{"finess_ej": "350000022"}], True),
        ([{"numeroFinessSite": "35 000 011 3"}], True),
        ([{"siret": SIRET}], True),
        ([{"finess_et": "350000999"}, {"finess_et": "350000113"}], True),
        ([{"finess_et": "350000999"}], False),
        ([{"name": "350000113"}], False),
        ([{"siret": "350000113"}], False),
        ([{"finess_et": SIRET}], False),
        ([{"finess_et": ["350000113"]}, "350000113", None, 350000113], False),
        ([{"finess_et": ""}], False),
        ([], False),
        (None, False),
    ],
)
def test_an_activity_names_the_entity(activities: list[object] | None, known: bool) -> None:
    assert activities_name(activities, LILAS) is known


def test_an_entity_without_numbers_is_named_by_nothing() -> None:
    assert not activities_name([{"siret": "", "finess_et": ""}], Claimed("", "", ""))


def test_a_request_is_answered_once() -> None:
    assert CLAIM.states == ("asked", "accepted", "refused", "withdrawn")
    assert all(move.sources == {"asked"} for move in CLAIM.moves.values())


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("attestation.PDF", sent.a_pdf(), "application/pdf"),
        ("carte.png", PNG, "image/png"),
        ("carte.jpg", JPEG, "image/jpeg"),
        ("carte.jpeg", JPEG, "image/jpeg"),
    ],
    ids=["pdf", "png", "jpg", "jpeg"],
)
def test_a_proof_is_known_by_its_content(name: str, content: bytes, kind: str) -> None:
    assert type_of(content, name) == kind


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>", "pas d’un type accepté"),
        ("page.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "pas d’un type accepté"),
        ("page.jpg", b"\xff\xd8\xff<html><script>alert(1)</script>", "pas d’un type accepté"),
        ("page.png", b"\x89PNG\r\n\x1a\n<html>", "pas d’un type accepté"),
        ("carte.html", JPEG, "mais son nom est"),
        ("carte.jpg.html", JPEG, "mais son nom est"),
        ("carte.png", JPEG, "mais son nom est"),
        ("carte", PNG, "sans extension"),
        ("vide.pdf", b"", "est vide"),
        ("lourd.pdf", b"%PDF-" + b"\0" * MOST_BYTES, "dépasse 5"),
        ("script.pdf", sent.with_script(), "script"),
        ("faux.pdf", b"%PDF-1.7\nrien", "abîmé"),
        ("tableur.pdf", b"PK\x03\x04", "pas d’un type accepté"),
    ],
    ids=[
        "html as pdf",
        "svg as png",
        "html behind a jpeg's first bytes",
        "html behind a png's first bytes",
        "jpeg as html",
        "two endings",
        "jpeg as png",
        "no ending",
        "empty",
        "heavy",
        "pdf that acts",
        "not a pdf",
        "archive",
    ],
)
def test_anything_else_is_refused_by_the_field_of_the_file(name: str, content: bytes, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        type_of(content, name)
    assert words.replace(" ", "") in caught.value.fields["file"].replace("\xa0", "").replace(" ", "")


@pytest.mark.parametrize(
    "typed", ["", " \n ", "a", "x" * 2001, "bon\x07jour"], ids=["empty", "blank", "one", "long", "bell"]
)
def test_what_is_written_is_bounded(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_text(typed, "evidence", "Dites pourquoi.", 2000)
    assert list(caught.value.fields) == ["evidence"]


def test_lines_stay_apart() -> None:
    assert check_text("  un \r\n\n deux\t trois ", "evidence", "", 100) == "un\n\ndeux trois"


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_months_later_is_the_same_day_or_the_last_of_its_month(on: date, months: int) -> None:
    at = datetime.combine(on, time(23, 59), UTC)
    later = months_later(at, months)
    assert (later.year - at.year) * 12 + later.month - at.month == months
    assert later.day == at.day or (later.day < at.day and later.day >= 28)
    assert (later.hour, later.minute, later.tzinfo) == (at.hour, at.minute, UTC)


ANNE, MALO, ME = UUID(int=1), UUID(int=2), UUID(int=3)


def test_each_person_is_decided() -> None:
    present = [ANNE, MALO, ME]
    assert check_choices({ANNE: "keep", MALO: "remove", ME: "keep", UUID(int=9): "remove"}, present, ME) == {MALO}
    with pytest.raises(Invalid) as caught:
        check_choices({ANNE: "keep", MALO: "maybe"}, present, ME)
    assert set(caught.value.fields) == {f"person-{MALO}", f"person-{ME}"}
    with pytest.raises(Invalid) as caught:
        check_choices({ANNE: "keep", MALO: "keep", ME: "remove"}, present, ME)
    assert set(caught.value.fields) == {f"person-{ME}"}
