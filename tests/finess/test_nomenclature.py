"""Categories, statuses, places and names."""

from datetime import date

import pytest

from finess.rules import geography, names, nomenclature, places

AMI = "165,178,180,183,188,189,190,192,195,196,197,209,213,253,255,354,395,437,445,464,500".split(",")  # noqa: SIM905


def test_the_nomenclature_is_whole() -> None:
    categories = nomenclature.categories()
    assert len(categories) == 322
    assert all(categories[code].label and categories[code].sigle and categories[code].state for code in AMI)
    assert nomenclature.category_name("500") == "EHPAD (500)"
    assert nomenclature.category_name("999") == "catégorie 999"
    assert nomenclature.category_name(None) == "catégorie non renseignée"


def test_two_codes_of_the_call_are_withdrawn() -> None:
    withdrawn = {code: nomenclature.categories()[code] for code in AMI if nomenclature.categories()[code].withdrawn_on}
    assert set(withdrawn) == {"253", "437"}
    assert {category.withdrawn_on for category in withdrawn.values()} == {date(2018, 10, 26)}
    assert withdrawn["437"].successors == ("448", "449")
    assert nomenclature.categories()["209"].renamed_on == date(2023, 10, 30)


def test_near_misses_are_said_and_never_added() -> None:
    missing = nomenclature.near_misses(AMI)
    assert missing["253"] == missing["437"] == ("448", "449")
    assert missing["183"] == ("182", "186")
    assert nomenclature.near_misses(["437", "448", "449"]) == {}
    assert nomenclature.near_misses(["999"]) == {}


def test_aggregates_hold_their_categories() -> None:
    assert {"500", "202"} <= nomenclature.codes_in_group("4401")
    assert (
        nomenclature.codes_in_group("4401") < nomenclature.codes_in_group("4400") < nomenclature.codes_in_group("4000")
    )
    assert nomenclature.category_groups()["4401"].startswith("Etablissements d'hébergement")
    assert nomenclature.codes_in_group("nothing") == frozenset()


def test_status_groups_of_real_hospitals(hospitals: list[dict[str, str]]) -> None:
    """The SAE says it in its own three ways: 1 public, 2 commercial, 3 not for profit."""
    expected = {"1": "public", "2": "prive_commercial", "3": "prive_non_lucratif"}
    wrong = {
        (row["stj"], row["stjr"])
        for row in hospitals
        if row["stjr"] in expected and nomenclature.status_group(row["stj"].zfill(2)) != expected[row["stjr"]]
    }
    assert wrong == set()
    assert sum(row["stjr"] in expected for row in hospitals) == 9_685


def test_statuses_that_ranges_would_misplace() -> None:
    assert nomenclature.status_group("40") == "prive_non_lucratif"
    assert nomenclature.status_group("89") == "prive_non_lucratif"
    assert nomenclature.status_group("90") == "etranger"
    assert nomenclature.status_group("") is nomenclature.status_group(None) is nomenclature.status_group("xx") is None
    assert set(nomenclature.STATUS_GROUPS) == {status.group for status in nomenclature.legal_statuses().values()}


def test_regions() -> None:
    assert geography.regions()["53"].departments == ("22", "29", "35", "56")
    assert geography.regions()["94"].departments == ("2A", "2B")
    assert sum(len(region.departments) for region in geography.regions().values()) == 101
    assert geography.region_of("974") == "04"
    assert geography.region_of("978") is geography.region_of(None) is None
    assert geography.department_name("35") == "Ille-et-Vilaine"
    assert geography.department_name("99") == "département 99"


@pytest.mark.parametrize(
    ("commune", "department"),
    [("35238", "35"), ("2A004", "2A"), ("2B033", "2B"), ("97123", "971"), ("97610", "976"), ("98613", "986")],
)
def test_departments_of_communes(commune: str, department: str) -> None:
    assert places.is_commune(commune)
    assert places.department_of(commune) == department


@pytest.mark.parametrize(
    ("department", "last_three", "commune"),
    [
        ("9A", "123", "97123"),
        ("9F", "610", "97610"),
        ("9J", "613", "98613"),
        ("35", "238", "35238"),
        ("2A", "004", "2A004"),
    ],
)
def test_legacy_departments(department: str, last_three: str, commune: str) -> None:
    assert places.commune_from_legacy(department, last_three) == commune


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("E.H.P.A.D. Edmar", "EHPAD EDMAR"),
        ("ALEFPA S.M.J.P.M", "ALEFPA SMJPM"),
        ("L’Œuvre des  marins, Saint-Malo", "L OEUVRE DES MARINS ST MALO"),
        ("Sainte-Anne d'Auray", "STE ANNE D AURAY"),
        ("Élan — Âges & Vie", "ELAN AGES VIE"),
        ("C.H. LOUIS", "CH LOUIS"),
        ("\x00  ", ""),
    ],
)
def test_names_are_compared_without_their_dress(typed: str, normal: str) -> None:
    assert names.normalise(typed) == normal


def test_words_of_a_search() -> None:
    assert names.significant_words("les Tilleuls de la Côte, les tilleuls") == ["TILLEULS", "COTE"]
    assert names.search_text("EHPAD Les Tilleuls", "RENNES") == "EHPAD LES TILLEULS RENNES"
    assert names.search_text(None, None) == ""
