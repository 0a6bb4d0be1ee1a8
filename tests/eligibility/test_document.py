"""The document of a rule: what is wrong is said by path, what is doubtful is a warning, the rest is told in French."""

from typing import Any

import pytest

from eligibility.rules import Sentence, check_rule, read_rule, rule_in_words
from kit.document.finding import errors_of
from tests.eligibility import bretagne

OPEN = {"open": True}


def of_establishment(*clauses: Any, **quantity: Any) -> dict[str, Any]:
    return {"establishments": {**(quantity or {"at_least": 1}), "such_that": {"all": [OPEN, *clauses]}}}


def rule(*clauses: Any) -> dict[str, Any]:
    return {"version": 1, "all": [OPEN, *clauses]}


def said(document: Any) -> list[tuple[str, str, str]]:
    return [
        (finding.level, finding.path, finding.sentence.replace("\N{NO-BREAK SPACE}", " "))
        for finding in check_rule(document, "rule")
    ]


def test_the_rule_of_bretagne_warns_of_withdrawn_codes_and_of_their_neighbours() -> None:
    codes = "rule.all[1].establishments.such_that.all[2].category"
    withdrawn = (
        "est retirée de la nomenclature depuis le 26 octobre 2018. "
        "Successeurs probables, non retenus : EAM (448) et EANM (449)."
    )
    *retired, near = said(bretagne.DOCUMENT)
    assert retired == [
        ("warning", f"{codes}[13]", f"Foyer polyvalent (253) {withdrawn}"),
        ("warning", f"{codes}[17]", f"FAM (437) {withdrawn}"),
    ]
    assert near[:2] == ("warning", codes)
    assert near[2].startswith("Catégories proches, non retenues : SESSAD (182), ITEP (186),")
    assert "448" not in near[2]
    assert "448" not in bretagne.CATEGORIES


SHAPES = [
    ([], "rule", "La valeur attendue est un groupe de clés."),
    ({"open": True}, "rule.version", "Il manque « version »."),
    ({"version": 2, "open": True}, "rule.version", "La seule version de ce format est 1."),
    ({"version": 1}, "rule", "Une clause dit une chose et une seule (label mis à part) : all en réunit plusieurs."),
    (
        {"version": 1, "label": "Ouvert", "open": True, "adherent": True},
        "rule",
        "Une clause dit une chose et une seule (label mis à part) : all en réunit plusieurs.",
    ),
    ({"version": 1, "all": []}, "rule.all", "Cette liste demande au moins 1 élément."),
    (
        rule({"department": ["35"]}),
        "rule.all[1].department",
        "Ce mot se dit d’un établissement : écrivez-le sous establishments, such_that. "
        "Le siège se dit seat_department ou seat_region.",
    ),
    (
        rule(of_establishment({"categorie": ["500"]})),
        "rule.all[1].establishments.such_that.all[1].categorie",
        "La clé « categorie » n’existe pas ici. Vouliez-vous écrire « category » ?",
    ),
    (
        rule(of_establishment({"category": [500]})),
        "rule.all[1].establishments.such_that.all[1].category[0]",
        'Un texte est attendu : écrivez "500" entre guillemets.',
    ),
    (
        rule(of_establishment({"category": ["5OO"]})),
        "rule.all[1].establishments.such_that.all[1].category[0]",
        'Une catégorie est un code de trois chiffres, par exemple "500".',
    ),
    (rule(of_establishment(at_least=0)), "rule.all[1].establishments.at_least", "Ce nombre est inférieur à 1."),
    (
        rule(of_establishment(at_least=1, at_most=3)),
        "rule.all[1].establishments",
        "Il faut une quantité et une seule : at_least, at_most, exactly ou every.",
    ),
    (
        rule({"establishments": {"at_least": 1, "open": True}}),
        "rule.all[1].establishments.such_that",
        "Il manque « such_that ».",
    ),
    (
        rule(of_establishment({"opened_on": {"before": "2020-02-30"}})),
        "rule.all[1].establishments.such_that.all[1].opened_on.before",
        "Un jour s’écrit année-mois-jour, par exemple 2025-09-24, et existe au calendrier.",
    ),
    (
        rule(of_establishment({"authorised": False})),
        "rule.all[1].establishments.such_that.all[1].authorised",
        "Le registre ne dit jamais qu’un établissement n’est pas autorisé : seul true a un sens ici.",
    ),
    (
        rule({"attribute": {"name": "niveau", "in": ["a", 1]}}),
        "rule.all[1].attribute.in",
        "Ces valeurs sont toutes des textes, ou toutes des nombres.",
    ),
    (
        rule({"answer": {"name": "places", "at_least": 1, "at_most": 3}}),
        "rule.all[1].answer",
        "Une valeur se compare une seule fois : name, et un seul autre mot.",
    ),
    (
        rule({"legal_status_group": ["privé"]}),
        "rule.all[1].legal_status_group[0]",
        "La valeur « privé » n’existe pas ici : public, prive_non_lucratif, prive_commercial, etranger.",
    ),
]


