"""Eligibility of one applicant: the traps of the Bretagne rule, each kind of clause, the sentences people read."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from eligibility.rules import Applicant, History, Outcome, Verdict, assess, read_rule
from kit.errors import Invalid
from tests.eligibility import bretagne
from tests.eligibility.bretagne import ej, et

ELIGIBLE, REFUSED, MISSING = Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE, Outcome.INFORMATION_MISSING
BRETAGNE = read_rule(bretagne.DOCUMENT)
CLOSING = date(2019, 3, 3)

EHPAD = et("350012345", "500", "35")
SESSAD = et("350012352", "182", "35")
EAM = et("290012350", "448", "29")
NANTES = et("440012340", "500", "44")
CLOSED = et("220012341", "500", "22", closed_on=CLOSING)
UNDATED = et("560012343", "500", "56", authorised=False)
UNDATED_SESSAD = et("350012378", "182", "35", authorised=False)
NO_CATEGORY = et("350012360", None, "35")


def judged(applicant: Applicant, *clauses: Mapping[str, Any]) -> Outcome:
    return assess(read_rule({"version": 1, "all": list(clauses)}), applicant).outcome


def spoken(verdict: Verdict) -> str:
    """The reason given for the last clause, with plain spaces."""
    return verdict.clauses[-1].because.replace("\N{NO-BREAK SPACE}", " ")


SATISFIED = "ET 350012345, EHPAD (500), Ille-et-Vilaine (35) : satisfait la clause 2."
WRONG_PLACE = "EHPAD (500), Loire-Atlantique (44) : la catégorie convient, mais le département n’est pas retenu."
WRONG_CATEGORY = "ET 350012352, SESSAD (182), Ille-et-Vilaine (35) : la catégorie n’est pas retenue."
SUCCESSOR = "ET 290012350, EAM (448), Finistère (29) : la catégorie n’est pas retenue."
CLOSED_ONE = "EHPAD (500), Côtes-d'Armor (22) : la catégorie convient, mais il est fermé depuis le 3 mars 2019."
NO_DATE = "la catégorie convient, mais sa date de première autorisation est absente du registre."
NO_CODE = "ET 350012360, catégorie non renseignée, Ille-et-Vilaine (35) : sa catégorie est absente du registre."
NO_ONE = "Le registre ne connaît aucun établissement à cet organisme."
TRAPS = {
    "one open EHPAD in Ille-et-Vilaine": (ej(EHPAD), ELIGIBLE, SATISFIED),
    "seat in Paris, establishment in Bretagne": (ej(EHPAD, seat="75"), ELIGIBLE, SATISFIED),
    "seat in Bretagne, establishment in Nantes": (ej(NANTES), REFUSED, WRONG_PLACE),
    "category on one, département on the other": (ej(SESSAD, NANTES), REFUSED, WRONG_CATEGORY),
    "the one in Nantes is the nearest miss": (ej(SESSAD, NANTES), REFUSED, f"{WRONG_PLACE} {WRONG_CATEGORY}"),
    "a SESSAD only": (ej(SESSAD), REFUSED, WRONG_CATEGORY),
    "an EAM only, the successor of a listed code": (ej(EAM), REFUSED, SUCCESSOR),
    "a closed establishment only": (ej(CLOSED), REFUSED, CLOSED_ONE),
    "a closed one and a good one": (ej(CLOSED, EHPAD), ELIGIBLE, SATISFIED),
    "no establishment at all": (ej(), REFUSED, NO_ONE),
    "no date of authorisation at the register": (ej(UNDATED), MISSING, NO_DATE),
    "no category at the register": (ej(NO_CATEGORY), MISSING, NO_CODE),
    "what is missing elsewhere does not matter": (ej(UNDATED, NO_CATEGORY, EHPAD), ELIGIBLE, SATISFIED),
    "a missing date does not save a wrong category": (ej(UNDATED_SESSAD), REFUSED, "la catégorie n’est pas retenue."),
}


@pytest.mark.parametrize(("applicant", "outcome", "reason"), TRAPS.values(), ids=TRAPS)
def test_traps_of_the_bretagne_rule(applicant: Applicant, outcome: Outcome, reason: str) -> None:
    verdict = assess(BRETAGNE, applicant)
    assert verdict.outcome is outcome
    assert reason in spoken(verdict)


def test_a_closed_legal_entity_is_refused_whatever_its_establishments() -> None:
    verdict = assess(BRETAGNE, ej(EHPAD, closed_on=CLOSING))
    assert verdict.outcome is REFUSED
    assert [clause.outcome for clause in verdict.clauses] == [REFUSED, ELIGIBLE]
    assert verdict.clauses[0].because == (
        "Entité juridique 350000014 au registre\N{NO-BREAK SPACE}: fermée depuis le 3\N{NO-BREAK SPACE}mars 2019."
    )


def test_the_nearest_miss_comes_first_and_the_others_are_counted() -> None:
    far = et("110012340", "500", "44", closed_on=CLOSING)
    verdict = assess(BRETAGNE, ej(far, SESSAD, CLOSED, NANTES, et("350012402", "182", "35")))
    shown = [one["finess_et"] for one in verdict.clauses[-1].facts["shown"]]
    # One failure before two; among one, the right category; among those, the open one.
    assert shown == [NANTES.finess_et, CLOSED.finess_et, SESSAD.finess_et]
    assert spoken(verdict).startswith(f"ET {NANTES.finess_et}")
    assert spoken(verdict).endswith("Même réponse pour 2 autres établissements.")


def test_every_establishment_that_satisfies_is_counted() -> None:
    said = spoken(assess(BRETAGNE, ej(EHPAD, SESSAD, et("290012342", "255", "29"))))
    assert said == f"{SATISFIED} 1 autre établissement la satisfait aussi."


CONTRARY = {ELIGIBLE: REFUSED, REFUSED: ELIGIBLE, MISSING: MISSING}


def counting(quantity: Mapping[str, Any], *establishments: Any) -> Outcome:
    """What a count of EHPAD answers, having seen that its negation answers the contrary."""
    clause = {"establishments": {**quantity, "such_that": {"category": ["500"]}}}
    outcome = judged(ej(*establishments), clause)
    assert judged(ej(*establishments), {"not": clause}) is CONTRARY[outcome]
    return outcome


@pytest.mark.parametrize(
    ("quantity", "none", "one", "two", "one_and_one_unknown"),
    [
        ({"at_least": 1}, REFUSED, ELIGIBLE, ELIGIBLE, ELIGIBLE),
        ({"at_least": 2}, REFUSED, REFUSED, ELIGIBLE, MISSING),
        ({"at_most": 0}, ELIGIBLE, REFUSED, REFUSED, REFUSED),
        ({"at_most": 1}, ELIGIBLE, ELIGIBLE, REFUSED, MISSING),
        ({"exactly": 0}, ELIGIBLE, REFUSED, REFUSED, REFUSED),
        ({"exactly": 1}, REFUSED, ELIGIBLE, REFUSED, MISSING),
        ({"exactly": 2}, REFUSED, REFUSED, ELIGIBLE, MISSING),
    ],
)
def test_quantities(
    quantity: Mapping[str, Any], none: Outcome, one: Outcome, two: Outcome, one_and_one_unknown: Outcome
) -> None:
    assert counting(quantity, SESSAD) is none
    assert counting(quantity, SESSAD, EHPAD) is one
    assert counting(quantity, EHPAD, NANTES) is two
    assert counting(quantity, EHPAD, NO_CATEGORY) is one_and_one_unknown


def every_open_one(*establishments: Any) -> Verdict:
    clause = {"establishments": {"every": {"open": True}, "such_that": {"category": ["500"]}}}
    counting({"every": {"open": True}}, *establishments)
    return assess(read_rule({"version": 1, **clause}), ej(*establishments))


def test_every_means_all_those_named_and_at_least_one() -> None:
    assert every_open_one(EHPAD, NANTES).outcome is ELIGIBLE
    assert every_open_one(EHPAD, et("350012386", "182", "35", closed_on=CLOSING)).outcome is ELIGIBLE
    assert every_open_one(EHPAD, NO_CATEGORY).outcome is MISSING
    assert every_open_one(EHPAD, NO_CATEGORY, SESSAD).outcome is REFUSED
    assert "ET 350012352, SESSAD (182)" in spoken(every_open_one(EHPAD, SESSAD))
    assert every_open_one(CLOSED).outcome is REFUSED
    assert spoken(every_open_one(CLOSED)) == "Aucun établissement n’est concerné : la clause en demande au moins un."


def test_every_tells_what_it_does_not_know_of_those_it_names() -> None:
    clause = {"establishments": {"every": {"category": ["500"]}, "such_that": {"department": ["35"]}}}
    rule = read_rule({"version": 1, **clause})
    elsewhere = et("440012357", None, "44")
    uncertain = assess(rule, ej(EHPAD, elsewhere))
    assert uncertain.outcome is MISSING
    assert spoken(uncertain).endswith("Loire-Atlantique (44) : sa catégorie est absente du registre.")
    assert uncertain.clauses[0].facts["uncertain"] == [elsewhere.finess_et]
    nobody = assess(rule, ej(elsewhere))
    assert nobody.outcome is REFUSED
    assert spoken(nobody).endswith("Loire-Atlantique (44) : le département n’est pas retenu.")


def test_closed_establishments_count_unless_the_rule_says_open() -> None:
    assert counting({"at_least": 1}, CLOSED) is ELIGIBLE


@pytest.mark.parametrize(
    ("clause", "outcome"),
    [
        ({"legal_status_group": ["prive_non_lucratif"]}, ELIGIBLE),
        ({"legal_status_group": ["public", "prive_commercial", "etranger"]}, REFUSED),
        ({"legal_status": ["61", "60"]}, ELIGIBLE),
        ({"seat_department": ["22", "35"]}, ELIGIBLE),
        ({"seat_region": ["53"]}, ELIGIBLE),
        ({"seat_region": ["52"]}, REFUSED),
        ({"not": {"seat_region": ["52"]}}, ELIGIBLE),
        ({"adherent": True}, ELIGIBLE),
        ({"adherent": False}, REFUSED),
        ({"applied_to": "ami-1"}, ELIGIBLE),
        ({"not": {"awarded_in": "ami-1"}}, ELIGIBLE),
        ({"attribute": {"name": "niveau", "at_least": 2}}, ELIGIBLE),
        ({"attribute": {"name": "niveau", "more_than": 2}}, REFUSED),
        ({"attribute": {"name": "niveau", "is": "2"}}, MISSING),
        ({"attribute": {"name": "autre", "is": 2}}, MISSING),
        ({"attribute": {"name": "autre", "present": False}}, ELIGIBLE),
        ({"answer": {"name": "places", "between": [10, 40]}}, ELIGIBLE),
        ({"answer": {"name": "places", "less_than": 40}}, REFUSED),
        ({"answer": {"name": "depuis", "before": "2020-01-01"}}, ELIGIBLE),
        ({"answer": {"name": "depuis", "after": "2019-06-30"}}, REFUSED),
        ({"answer": {"name": "depuis", "since": "2019-06-30"}}, ELIGIBLE),
        ({"answer": {"name": "kits", "in": ["confirme", "debutant"]}}, ELIGIBLE),
        ({"answer": {"name": "kits", "is": "confirme"}}, REFUSED),
        ({"answer": {"name": "rien", "present": True}}, REFUSED),
        ({"answer": {"name": "rien", "is": True}}, MISSING),
    ],
)
def test_what_is_known_of_the_entity(clause: Mapping[str, Any], outcome: Outcome) -> None:
    applicant = ej(
        attributes={"niveau": 2},
        adherent=True,
        history=History(applied_to=frozenset({"ami-1"})),
        answers={"places": 40, "depuis": "2019-06-30", "kits": ["debutant", "intermediaire"], "rien": ""},
    )
    assert judged(applicant, clause) is outcome


@pytest.mark.parametrize(
    "clause",
    [
        {"adherent": False},
        {"applied_to": "ami-1"},
        {"not": {"awarded_in": "ami-1"}},
        {"attribute": {"name": "niveau", "present": False}},
        {"answer": {"name": "places", "present": False}},
    ],
)
def test_what_nobody_consulted_is_missing_and_a_stranger_learns_nothing(clause: Mapping[str, Any]) -> None:
    verdict = assess(read_rule({"version": 1, **clause}), ej())
    assert verdict.outcome is MISSING
    assert spoken(verdict).endswith(" : pas encore consulté.")
    assert verdict.clauses[0].facts["consulted"] is False


@pytest.mark.parametrize(
    ("establishment", "answers", "outcome"),
    [
        (EHPAD, {"autorisation": False}, ELIGIBLE),
        (UNDATED, {"autorisation": True}, ELIGIBLE),
        (UNDATED, {"autorisation": False}, REFUSED),
        (UNDATED, {}, MISSING),
        (UNDATED, None, MISSING),
    ],
)
def test_the_register_settles_the_authorisation_and_else_the_declaration(
    establishment: Any, answers: Any, outcome: Outcome
) -> None:
    clause = {"establishments": {"at_least": 1, "such_that": {"authorised_or_declared": "autorisation"}}}
    assert judged(ej(establishment, answers=answers), clause) is outcome


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ({"before": "2001-03-01"}, REFUSED),
        ({"until": "2001-03-01"}, ELIGIBLE),
        ({"since": "2001-03-01"}, ELIGIBLE),
        ({"after": "2001-03-01"}, REFUSED),
        ({"between": ["2001-01-01", "2001-12-31"]}, ELIGIBLE),
        ({"present": False}, REFUSED),
    ],
)
def test_dates_of_establishments(test: Mapping[str, Any], outcome: Outcome) -> None:
    assert judged(ej(EHPAD), {"establishments": {"at_least": 1, "such_that": {"opened_on": test}}}) is outcome


def test_a_category_younger_than_the_nomenclature_has_an_unknown_group() -> None:
    clause = {"establishments": {"at_least": 1, "such_that": {"category_group": ["4401"]}}}
    assert judged(ej(EHPAD), clause) is ELIGIBLE
    assert judged(ej(SESSAD), clause) is REFUSED
    assert judged(ej(et("350012394", "999", "35")), clause) is MISSING


def test_an_alternative_tells_its_parts() -> None:
    rule = read_rule({"version": 1, "any": [{"adherent": True}, {"label": "Siège breton", "seat_region": ["53"]}]})
    clause = assess(rule, ej(seat="44", adherent=False)).clauses[0]
    assert clause.text == (
        "Au moins une de ces conditions\N{NO-BREAK SPACE}: l’organisme gestionnaire est adhérent du GRADeS"
        "\N{NO-BREAK SPACE}; Siège breton"
    )
    assert [(part.text, part.outcome) for part in clause.parts] == [
        ("L’organisme gestionnaire est adhérent du GRADeS", REFUSED),
        ("Siège breton", REFUSED),
    ]
    assert clause.because == (
        "Adhérent du GRADeS\N{NO-BREAK SPACE}: non. Siège\N{NO-BREAK SPACE}: Loire-Atlantique (44)."
    )


def test_a_label_inside_a_negation_is_never_shown_as_a_demand() -> None:
    rule = read_rule({"version": 1, "not": {"label": "Déjà lauréat", "awarded_in": "ami-1"}})
    assert assess(rule, ej()).clauses[0].text == "Ne doit pas être rempli\N{NO-BREAK SPACE}: Déjà lauréat"
    named = read_rule({"version": 1, "label": "Jamais lauréat", "not": {"awarded_in": "ami-1"}})
    assert assess(named, ej()).clauses[0].text == "Jamais lauréat"


def test_a_verdict_is_stored_with_the_facts_that_decided() -> None:
    stored = assess(BRETAGNE, ej(EHPAD, SESSAD, UNDATED)).as_json()
    assert stored["outcome"] == "eligible"
    assert stored["clauses"][0] == {
        "text": "L’organisme gestionnaire est ouvert",
        "outcome": "eligible",
        "because": "Entité juridique 350000014 au registre\N{NO-BREAK SPACE}: ouverte.",
        "facts": {"fact": "open", "consulted": True, "value": True},
        "parts": [],
    }
    assert stored["clauses"][1]["facts"] == {
        "considered": 3,
        "satisfying": ["350012345"],
        "uncertain": ["560012343"],
        "shown": [
            {
                "finess_et": "350012345",
                "category_code": "500",
                "department": "35",
                "is_open": True,
                "opened_on": "2001-03-01",
                "authorised_on": "2000-12-15",
                "closed_on": None,
            }
        ],
    }


@pytest.mark.parametrize(
    "document", [{}, {"version": 1}, {"version": 1, "seat_region": ["99"]}, {"version": 1, "all": 1}]
)
def test_a_document_that_was_not_checked_is_refused(document: Any) -> None:
    with pytest.raises(Invalid):
        read_rule(document)
