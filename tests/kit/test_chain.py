"""Checking a chain, without a database: each way of tampering names its line, and only that one."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import signing
from kit.chain import Anchor, Fault, Head, Line, next_hash
from kit.chain_check import Checker

AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def a_chain(length: int, before: str = "", first: int = 1, word: str = "fait") -> list[Line]:
    """Lines that follow one another."""
    lines = []
    for number in range(first, first + length):
        text = json.dumps([number, "t", f"id-{number}", word, {}])
        before = next_hash(before, text)
        lines.append(Line(number, before, text, f"id-{number}", "2026-03-01T00:00:00.000000Z", "a.one"))
    return lines


def an_anchor(line: Line, days: int = 0) -> Anchor:
    """Signed by this installation."""
    anchor = Anchor("t", line.number, line.hash, AT + timedelta(days=days), signing.public_key())
    return replace(anchor, signature=signing.sign(anchor.statement))


def check(lines: Iterable[Line], head: Head | None = None, *anchors: Anchor) -> list[Fault]:
    """Every fault; the head is that of the last line unless another is given."""
    found = list(lines)
    checker = Checker({one.number: one for one in anchors}, signing.known_keys())
    head = head or (Head(found[-1].number, found[-1].hash) if found else Head())
    return [*checker.follow(found), *checker.finish(head)]


def said(faults: list[Fault]) -> list[tuple[str, int, int]]:
    """Kind, first line, last line."""
    return [(one.kind, one.number, one.through) for one in faults]


def altered(lines: list[Line], number: int) -> list[Line]:
    """Another word in one line."""
    return [replace(one, text=one.text.replace("fait", "défait")) if one.number == number else one for one in lines]


def follow(lines: list[Line]) -> list[Line]:
    """The same texts with hashes that follow: what a forger of the whole makes."""
    before, made = "", []
    for one in lines:
        before = next_hash(before, one.text)
        made.append(replace(one, hash=before))
    return made


def test_a_sound_chain_has_no_fault() -> None:
    lines = a_chain(20)
    assert check(lines, None, an_anchor(lines[4]), an_anchor(lines[19], 1)) == []
    assert check([]) == []


@given(st.integers(1, 12), st.data())
def test_one_line_altered_is_named_and_no_other(length: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, length))
    lines = altered(a_chain(length), number)
    (fault,) = check(lines)
    assert said([fault]) == [("altered", number, number)]
    assert (fault.id, fault.action, fault.at[:10]) == (f"id-{number}", "a.one", "2026-03-01")


@given(st.integers(2, 12), st.data())
def test_one_hash_altered_is_named_and_no_other(length: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, length - 1))
    lines = [replace(one, hash="0" * 64) if one.number == number else one for one in a_chain(length)]
    assert said(check(lines)) == [("altered", number, number)]


@given(st.integers(3, 12), st.data())
def test_lines_removed_are_counted(length: int, data: st.DataObject) -> None:
    since = data.draw(st.integers(2, length - 1))
    until = data.draw(st.integers(since, length - 1))
    lines = [one for one in a_chain(length) if not since <= one.number <= until]
    assert said(check(lines)) == [("removed", since, until)]


def test_lines_removed_at_the_beginning_or_the_end() -> None:
    lines = a_chain(10)
    head = Head(10, lines[9].hash)
    assert said(check(lines[3:], head)) == [("removed", 1, 3)]
    assert said(check(lines[:7], head)) == [("removed", 8, 10)]
    assert said(check([], head)) == [("removed", 1, 10)]


def test_two_lines_swapped_are_both_named() -> None:
    lines = a_chain(6)
    second, fourth = lines[1], lines[3]
    lines[1], lines[3] = replace(fourth, number=2), replace(second, number=4)
    assert [one.number for one in check(lines) if one.kind == "altered"] >= [2]
    assert {2, 4} <= {one.number for one in check(lines)}


@pytest.mark.parametrize("place", [0, 1], ids=["before", "after"])
def test_a_second_line_with_a_number_is_the_stranger(place: int) -> None:
    lines = a_chain(6)
    forged = Line(3, next_hash("x", "[]"), "[]", "id-forged")
    lines.insert(2 + place, forged)
    faults = check(lines)
    assert ("inserted", 3, 3) in said(faults)
    assert {one.id for one in faults} == {"id-forged"}


def test_a_line_slipped_in_with_new_numbers_is_the_first_named() -> None:
    lines = a_chain(6)
    forged = replace(a_chain(1, lines[2].hash, 4, "forgé")[0], id="id-forged")
    moved = [
        replace(one, number=one.number + 1, text=one.text.replace(f"[{one.number},", f"[{one.number + 1},"))
        for one in lines[3:]
    ]
    faults = check([*lines[:3], forged, *moved])
    assert said(faults)[0] == ("altered", 5, 5), "the forged line follows; the first that was renumbered does not"


def test_the_head_moved_back_or_to_another_hash() -> None:
    lines = a_chain(6)
    assert said(check(lines, Head(4, lines[3].hash))) == [("head", 5, 6)]
    assert said(check(lines, Head(6, "0" * 64))) == [("head", 6, 6)]
    assert said(check(lines, Head())) == [("head", 1, 6)]


def test_a_whole_suffix_forged_with_its_head_is_told_by_the_anchor_alone() -> None:
    lines = a_chain(12)
    anchors = [an_anchor(lines[number], number) for number in (3, 7, 11)]
    forged = follow(altered(lines, 6))
    assert check(forged) == [], "nothing in the chain itself shows it"
    (fault,) = check(forged, None, *anchors)
    assert said([fault]) == [("anchor", 5, 8)]
    assert "5 à 8" in fault.what


def test_a_tail_cut_with_its_head_is_told_by_the_anchor_alone() -> None:
    lines = a_chain(12)
    anchor = an_anchor(lines[9])
    assert check(lines[:6]) == []
    assert said(check(lines[:6], None, anchor)) == [("removed", 7, 10)]


def test_an_anchor_of_another_key_or_of_other_words_is_none() -> None:
    lines = a_chain(6)
    anchor = an_anchor(lines[3])
    for forged in (
        replace(anchor, public_key="A" * 43 + "="),
        replace(anchor, signature=signing.sign(b"something else")),
        replace(anchor, at=AT + timedelta(days=1)),
        replace(anchor, tenant_id="another"),
        replace(anchor, signature="é"),
    ):
        assert said(check(lines, None, forged)) == [("anchor", 4, 4)]


def test_an_anchor_that_the_chain_tells_of_must_be_there() -> None:
    lines = a_chain(4)
    text = json.dumps([5, {"number": 4}])
    told = Line(5, next_hash(lines[3].hash, text), text, "id-5", "2026-03-01T02:00:00.000000Z", "audit.anchor")
    assert check([*lines, told], None, an_anchor(lines[3])) == []
    assert said(check([*lines, told])) == [("anchor", 4, 4)]


def purged(through: int, lines: list[Line]) -> list[Line]:
    """What is left after a purge, and the line that tells of it."""
    number = lines[-1].number + 1
    text = json.dumps([number, {"number": through}])
    told = Line(number, next_hash(lines[-1].hash, text), text, "id-p", "2026-03-02T00:00:00.000000Z", "audit.purge")
    return [*lines[through:], told]


def test_a_purged_chain_goes_on_from_its_anchor() -> None:
    lines = a_chain(10)
    anchor = an_anchor(lines[3])
    assert check(purged(4, lines), None, anchor) == []
    assert said(check(altered(purged(4, lines), 5), None, anchor)) == [("altered", 5, 5)]
    assert said(check(purged(4, lines)[1:], None, anchor)) == [("removed", 5, 5)]
    assert said(check(lines[4:], None, anchor)) == [("removed", 1, 4)], "a purge that no line tells of"


@pytest.mark.parametrize(
    "text", ["", "null", "{}", "[]", "[1]", '["é", {"number": "4"}]', '[{"number": true}]', '[{"number": null}]']
)
def test_a_text_that_is_no_line_breaks_nothing(text: str) -> None:
    line = Line(1, next_hash("", text), text, action="audit.purge")
    assert check([line]) == []


def test_memory_does_not_grow_with_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    def endless(count: int) -> Iterable[Line]:
        before = ""
        for number in range(1, count + 1):
            before = next_hash(before, "[]")
            yield Line(number, before, "[]")

    measure: Callable[[int], int] = lambda count: _peak(lambda: list(Checker({}, ()).follow(endless(count))))  # noqa: E731

    def _peak(act: Callable[[], object]) -> int:
        tracemalloc.start()
        try:
            act()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert measure(20_000) < measure(200) + 20_000
