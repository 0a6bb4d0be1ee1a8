"""Rules of missions, pure: whose turn it is, until when, what is accepted, whether providers can absorb it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from bookings.queries.mission_list import VIEWS
from bookings.rules import delivery
from bookings.rules.capacity import last_day, months_from, outlook
from bookings.rules.mission_words import VIEW_LABELS, steps
from bookings.rules.next_step import FACILITY, GRADES, PROVIDER, TURNS, next_step
from bookings.rules.states import MISSION

ON = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)


@dataclass
class Standing:
    """A mission, as rules look at it."""

    state: str
    mode: str = "mission"
    starts_at: datetime | None = None
    due_on: date | None = None
    accept_by: date | None = None
    silence_accepts: bool = False


def step(mission: Standing, side: str = "", on: date = ON) -> str:
    return next_step(mission, "L’EHPAD", "Cyber Armor", "le lundi 23 novembre 2026", on, side).sentence.replace(
        "\xa0", " "
    )


@pytest.mark.parametrize("state", MISSION.states)
@pytest.mark.parametrize("side", ["", FACILITY, PROVIDER, GRADES])
def test_every_state_has_its_sentence_for_everybody(state: str, side: str) -> None:
    assert step(Standing(state), side).endswith(".")
    assert state in TURNS


def test_those_whose_turn_it_is_are_told_what_to_do() -> None:
    mission = Standing("delivered", accept_by=date(2026, 12, 7))
    assert step(mission, FACILITY).startswith("Lisez ce qui est livré")
    assert step(mission, PROVIDER).startswith("L’EHPAD accepte")
    assert step(mission).endswith("Dernier jour pour répondre : 7 décembre 2026.")
    mission.silence_accepts = True
    assert step(mission).endswith("Sans réponse ce jour-là, elle sera réputée acceptée.")
    assert "est passé depuis le 7 décembre 2026" in step(mission, on=date(2026, 12, 8))


def test_a_planned_mission_waits_for_its_day() -> None:
    mission = Standing("planned", starts_at=NOON + timedelta(days=1))
    assert next_step(mission, "", "", "", ON).turn == frozenset()
    assert next_step(mission, "", "", "", ON + timedelta(days=1)).turn == {PROVIDER}
    assert step(mission, PROVIDER) == "Rien à faire avant le lundi 23 novembre 2026."
    assert step(mission, FACILITY) == "Cyber Armor commence la mission le lundi 23 novembre 2026."


@pytest.mark.parametrize(
    ("mission", "late"),
    [
        (Standing("delivered", accept_by=ON), False),
        (Standing("delivered", accept_by=ON - timedelta(days=1)), True),
        (Standing("delivered", accept_by=None, due_on=ON - timedelta(days=9)), False),
        (Standing("running", due_on=ON), False),
        (Standing("running", due_on=ON - timedelta(days=1)), True),
        (Standing("accepted", due_on=ON - timedelta(days=1)), False),
        (Standing("created"), False),
    ],
)
def test_late_is_the_day_after_the_last_one(mission: Standing, late: bool) -> None:
    assert next_step(mission, "", "", "", ON).is_late is late


def test_every_view_has_its_words() -> None:
    assert set(VIEWS) == VIEW_LABELS.keys()


@pytest.mark.parametrize(
    ("days", "keys"), [(1, []), (2, ["1"]), (5, ["1"]), (6, ["5", "1"]), (15, ["5", "1"]), (90, ["5", "1"])]
)
def test_reminders_come_after_the_delivery(days: int, keys: list[str]) -> None:
    last = delivery.accept_by(ON, days)
    assert delivery.reminders(last, ON) == [(last - timedelta(days=int(key)), f"{last}:{key}") for key in keys]


def test_of_two_reminders_that_are_late_one_is_current() -> None:
    last = date(2026, 12, 7)
    current = {on: [key for key in ("5", "1") if delivery.is_current(f"{last}:{key}", last, on)] for on in days(last)}
    assert {key for keys in current.values() for key in keys} == {"5", "1"}
    assert all(len(keys) <= 1 for keys in current.values())
    assert current[last] == ["1"]
    assert current[last + timedelta(days=1)] == []
    assert not delivery.is_current("2026-12-01:1", last, last)


def days(last: date) -> list[date]:
    return [last - timedelta(days=before) for before in range(-2, 12)]


def test_a_manifest_is_the_last_version_of_each_document() -> None:
    files = [SimpleNamespace(name=name, version=n, sha256=f"{name}{n}") for name, n in (("b", 2), ("a", 1), ("b", 1))]
    written = delivery.manifest(files)
    assert [(one["name"], one["version"]) for one in written] == [("a", 1), ("b", 2)]
    assert delivery.digest(written, None) != delivery.digest(written, 2)
    assert delivery.digest(written, None) != delivery.digest(written[:1], None)


@pytest.mark.parametrize("state", MISSION.states)
def test_the_line_of_time_has_one_current_step_at_most(state: str) -> None:
    dates = dict.fromkeys(("created_at", "assigned_at", "starts_at", "started_at", "delivered_at", "accepted_at"), NOON)
    found = steps(SimpleNamespace(state=state, cancelled_at=NOON, **dates), str)
    assert [one.state for one in found].count("current") == (0 if state == "accepted" else 1)
    assert found[0].state == "done"


def test_months_go_over_the_year() -> None:
    found = months_from(ON)
    assert (found[0], found[1], found[2], found[-1]) == (
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 10, 1),
    )
    assert [last_day(one).day for one in found[:4]] == [30, 31, 31, 28]


def test_what_is_asked_is_compared_from_the_first_month_on() -> None:
    """What is not done in a quiet month may be done before its last one, never after."""
    starts = months_from(ON)
    able = dict.fromkeys(starts, 10)
    late = date(2026, 3, 1)
    fits = outlook(starts, able, {starts[2]: 25}, {late: 3}, {None: 7, starts[2]: 2})
    assert (fits.holds, fits.undated, fits.months[0].to_plan) == (True, 7, 3)
    short = outlook(starts, able, {starts[2]: 25}, {late: 3}, {starts[2]: 3})
    assert short.holds is False
    assert short.sentence.replace("\xa0", " ") == (
        "D’ici fin janvier 2027, il y a 31 demi-journées à faire pour 30 possibles : il en manque 1."
    )
    assert outlook(starts, {}, {}, {}, {}).holds
