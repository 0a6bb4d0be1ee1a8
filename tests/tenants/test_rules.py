"""Addresses, names, slugs, colours, paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid
from tenants.rules.people import check_email, check_line, mask_email, name_from_email, normalise_email
from tenants.rules.portal import (
    check_colour,
    check_slug,
    contrast_with_white,
    local_path,
    nearest_readable,
)
from tenants.rules.roles import ORGANISATION_ROLES, ROLE_HINTS, ROLE_LABELS, TENANT_ROLES, check_role

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("marie@ehpad.fr", "marie@ehpad.fr"),
        ("  Marie.Le-Goff@EHPAD-Les-Lilas.FR \n", "marie.le-goff@ehpad-les-lilas.fr"),
        ("marie＠ehpad.fr", "marie@ehpad.fr"),
        ("marie@ehpad.fr\N{NO-BREAK SPACE}", "marie@ehpad.fr"),
        ("jo+crrc@sante.gouv.fr", "jo+crrc@sante.gouv.fr"),
        ("victime@ehpad.\N{KELVIN SIGN}r", "victime@ehpad.kr"),
    ],
)
def test_addresses_that_are_taken(typed: str, email: str) -> None:
    assert check_email(typed) == email


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "Indiquez"),
        ("   ", "Indiquez"),
        ("marie", "arobase"),
        ("marie.ehpad.fr", "arobase"),
        ("marie@", "un seul @"),
        ("@ehpad.fr", "un seul @"),
        ("a@b@c.fr", "un seul @"),
        ("marie@ehpad", "fin de l’adresse"),
        ("marie le goff@ehpad.fr", "espace"),
        ("a@b.fr\nBcc: x@y.fr", "espace"),
        ("hélène@ehpad.fr", "«\xa0é\xa0»"),
        ("marie..x@ehpad.fr", "inattendu"),
        (".marie@ehpad.fr", "inattendu"),
        ("marie@-ehpad.fr", "inattendu"),
        ("marie@ehpad..fr", "inattendu"),
        ("<marie@ehpad.fr>", "inattendu"),
        ("marie@[127.0.0.1]", "inattendu"),
        ("a" * 250 + "@b.fr", "trop longue"),
        ("a\x00b@c.fr", "inattendu"),
    ],
)
def test_addresses_that_are_refused_kindly(typed: str, word: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_email(typed)
    assert word in caught.value.fields["email"]


@given(st.text(max_size=60))
def test_normalising_twice_is_normalising_once(typed: str) -> None:
    """Otherwise one person would have two accounts."""
    assert normalise_email(normalise_email(typed)) == normalise_email(typed)


def test_an_address_is_masked_for_colleagues() -> None:
    assert mask_email("marie@ehpad-les-lilas.fr") == "m…@ehpad-les-lilas.fr"


@pytest.mark.parametrize(
    ("email", "name"),
    [("marie.le-goff@x.fr", "Marie Le-Goff"), ("jdupont2@x.fr", "Jdupont"), ("42@x.fr", "42@x.fr")],
)
def test_a_name_to_begin_with(email: str, name: str) -> None:
    assert name_from_email(email) == name


def test_a_line_of_text() -> None:
    assert check_line("  Anne   Martin ", "name", "?") == "Anne Martin"
    for wrong in ("", "x", "x" * 121, "a\x00b"):
        with pytest.raises(Invalid):
            check_line(wrong, "name", "Indiquez votre nom.")


@pytest.mark.parametrize("slug", ["bretagne", "pays-de-la-loire", "ara2", "ab", "a1"])
def test_slugs_that_are_taken(slug: str) -> None:
    assert check_slug(slug) == slug


@pytest.mark.parametrize(
    "slug",
    ["", "a", "Bretagne", "île", "-a", "a-", "a--b", "2b", "a b", "a/b", "a" * 41, "api", "static", "healthz", "docs"],
)
def test_slugs_that_are_refused(slug: str) -> None:
    with pytest.raises(Invalid):
        check_slug(slug)


@pytest.mark.parametrize(("colour", "contrast"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54)])
def test_contrast_is_wcags(colour: str, contrast: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.01)


@given(COLOURS)
def test_the_nearest_readable_colour_is_readable_and_near(colour: str) -> None:
    """It passes; a readable colour stays; and one step lighter would not pass."""
    found = nearest_readable(colour)
    assert contrast_with_white(found) >= 4.5
    if contrast_with_white(colour) >= 4.5:
        assert found == colour
    else:
        assert contrast_with_white(found) < 4.75


def test_a_light_colour_is_refused_with_the_nearest_that_passes() -> None:
    with pytest.raises(Invalid) as caught:
        check_colour("#FFCC00")
    assert nearest_readable("#ffcc00") in caught.value.sentence
    assert check_colour(" #0B4F6C ") == "#0b4f6c"
    with pytest.raises(Invalid, match="#rrvvbb"):
        check_colour("red")


@pytest.mark.parametrize(
    "path",
    [
        "/bretagne/",
        "/bretagne/account",
        "/bretagne/campaigns/exercice-2025?at=https://x.fr//y",
        "/bretagne/a%20b",
        "/bretagne/é",
        "/bretagne/a#b",
    ],
)
def test_paths_of_the_portal_are_kept(path: str) -> None:
    assert local_path(path, "bretagne") == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//evil.example",
        "https://evil.example/bretagne/",
        "javascript:alert(1)",
        "/normandie/account",
        "/bretagnex/account",
        "/bretagne",
        "bretagne/account",
        "/bretagne/..//evil.example",
        "/bretagne/../normandie/",
        "/bretagne/%2e%2e/normandie/",
        "/bretagne/./x",
        "/bretagne//evil.example",
        "/bretagne/\\evil.example",
        "/bretagne/%5c..%5cevil",
        "/\\evil.example",
        "\\\\evil.example",
        "/bretagne/\r\nSet-Cookie: a=b",
        "/bretagne/%0d%0aSet-Cookie:a=b",
        "/bretagne/\x00",
        "/bretagne/a?x=%00",
        "\t/bretagne/",
        "/%62retagne/",
        "/bretagne@evil.example/",
        "/bretagne/" + "a" * 2000,
    ],
)
def test_paths_that_lead_elsewhere_lead_home(path: str) -> None:
    assert local_path(path, "bretagne") == "/bretagne/"


def test_every_role_has_its_words() -> None:
    assert {*TENANT_ROLES, *ORGANISATION_ROLES} == ROLE_LABELS.keys()
    assert set(ORGANISATION_ROLES) == ROLE_HINTS.keys()
    with pytest.raises(Invalid):
        check_role("root", TENANT_ROLES)
