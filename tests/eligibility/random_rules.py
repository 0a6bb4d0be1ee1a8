"""Random rules and applicants for property tests: small alphabets, so that they meet; absences and oddities too."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from eligibility.rules import Applicant, Establishment, History, LegalEntity

Strategy = st.SearchStrategy[Any]

# 999 is in no nomenclature, so its group is unknown; 242 is in it, without a group. 100 is no legal status.
CATEGORIES = ["500", "182", "448", "242", "999"]
DEPARTMENTS = ["35", "22", "44", "971", "977"]
STATUSES = ["60", "13", "73", "90", "100"]
DAYS = [date(2010, 1, 1) + timedelta(days=365 * year) for year in range(6)]
TEXTS = ["kit", "autre", "2015-06-01", ""]
NUMBERS = [0, 1, 2.5, 3, 40]
NAMES = ["niveau", "places"]
CAMPAIGNS = ["ami-1", "ami-2"]
VALUES = st.one_of(st.sampled_from([*TEXTS, *NUMBERS, True, False, None]), st.just([]))


def some(choices: list[Any]) -> Strategy:
    """A list of one to three different choices."""
    return st.lists(st.sampled_from(choices), min_size=1, max_size=3, unique=True)


def one_word(**words: Strategy) -> Strategy:
    """A clause of one of these words."""
    return st.one_of(*(content.map(lambda found, word=word: {word: found}) for word, content in words.items()))


def days() -> Strategy:
    return st.sampled_from([day.isoformat() for day in DAYS])


def tests_on_days() -> Strategy:
    return one_word(
        before=days(),
        until=days(),
        since=days(),
        after=days(),
        between=st.lists(days(), min_size=2, max_size=2),
        present=st.booleans(),
    )


def named_tests(names: list[str]) -> Strategy:
    numbers = st.sampled_from(NUMBERS)
    test = st.one_of(
        tests_on_days(),
        one_word(
            **{"is": st.sampled_from([*TEXTS, *NUMBERS, True, False]), "in": st.one_of(some(TEXTS), some(NUMBERS))},
            less_than=numbers,
            at_most=numbers,
            at_least=numbers,
            more_than=numbers,
            between=st.lists(numbers, min_size=2, max_size=2),
        ),
    )
    return st.builds(lambda name, one: {"name": name, **one}, st.sampled_from(names), test)


def combined(leaf: Strategy, most: int) -> Strategy:
    """Leaves, and what all, any and not make of them."""

    def around(inner: Strategy) -> Strategy:
        several = st.lists(inner, min_size=1, max_size=3)
        return one_word(**{"all": several, "any": several, "not": inner})

    return st.recursive(leaf, around, max_leaves=most)


def establishment_clauses() -> Strategy:
    leaf = one_word(
        open=st.booleans(),
        category=some(["500", "182", "448"]),
        category_group=some(["4401", "4000", "4106"]),
        department=some(["35", "22", "44", "971"]),
        region=some(["53", "52", "01"]),
        opened_on=tests_on_days(),
        authorised_on=tests_on_days(),
        authorised=st.just(True),
        authorised_or_declared=st.just("places"),
    )
    return combined(leaf, 5)


def quantifiers() -> Strategy:
    quantity = one_word(
        at_least=st.integers(1, 3),
        at_most=st.integers(0, 2),
        exactly=st.integers(0, 3),
        every=establishment_clauses(),
    )
    return st.builds(lambda many, clause: {**many, "such_that": clause}, quantity, establishment_clauses())


def documents() -> Strategy:
    """Rule documents."""
    leaf = one_word(
        open=st.booleans(),
        legal_status=some(["60", "13", "73"]),
        legal_status_group=some(["public", "prive_non_lucratif", "prive_commercial", "etranger"]),
        seat_department=some(["35", "22", "44"]),
        seat_region=some(["53", "52"]),
        adherent=st.booleans(),
        attribute=named_tests(NAMES),
        answer=named_tests(NAMES),
        applied_to=st.sampled_from(CAMPAIGNS),
        awarded_in=st.sampled_from(CAMPAIGNS),
    )
    quantified = one_word(establishments=quantifiers())
    return combined(st.one_of(leaf, quantified, quantified), 5).map(lambda clause: {"version": 1, **clause})


def _perhaps(values: list[Any]) -> Strategy:
    return st.one_of(st.none(), st.sampled_from(values))


def establishments() -> Strategy:
    return st.builds(
        Establishment,
        finess_et=st.just(""),
        name=st.none(),
        category_code=_perhaps(CATEGORIES),
        department=_perhaps(DEPARTMENTS),
        is_open=st.booleans(),
        opened_on=_perhaps(DAYS),
        authorised_on=_perhaps(DAYS),
        closed_on=_perhaps(DAYS),
    )


def applicants(**known: Strategy) -> Strategy:
    """Applicants. `known` replaces what is drawn for attributes, adherent, history or answers."""
    facts = {
        "attributes": st.one_of(st.none(), st.dictionaries(st.sampled_from(NAMES), VALUES)),
        "adherent": _perhaps([True, False]),
        "history": st.one_of(
            st.none(),
            st.builds(
                History,
                applied_to=st.frozensets(st.sampled_from(CAMPAIGNS)),
                awarded_in=st.frozensets(st.sampled_from(CAMPAIGNS)),
            ),
        ),
        "answers": st.one_of(st.none(), st.dictionaries(st.sampled_from(NAMES), VALUES)),
    }
    entity = st.builds(
        LegalEntity,
        finess_ej=st.just(""),
        name=st.none(),
        legal_status_code=_perhaps(STATUSES),
        department=_perhaps(DEPARTMENTS),
        is_open=st.booleans(),
        closed_on=_perhaps(DAYS),
    )
    several = st.lists(establishments(), max_size=4).map(tuple)
    return st.builds(Applicant, legal_entity=entity, establishments=several, **(facts | known))


def numbered(applicant: Applicant, rank: int) -> Applicant:
    """The applicant with numbers of its own, its establishments' too."""
    ej = f"99{rank:06}0"
    establishments = tuple(
        replace(one, finess_et=f"99{rank:04}{index:03}") for index, one in enumerate(applicant.establishments)
    )
    return replace(applicant, legal_entity=replace(applicant.legal_entity, finess_ej=ej), establishments=establishments)