@pytest.mark.parametrize(("document", "path", "sentence"), SHAPES, ids=[path for _, path, _ in SHAPES])
def test_what_breaks_the_shape_is_said_by_path(document: Any, path: str, sentence: str) -> None:
    assert ("error", path, sentence) in said(document)


@pytest.mark.parametrize(
    ("clause", "path"),
    [
        (of_establishment({"category": ["500", "998"]}), "establishments.such_that.all[1].category[1]"),
        (of_establishment({"category_group": ["9999"]}), "establishments.such_that.all[1].category_group[0]"),
        (of_establishment({"department": ["96"]}), "establishments.such_that.all[1].department[0]"),
        ({"establishments": {"every": {"region": ["99"]}, "such_that": OPEN}}, "establishments.every.region[0]"),
        ({"any": [{"seat_region": ["53", "54"]}]}, "any[0].seat_region[1]"),
        ({"not": {"seat_department": ["979"]}}, "not.seat_department[0]"),
        ({"legal_status": ["09"]}, "legal_status[0]"),
    ],
)
def test_unknown_codes_are_errors(clause: Any, path: str) -> None:
    ((level, where, sentence),) = said(rule(clause))
    assert (level, where) == ("error", f"rule.all[1].{path}")
    assert sentence.endswith("n’existe pas dans la nomenclature.")


def answer(**test: Any) -> dict[str, Any]:
    return {"label": "Places", "answer": {"name": "places", **test}}


@pytest.mark.parametrize(
    "clauses",
    [
        [of_establishment({"department": ["22"]}, {"region": ["52"]})],
        [of_establishment({"category": ["500"]}, {"not": {"category": ["500", "183"]}})],
        [of_establishment({"opened_on": {"before": "2010-01-01"}}, {"opened_on": {"since": "2010-01-01"}})],
        [of_establishment({"any": [{"all": [{"open": True}, {"open": False}]}]})],
        [of_establishment(at_least=5), of_establishment(at_most=4)],
        [of_establishment(exactly=2), of_establishment(at_least=3)],
        [{"seat_region": ["53"]}, {"all": [{"seat_department": ["44"]}]}],
        [{"adherent": True}, {"not": {"adherent": True}}],
        [answer(between=[10, 5])],
        [answer(at_least=5), answer(less_than=5)],
        [answer(**{"is": 5}), answer(more_than=5)],
        [answer(after="2020-01-01"), answer(until="2020-01-01")],
    ],
)
def test_demands_that_nobody_can_meet_are_errors(clauses: list[Any]) -> None:
    assert ["à la fois" in finding.sentence for finding in errors_of(check_rule(rule(*clauses)))] == [True]


@pytest.mark.parametrize(
    "clauses",
    [
        [of_establishment({"department": ["22", "44"]}, {"region": ["52"]})],
        [of_establishment({"category": ["242"]}, {"category_group": ["4000"]})],
        [of_establishment(at_least=4), of_establishment(at_most=4)],
        [of_establishment({"department": ["22"]}, at_least=5), of_establishment(at_most=4)],
        [{"any": [{"seat_region": ["53"]}, {"seat_department": ["44"]}]}],
        [answer(at_least=5), answer(at_most=5)],
        [answer(between=[5, 10]), {"label": "Lits", "answer": {"name": "lits", "more_than": 10}}],
    ],
)
def test_demands_that_can_be_met_together_are_not(clauses: list[Any]) -> None:
    assert said(rule(*clauses)) == []


