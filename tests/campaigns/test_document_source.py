"""A broken text answers with its line, its column and its path; nothing it holds is ever a 500."""

import json

import pytest

from kit.document.finding import Finding
from kit.document.source import read_data, read_json, read_yaml
from tests.campaigns.documents import EXAMPLES


def only(source: object) -> Finding:
    findings: list[Finding] = source.findings  # type: ignore[attr-defined]
    assert len(findings) == 1, findings
    return findings[0]


@pytest.mark.parametrize(
    ("text", "line", "column", "path", "words"),
    [
        ("a: 1\na: 2\n", 2, 1, "a", "deux fois"),
        ("form:\n  sections:\n    - key: x\n      key: y\n", 4, 7, "form.sections[0].key", "deux fois"),
        ("windows:\n  - opens_at: 2025-01-01T10:00\n\tcloses_at: x\n", 3, 1, "windows[0]", "tabulation"),
        ("title: AMI : un appel: deux\n", 1, 12, "", "deux-points"),
        ('windows:\n  - name: "première\n', 3, 1, "windows[0].name", "guillemet"),
        ("texts: &t\n  who: x\n", 1, 8, "texts", "renvois"),
        ("title: *t\n", 1, 8, "title", "renvois"),
        ("title: !!python/object:os.system x\n", 1, 8, "title", "étiquettes"),
        ("a: 1\n---\nb: 2\n", 2, 1, "", "un document"),
        ("{? [a] : b}", 1, 4, "", "clé"),
        ("title: \x07\n", 1, 8, "", "caractère"),
        ("windows: [[[\n", 2, 1, "windows[0][0][0]", "mal formé"),
        ("rule:\n" + "".join(f"{'  ' * depth}not:\n" for depth in range(1, 60)), 41, 81, None, "profondément"),
        ('title: "\\0"\n', 1, None, "title", "caractère"),
        ("places: 99999999999999999\nplaces: 1\n", 2, 1, "places", "deux fois"),
    ],
)
def test_broken_yaml_says_where(text: str, line: int, column: int | None, path: str | None, words: str) -> None:
    finding = only(read_yaml(text))
    assert (finding.level, finding.line, finding.column) == ("error", line, column)
    assert path is None or finding.path == path
    assert words in finding.sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "vide"),
        ("# rien\n", "vide"),
        ("- 1\n", "groupe de clés"),
        ("bonjour", "groupe de clés"),
        (b"title: \xe9t\xe9\n", "UTF-8"),
        ("a: " + "x" * 300_000, "trop long"),
    ],
)
def test_what_is_not_a_document(content: str | bytes, words: str) -> None:
    source = read_yaml(content)
    assert source.data is None
    assert words in only(source).sentence


def test_texts_that_look_like_something_else_stay_texts() -> None:
    data = read_yaml("a: 01\nb: 2A\nc: 16:00\nd: 2025-09-09\ne: no\nf: .nan\ng: 1_000\nh: 22\ni: 1.0\nj: ~\n").data
    assert isinstance(data, dict)
    assert list(data.values()) == ["01", "2A", "16:00", "2025-09-09", "no", ".nan", "1_000", 22, 1, None]


def test_a_byte_order_mark_is_nothing() -> None:
    assert read_yaml("\ufeffa: 1\n").data == read_yaml(b"\xef\xbb\xbfa: 1\n").data == {"a": 1}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a": 1, "a": 2}', "deux fois"),
        (b'{"a": ', "JSON"),
        (b'{"a": NaN}', "nombre"),
        (b'{"a": 1e-300}', "nombre"),
        (b'{"a": 1e999}', "nombre"),
        (b'{"a": 123456789012345678}', "nombre"),
        (b'{"a": "\\u0000"}', "caractère"),
        (b'{"a": "\\ud800"}', "caractère"),
        (b'{"\\ud800": 1}', "clé"),
        (b"[" * 100_000, "profondément"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "démesuré"),
        (b"[1]", "groupe de clés"),
        (b"null", "vide"),
    ],
)
def test_broken_json_is_a_sentence(content: bytes, words: str) -> None:
    source = read_json(content)
    assert source.data is None
    assert words in only(source).sentence


def test_json_and_yaml_of_the_same_document_are_the_same() -> None:
    data = read_yaml((EXAMPLES / "bretagne-2025-exercice.yaml").read_bytes()).data
    assert read_json(json.dumps(data).encode()).data == data == read_data(data).data


def test_a_finding_stands_at_the_nearest_written_line() -> None:
    source = read_yaml("windows:\n  - opens_at: x\nform:\n  sections: []\n")
    missing = Finding("error", "windows[0].closes_at", "Il manque « closes_at ».")
    elsewhere = Finding("warning", "texts.who", "…")
    placed = source.placed([Finding("error", "form.sections", "…"), missing, elsewhere])
    assert [(one.path, one.line) for one in placed] == [
        ("texts.who", 1),
        ("windows[0].closes_at", 2),
        ("form.sections", 4),
    ]
    assert str(placed[1]) == "error windows[0].closes_at (line 2): Il manque « closes_at »."
