"""Which holder does a mission: never an unfit one, always the same one, and a sentence that says why."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services_catalog.rules.assignment import Candidate, Choice, Need, choose, defect
from services_catalog.rules.place import located
from services_catalog.rules.states import ASSIGNMENTS

ON = date(2026, 12, 8)
NEED = Need(family="exercise", qualification="passi", department="35", on=ON, half_days=2)
FIT = Candidate(
    provider_id=UUID(int=1),
    name="Cyber Armor",
    rank=1,
    ordered_cents=0,
    state="active",
    zones=frozenset({"35", "56"}),
    skills=frozenset({"exercise"}),
    capacity_half_days=24,
    load_half_days=6,
    qualifications=(("passi", date(2025, 1, 1), date(2027, 6, 30)),),
    insurances=((date(2026, 1, 1), date(2026, 12, 31)),),
    lot_number=2,
)


def test_the_sentence_tells_why_this_one() -> None:
    assert choose([FIT], NEED, "single") == Choice(
        UUID(int=1),
        "Cyber Armor, titulaire de rang 1 du lot 2, intervient en Ille-et-Vilaine, qualifié PASSI jusqu’au "
        "30\xa0juin 2027, assuré jusqu’au 31\xa0décembre 2026, 6\xa0demi-journées sur 24 prises en décembre 2026.",
        (),
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, ""),
        ({"state": "suspended"}, "Cyber Armor est suspendu."),
        (
            {"skills": frozenset({"audit"})},
            "Cyber Armor n’intervient pas dans la famille «\xa0Exercice de crise\xa0».",
        ),
        ({"zones": frozenset({"29"})}, "Cyber Armor n’intervient pas en Ille-et-Vilaine."),
        ({"qualifications": ()}, "Cyber Armor n’est pas qualifié PASSI à la date du 8\xa0décembre 2026."),
        (
            {"qualifications": (("pris", date(2025, 1, 1), date(2027, 6, 30)),)},
            "Cyber Armor n’est pas qualifié PASSI à la date du 8\xa0décembre 2026.",
        ),
        (
            {"qualifications": (("passi", date(2025, 1, 1), date(2026, 12, 7)),)},
            "Cyber Armor n’est pas qualifié PASSI à la date du 8\xa0décembre 2026.",
        ),
        ({"qualifications": (("passi", date(2026, 12, 8), date(2026, 12, 8)),)}, ""),
        (
            {"insurances": ((date(2026, 12, 9), date(2027, 12, 31)),)},
            "Cyber Armor n’a pas d’assurance connue à la date du 8\xa0décembre 2026.",
        ),
        (
            {"load_half_days": 23},
            "Cyber Armor n’a pas assez de temps en décembre 2026\xa0: "
            "il faut 2\xa0demi-journées, il en reste 1 sur 24.",
        ),
        ({"load_half_days": 22}, ""),
    ],
)
def test_a_defect_is_a_whole_sentence(changed: dict[str, object], sentence: str) -> None:
    assert defect(replace(FIT, **changed), NEED) == sentence  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("periods", "gap"),
    [
        ([(date(2026, 1, 1), date(2026, 12, 9))], "10\xa0décembre 2026"),  # ends during the mission
        ([(date(2026, 1, 1), date(2026, 12, 10))], ""),
        ([(date(2026, 1, 1), date(2026, 12, 8)), (date(2026, 12, 9), date(2027, 12, 8))], ""),  # renewed
        ([(date(2026, 1, 1), date(2026, 12, 8)), (date(2026, 12, 10), date(2027, 12, 8))], "9\xa0décembre 2026"),
    ],
)
def test_papers_cover_every_day_of_a_mission(periods: list[tuple[date, date]], gap: str) -> None:
    need = replace(NEED, until=date(2026, 12, 10))
    qualified = replace(FIT, qualifications=tuple(("passi", *period) for period in periods))
    insured = replace(FIT, insurances=tuple(periods))
    assert defect(qualified, need) == (gap and f"Cyber Armor n’est pas qualifié PASSI à la date du {gap}.")
    assert defect(insured, need) == (gap and f"Cyber Armor n’a pas d’assurance connue à la date du {gap}.")


def test_what_is_not_asked_is_not_checked() -> None:
    nowhere = replace(FIT, zones=frozenset(), qualifications=(), load_half_days=99)
    assert defect(nowhere, replace(NEED, qualification=None, department=None, half_days=0)) == ""


SECOND = replace(FIT, provider_id=UUID(int=2), name="Breizh Audit", rank=2, ordered_cents=0)


def test_ranked_goes_to_the_first_fit_by_rank() -> None:
    rich = replace(FIT, ordered_cents=900_000)
    assert choose([SECOND, rich], NEED, "ranked").provider_id == rich.provider_id
    passed_over = choose([SECOND, replace(rich, state="suspended")], NEED, "ranked")
    assert passed_over.provider_id == SECOND.provider_id
    assert passed_over.sentence.endswith("Avant lui\xa0: Cyber Armor est suspendu.")
    assert passed_over.refused == (("Cyber Armor", "Cyber Armor est suspendu."),)


def test_in_turn_goes_to_whoever_had_least() -> None:
    rich = replace(FIT, ordered_cents=900_000)
    chosen = choose([rich, SECOND], NEED, "in_turn")
    assert chosen.provider_id == SECOND.provider_id
    assert "dont c’est le tour (0,00\xa0€ HT commandés)" in chosen.sentence
    assert choose([SECOND, FIT], NEED, "in_turn").provider_id == FIT.provider_id


def test_nobody_fit_is_a_sentence_to_act_on() -> None:
    choice = choose([replace(FIT, state="suspended")], NEED, "single")
    assert choice.provider_id is None
    assert choice.sentence == (
        "Aucun titulaire du lot 2 ne peut faire cette mission. Cyber Armor est suspendu. Une autre date peut "
        "convenir\xa0; sinon, le GRADeS met à jour la fiche du prestataire, ou attribue la mission lui-même."
    )
    assert "ajoutez-en un" in choose([], NEED, "single").sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("35", "en Ille-et-Vilaine"),
        ("29", "dans le Finistère"),
        ("22", "dans les Côtes-d'Armor"),
        ("01", "dans l’Ain"),
        ("75", "à Paris"),
        ("974", "à La Réunion"),
        ("42", "dans la Loire"),
        ("999", "dans le département 999"),
    ],
)
def test_a_place_has_its_preposition(code: str, words: str) -> None:
    assert located(code) == words


days = st.dates(date(2026, 11, 1), date(2027, 1, 31))
periods = st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))
candidates = st.lists(
    st.builds(
        Candidate,
        provider_id=st.integers(1, 50).map(lambda number: UUID(int=number)),
        name=st.sampled_from(["Cyber Armor", "Breizh Audit", "Penn Kalet"]),
        rank=st.integers(1, 5),
        ordered_cents=st.integers(0, 3).map(lambda one: one * 10_000),
        state=st.sampled_from(["active", "active", "suspended"]),
        zones=st.frozensets(st.sampled_from(["29", "35"])),
        skills=st.frozensets(st.sampled_from(["exercise", "audit"])),
        capacity_half_days=st.integers(0, 30),
        load_half_days=st.integers(0, 30),
        qualifications=st.lists(
            st.tuples(st.sampled_from(["passi", "pris"]), periods).map(lambda one: (one[0], *one[1])), max_size=2
        ).map(tuple),
        insurances=st.lists(periods, max_size=2).map(tuple),
        lot_number=st.just(2),
    ),
    max_size=6,
    unique_by=lambda one: one.provider_id,
)
needs = st.builds(
    Need,
    family=st.sampled_from(["exercise", "audit"]),
    qualification=st.sampled_from([None, "passi"]),
    department=st.sampled_from([None, "35"]),
    on=days,
    half_days=st.integers(0, 6),
)


@given(candidates, needs, st.sampled_from(ASSIGNMENTS))
def test_the_chosen_is_fit_and_nobody_fit_is_left_when_none_is(found: list[Candidate], need: Need, how: str) -> None:
    choice = choose(found, need, how)
    chosen = [one for one in found if one.provider_id == choice.provider_id]
    assert all(
        one.state == "active"
        and need.family in one.skills
        and (need.department is None or need.department in one.zones)
        and (not need.half_days or one.load_half_days + need.half_days <= one.capacity_half_days)
        and any(start <= need.on <= end for start, end in one.insurances)
        and (
            need.qualification is None
            or any(kind == need.qualification and start <= need.on <= end for kind, start, end in one.qualifications)
        )
        for one in chosen
    )
    assert (choice.provider_id is None) == all(defect(one, need) for one in found)
    assert len(choice.refused) == sum(1 for one in found if defect(one, need))


@given(candidates, needs, st.sampled_from(ASSIGNMENTS), st.randoms())
def test_the_order_of_the_candidates_does_not_matter(
    found: list[Candidate], need: Need, how: str, chance: object
) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(found, need, how) == choose(shuffled, need, how)