def test_a_rule_that_lets_the_closed_in_is_doubtful() -> None:
    document = {"version": 1, "establishments": {"at_least": 1, "such_that": {"category": ["395"]}}}
    assert said(document) == [
        ("warning", "rule", "La règle admet une entité juridique fermée : open: true l’écarterait."),
        ("warning", "rule.establishments", "Les établissements fermés comptent aussi : open: true les écarterait."),
    ]


@pytest.mark.parametrize("clause", [{"applied_to": "ami-1"}, {"attribute": {"name": "niveau", "is": 1}}])
def test_a_technical_name_without_a_label_is_doubtful(clause: dict[str, Any]) -> None:
    ((level, path, sentence),) = said(rule({"not": clause}))
    assert (level, path) == ("warning", f"rule.all[1].not.{next(iter(clause))}")
    assert sentence.startswith("Sans label, les candidats liront le nom technique")


def test_the_rule_of_bretagne_in_words() -> None:
    entity, establishment = rule_in_words(read_rule(bretagne.DOCUMENT))
    assert entity == Sentence("L’organisme gestionnaire est ouvert")
    assert establishment.text == "Au moins un établissement qui, à lui seul\N{NO-BREAK SPACE}:"
    is_open, authorised, category, place = establishment.parts
    assert is_open == Sentence("est ouvert")
    assert authorised == Sentence("est autorisé (date de première autorisation au registre)")
    assert category.text == "relève de l’une des 21 catégories retenues\N{NO-BREAK SPACE}:"
    assert [part.text for part in category.parts][::10] == ["ACT (165)", "CSAPA (197)", "EHPAD (500)"]
    assert place.text == (
        "se trouve dans l’un des départements Côtes-d'Armor (22), Finistère (29), Ille-et-Vilaine (35) ou Morbihan (56)"
    )


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ({"open": False}, "L’organisme gestionnaire est fermé"),
        ({"not": {"open": True}}, "L’organisme gestionnaire n’est pas ouvert"),
        ({"adherent": False}, "L’organisme gestionnaire n’est pas adhérent du GRADeS"),
        ({"not": {"adherent": False}}, "L’organisme gestionnaire est adhérent du GRADeS"),
        (
            {"legal_status_group": ["public", "etranger"]},
            "L’organisme gestionnaire a un statut public ou de droit étranger",
        ),
        ({"not": {"seat_region": ["53"]}}, "L’organisme gestionnaire n’a pas son siège dans la région Bretagne"),
        ({"not": {"awarded_in": "ami-1"}}, "L’organisme gestionnaire n’a pas été retenu à la campagne « ami-1 »"),
        (
            {"attribute": {"name": "niveau", "between": [1, 2.5]}},
            "L’organisme gestionnaire a pour « niveau » une valeur comprise entre 1 et 2,5",
        ),
        (
            {"answer": {"name": "debut", "since": "2025-01-01"}},
            "L’organisme gestionnaire répond à la question « debut » par une date située à partir du 1er janvier 2025",
        ),
        (
            {"establishments": {"at_most": 0, "such_that": {"category": ["500"]}}},
            "Aucun établissement qui relève de la catégorie EHPAD (500)",
        ),
        (
            {"establishments": {"at_least": 15, "such_that": {"all": [OPEN, {"region": ["53"]}]}}},
            "Au moins 15 établissements dont chacun, à lui seul :",
        ),
        (
            {"establishments": {"every": OPEN, "such_that": {"not": {"category": ["500", "183"]}}}},
            "Chaque établissement qui est ouvert (et il y en a au moins un) "
            "ne relève pas de l’une des catégories EHPAD (500) ou IME (183)",
        ),
        ({"label": "Être breton", "seat_region": ["53"]}, "Être breton"),
        ({"not": {"all": [OPEN, {"adherent": True}]}}, "Au moins une de ces conditions :"),
    ],
)
def test_clauses_in_words(clause: dict[str, Any], words: str) -> None:
    (told,) = rule_in_words(read_rule({"version": 1, **clause}))
    assert told.text.replace("\N{NO-BREAK SPACE}", " ") == words
