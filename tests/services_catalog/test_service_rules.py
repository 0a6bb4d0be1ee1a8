"""A service's document: what is refused and where, what people read, what changes, what a search finds."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.document import plain
from services_catalog.rules.rule_text import read_rule_text, write_rule
from services_catalog.rules.search import NICKNAMES, fold, search
from services_catalog.rules.service import check_service, read_service
from services_catalog.rules.service_words import cancellation, changes, duration, qualification, validity, who
from services_catalog.rules.slug import check_slug, slug_of
from services_catalog.rules.states import FAMILIES, LEVELS, MODES, QUALIFICATIONS
from tests.eligibility.random_rules import documents
from tests.services_catalog.services import DOCUMENT, RULE, a_document


def found(serious: str, **words: Any) -> dict[str, str]:
    """The findings of this level, by path, with ordinary spaces."""
    return {
        one.path: one.sentence.replace("\u00a0", " ")
        for one in check_service(a_document(**words))
        if one.level == serious
    }


def test_a_faultless_document_has_no_finding() -> None:
    assert check_service(DOCUMENT) == []
    assert check_service(a_document(rule=RULE)) == []


@pytest.mark.parametrize(
    ("words", "path", "sentence"),
    [
        ({"title": " "}, "title", "une seule ligne"),
        ({"title": "Deux\nlignes"}, "title", "une seule ligne"),
        ({"title": "x" * 121}, "title", "dépasse 120 caractères"),
        ({"summary": ""}, "summary", "une seule ligne"),
        ({"description": "\n"}, "description", "vide"),
        ({"level": "expert"}, "level", "n’existe pas ici"),
        ({"mode": "month"}, "mode", "n’existe pas ici"),
        ({"half_days": 0}, "half_days", "inférieur à 1"),
        ({"half_days": "2"}, "half_days", "un nombre entier"),
        ({"half_days": 2, "mode": "time"}, "half_days", "écrivez 1"),
        ({"deliverables": ["a", ""]}, "deliverables[1]", "une seule ligne"),
        ({"deliverables": ["a", "a"]}, "deliverables", "écrit deux fois"),
        ({"prerequisites": "un"}, "prerequisites", "une liste"),
        ({"qualification": "iso"}, "qualification", "n’existe pas ici"),
        ({"cancellation": {"free_days": 10}}, "cancellation.late_percent", "Il manque"),
        ({"cancellation": {"free_days": -1, "late_percent": 0}}, "cancellation.free_days", "inférieur à 0"),
        ({"cancellation": {"free_days": 1, "late_percent": 101}}, "cancellation.late_percent", "supérieur à 100"),
        ({"valid_months": 0, "mode": "time", "half_days": 1}, "valid_months", "inférieur à 1"),
        ({"rule": "tout le monde"}, "rule", "un groupe de clés"),
        ({"rule": {"version": 1, "seat_department": ["999"]}}, "rule.seat_department[0]", "code INSEE"),
        ({"rule": {"version": 1, "any": [{"answer": {"name": "a", "is": True}}]}}, "rule.any[0].answer", "formulaire"),
        ({"price": 12}, "price", "n’existe pas ici"),
    ],
)
def test_what_cannot_be_kept_is_said_by_field(words: dict[str, Any], path: str, sentence: str) -> None:
    assert sentence in found("error", **words)[path]


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"deliverables": []}, "deliverables"),
        ({"cancellation": {"free_days": 10, "late_percent": 0}}, "cancellation.free_days"),
        ({"rule": {"version": 1, "adherent": True}}, "rule"),
    ],
)
def test_what_is_doubtful_can_be_kept(words: dict[str, Any], path: str) -> None:
    assert found("error", **words) == {}
    assert path in found("warning", **words)


@pytest.mark.parametrize(
    ("mode", "half_days", "words"),
    [
        ("mission", 1, "1 demi-journée"),
        ("session", 2, "1 jour"),
        ("mission", 3, "1 jour et demi"),
        ("mission", 8, "4 jours"),
        ("mission", 9, "4 jours et demi"),
        ("time", 1, "à la demi-journée"),
    ],
)
def test_a_duration_in_words(mode: str, half_days: int, words: str) -> None:
    assert duration(read_service(a_document(mode=mode, half_days=half_days))).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("days", "percent", "words"),
    [
        (10, 50, "jusqu’à 10 jours avant la date convenue ; ensuite, 50 % du prix hors taxes reste dû."),
        (1, 100, "jusqu’à 1 jour avant la date convenue ; ensuite, le prix reste entièrement dû."),
        (0, 30, "jusqu’au jour convenu ; ensuite, 30 % du prix hors taxes reste dû."),
        (10, 0, "Annulation sans frais."),
    ],
)
def test_cancelling_in_one_sentence(days: int, percent: int, words: str) -> None:
    document = a_document(cancellation={"free_days": days, "late_percent": percent})
    assert words in cancellation(read_service(document)).replace("\u00a0", " ")


def test_what_does_not_apply_is_not_said() -> None:
    plainly = read_service(DOCUMENT)
    assert (validity(plainly), qualification(plainly), who(plainly)) == ("", "", ())
    timed = read_service(a_document(mode="time", half_days=1, valid_months=18, qualification="passi", rule=RULE))
    assert "18\u00a0mois" in validity(timed)
    assert "PASSI" in qualification(timed)
    assert [one.text for one in who(timed)] == [
        "L’organisme gestionnaire est ouvert",
        "L’organisme gestionnaire est adhérent du GRADeS",
    ]


def test_the_life_of_half_days_means_nothing_elsewhere() -> None:
    assert read_service(a_document(valid_months=3)) == read_service(DOCUMENT)


def test_changes_are_told_line_by_line() -> None:
    after = a_document(title="Exercice", deliverables=["Scénario", "Main courante", "Retour d’expérience"], rule=RULE)
    told = {one.label: (one.removed, one.added) for one in changes(read_service(DOCUMENT), read_service(after))}
    assert told.keys() == {"Titre", "Livrables", "Qui peut commander"}
    assert told["Titre"] == (("Exercice de crise cyber",), ("Exercice",))
    assert told["Livrables"] == ((), ("Main courante",))
    assert len(told["Qui peut commander"][1]) == 2


def test_a_rule_that_changes_under_its_own_words_is_told() -> None:
    def labelled(adherent: bool) -> dict[str, Any]:
        return {"version": 1, "all": [{"label": "Adhérents", "all": [{"adherent": adherent}]}]}

    before, after = (read_service(a_document(rule=labelled(given))) for given in (True, False))
    assert [one.label for one in changes(before, after)] == ["Qui peut commander"]


@given(documents())
def test_a_rule_is_read_back_from_its_text(rule: dict[str, Any]) -> None:
    read = read_rule_text(write_rule(rule))
    assert (read.data, read.findings) == (rule, [])


def test_a_rule_keeps_the_places_of_its_lines() -> None:
    read = read_rule_text("version: 1\nall:\n  - open: true\n  - category: ['500']\n")
    assert read.places["rule.all[1].category"][0] == 4
    assert [(one.path, one.line) for one in read_rule_text("open: [").findings] == [("rule.open[0]", 1)]
    assert (read_rule_text(" \n").data, write_rule(None)) == (None, "")


LINE = st.text(st.characters(categories=["L", "Nd", "Zs"]), min_size=1, max_size=40).filter(lambda text: text.strip())
DOCUMENTS = st.fixed_dictionaries(
    {
        "title": LINE,
        "summary": LINE,
        "description": st.lists(LINE, min_size=1, max_size=4).map("\n".join),
        "level": st.sampled_from([*LEVELS, None]),
        "mode": st.sampled_from(MODES),
        "half_days": st.just(1) | st.integers(1, 400),
        "deliverables": st.lists(LINE, max_size=5, unique=True),
        "prerequisites": st.lists(LINE, max_size=5, unique=True),
        "rule": st.sampled_from([None, RULE]),
        "qualification": st.sampled_from([*QUALIFICATIONS, None]),
        "cancellation": st.fixed_dictionaries({"free_days": st.integers(0, 365), "late_percent": st.integers(0, 100)}),
        "valid_months": st.integers(1, 60),
    }
)


@given(DOCUMENTS)
def test_a_document_is_read_back_as_it_is_kept(document: dict[str, Any]) -> None:
    if any(one.level == "error" for one in check_service(document)):
        return
    read = read_service(document)
    kept = read.as_json()
    assert read_service(kept) == read
    assert plain.check(kept) == []
    assert read_service(kept).as_json() == kept
    assert changes(read, read) == []


@given(DOCUMENTS, DOCUMENTS)
def test_what_leaves_was_there_and_what_comes_is_there(before: dict[str, Any], after: dict[str, Any]) -> None:
    old, new = read_service(before), read_service(after)
    for change in changes(old, new):
        assert change.removed or change.added
        if change.label == "Livrables":
            assert set(change.removed) <= set(old.deliverables)
            assert set(change.added) <= set(new.deliverables)


@dataclass(frozen=True)
class One:
    """A service as a search sees it."""

    title: str
    family: str
    summary: str = ""


SHELF = [
    One("Diagnostic cyber éclair", "diagnostic"),
    One("Exercice de crise", "exercise", "Avec un éclairage juridique."),
    One("Délégué mutualisé", "data_protection", "Un dpo pour plusieurs."),
    One("Campagne d’hameçonnage", "phishing"),
    One("Audit Active Directory", "audit"),
]


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("  ", [0, 1, 2, 3, 4]),
        ("?!", []),
        ("ECLAIR", [0, 1]),
        ("délég mut", [2]),
        ("RGPD", [2]),
        ("hamecon", [3]),
        ("phishing", [3]),
        ("AD", [4]),
        ("crise", [1]),
        ("zzz", []),
        ("exercice zzz", []),
    ],
)
def test_a_search_forgives_accents_and_knows_nicknames(typed: str, titles: list[int]) -> None:
    assert search(SHELF, typed) == [SHELF[index] for index in titles]


@given(st.text(max_size=60))
def test_a_search_takes_anything(typed: str) -> None:
    assert set(search(SHELF, typed)) <= set(SHELF)
    assert fold(fold(typed)) == fold(typed)


def test_every_family_has_its_nicknames() -> None:
    assert NICKNAMES.keys() == set(FAMILIES)


@pytest.mark.parametrize("slug", ["", "Exercice", "é", "a--b", "-a", "new", "a" * 81, "a b", "a\n"])
def test_an_address_that_cannot_be(slug: str) -> None:
    assert [one.path for one in check_slug(slug)] == ["slug"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Exercice de crise", "exercice-de-crise"),
        ("Délégué à la protection : l’essentiel", "delegue-a-la-protection-l-essentiel"),
        ("Œil", "oeil"),
        ("!!!", ""),
    ],
)
def test_an_address_is_made_from_a_title(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@given(LINE)
def test_an_address_made_from_a_title_can_be_one(title: str) -> None:
    assert check_slug(slug_of(title)) == [] or slug_of(title) in ("", "new")
