"""Periods, clocks, names, what is typed: by tables and by properties."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Conflict, Invalid
from privacy.rules.asked import Letter, check_text, read_day
from privacy.rules.breach import Account, check_closing, check_notification, lacking
from privacy.rules.clock import answer_due, is_late, months_after, tell_by
from privacy.rules.names import email_pattern, is_searchable, name_pattern, spellings
from privacy.rules.processings import PROCESSINGS
from privacy.rules.register import LABELS, Processing, kept_for, own_key
from privacy.rules.retention import BY_KEY, HELD, KINDS, check_periods, cutoff, defaults, in_force, period
from privacy.service.kinds import EXPIRING

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
instants = st.integers(946_684_800, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))
zones = st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "Pacific/Wallis"])
WHOLE = Account(
    "Un courriel est parti.",
    ["confidentiality"],
    "Agents",
    3,
    "Noms",
    "Gêne",
    "Rappel",
    "no",
    "Sans risque",
    "no",
    "Sans risque",
)


@given(instants, st.integers(1, 240), zones)
def test_a_cutoff_is_the_same_hour_so_many_months_ago(now: datetime, months: int, zone: str) -> None:
    before = cutoff(now, months, zone)
    days = (now - before).total_seconds() / 86400
    assert 27.9 * months < days < 31.1 * months
    assert cutoff(now, months + 1, zone) < before


@given(instants, instants, st.integers(1, 120), zones)
def test_what_is_over_stays_over(one: datetime, other: datetime, months: int, zone: str) -> None:
    """Later, more is over: nothing comes back."""
    first, then = sorted((one, other))
    assert cutoff(first, months, zone) <= cutoff(then, months, zone) + timedelta(hours=2)  # a change of hour between


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 36))
def test_months_after_a_day(on: date, months: int) -> None:
    then = months_after(on, months)
    assert (then.year * 12 + then.month) - (on.year * 12 + on.month) == months
    assert then.day == min(on.day, monthrange(then.year, then.month)[1])


@pytest.mark.parametrize(
    ("received", "due", "extended"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),
        (date(2028, 1, 31), date(2028, 2, 29), date(2028, 4, 30)),
        (date(2026, 11, 22), date(2026, 12, 22), date(2027, 2, 22)),
        (date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31)),
    ],
    ids=["january", "leap", "ordinary", "december"],
)
def test_the_answer_is_due(received: date, due: date, extended: date) -> None:
    assert (answer_due(received), answer_due(received, extended=True)) == (due, extended)


def test_every_kind_has_sound_bounds_and_a_purge() -> None:
    for kind in KINDS:
        assert 1 <= kind.least <= kind.months <= kind.most, kind.key
        assert EXPIRING[kind.key], kind.key
    assert len({one.key for one in (*KINDS, *HELD)}) == len(KINDS) + len(HELD)
    assert {one.kind for found in EXPIRING.values() for one in found} == BY_KEY.keys()


def test_periods_are_typed_within_their_bounds() -> None:
    typed = {key: str(months) for key, months in defaults().items()}
    assert check_periods(typed) == defaults()
    wrong = typed | {"audit": "5", "notification": "x", "candidacy_selected": "59", "message": ""}
    with pytest.raises(Invalid) as fault:
        check_periods(wrong)
    assert fault.value.fields.keys() == {"audit", "notification", "candidacy_selected", "message"}


@given(st.dictionaries(st.sampled_from(sorted(BY_KEY)), st.integers(-10, 10_000)))
def test_periods_in_force_never_leave_their_bounds(adopted: dict[str, int]) -> None:
    """Whatever the database says: a bound that the law moves holds at once."""
    for key, months in in_force(adopted).items():
        assert BY_KEY[key].least <= months <= BY_KEY[key].most


def test_periods_in_words() -> None:
    assert [period(one) for one in (1, 12, 18, 24, 120)] == [
        "1\xa0mois",
        "1\xa0an",
        "18\xa0mois",
        "2\xa0ans",
        "10\xa0ans",
    ]


@pytest.mark.parametrize("name", ["Paul", "", "A B", "Anne"])
def test_a_word_is_no_name_to_look_for(name: str) -> None:
    assert not is_searchable(name)
    assert name_pattern([name]) == ""


@given(st.text(), st.text(min_size=1))
def test_patterns_are_patterns_whatever_is_typed(name: str, email: str) -> None:
    """Nothing that people type is read as a rule of the pattern."""
    for pattern in (name_pattern([name]), email_pattern(email)):
        re.compile(pattern.replace("[[:space:]", r"[\s").replace("[[:alnum:]", r"[\w"))


def test_spellings_of_a_name() -> None:
    found = spellings(["Solenn Le Goff", "Solenn Kerguélen"])
    assert "Le Goff Solenn" in found
    assert "Solenn Kerguelen" in found
    assert found == sorted(found, key=lambda one: (-len(one), one))


@pytest.mark.parametrize(
    ("told", "reference", "late", "wrong"),
    [
        (NOW - timedelta(hours=1), "CNIL-1", "", set()),
        (NOW + timedelta(hours=1), "CNIL-1", "", {"told_at"}),
        (NOW - timedelta(days=9), "CNIL-1", "", {"told_at"}),
        (NOW - timedelta(hours=1), "  ", "", {"reference"}),
    ],
    ids=["on time", "in the future", "before", "no reference"],
)
def test_a_notification(told: datetime, reference: str, late: str, wrong: set[str]) -> None:
    seen = NOW - timedelta(days=2)
    if not wrong:
        assert check_notification(seen, told, NOW, reference, late) == ""
        return
    with pytest.raises(Invalid) as fault:
        check_notification(seen, told, NOW, reference, late)
    assert fault.value.fields.keys() == wrong


def test_past_seventy_two_hours_the_reason_is_wanted() -> None:
    seen = NOW - timedelta(days=4)
    assert not is_late(seen, tell_by(seen))
    assert is_late(seen, tell_by(seen) + timedelta(seconds=1))
    with pytest.raises(Invalid) as fault:
        check_notification(seen, NOW, NOW, "CNIL-1", "")
    assert fault.value.fields.keys() == {"late_reason"}
    assert check_notification(seen, NOW, NOW, "CNIL-1", "Constatée un vendredi soir.")


def test_a_breach_is_closed_once_everything_is_said() -> None:
    check_closing(WHOLE, notified=False)
    assert len(lacking(Account(), notified=False)) == 8
    told = Account.of({**WHOLE.as_json(), "cnil": "yes"})
    with pytest.raises(Conflict):
        check_closing(told, notified=False)
    check_closing(told, notified=True)


def test_a_decision_has_its_reason() -> None:
    with pytest.raises(Invalid) as fault:
        Account.read({"facts": "Un ordinateur a été perdu.", "cnil": "no", "people_count": "beaucoup"}, [])
    assert fault.value.fields.keys() == {"cnil_reason", "people_count"}


@pytest.mark.parametrize("text", ["a\x00b" * 5, "x" * 5000, "\ud800" * 12], ids=["nul", "long", "surrogate"])
def test_text_that_cannot_be_kept(text: str) -> None:
    with pytest.raises(Invalid):
        check_text(text, "details", least=0)


@given(st.dictionaries(st.sampled_from(["d-day", "d-month", "d-year"]), st.text(max_size=5)))
def test_a_day_is_a_day_or_nothing(typed: dict[str, str]) -> None:
    assert read_day(typed, "d") is None or isinstance(read_day(typed, "d"), date)


def test_a_letter_says_all_its_faults_at_once() -> None:
    with pytest.raises(Invalid) as fault:
        Letter.read({"received_on-day": "31", "received_on-month": "2", "received_on-year": "2026"}, NOW.date())
    assert fault.value.fields.keys() == {"kind", "channel", "name", "identity", "received_on"}


def test_the_products_processings_name_kinds_that_exist() -> None:
    known = BY_KEY.keys() | {one.key for one in HELD}
    for one in PROCESSINGS:
        assert set(one.kinds) <= known
        assert all(getattr(one, name) for name in LABELS)
        assert len(kept_for(one, defaults())) == len(one.kinds)
        assert Processing.of(one.as_json()) == one
    assert {key for one in PROCESSINGS for key in one.kinds} == known  # nothing is kept without a processing


@pytest.mark.parametrize(
    ("title", "key"),
    [("Enquête annuelle", "propre-enquete-annuelle"), ("???", "propre-traitement"), ("É" * 80, f"propre-{'e' * 40}")],
    ids=["words", "signs", "long"],
)
def test_the_key_of_ones_own_processing(title: str, key: str) -> None:
    assert own_key(title) == key
