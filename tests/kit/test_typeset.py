"""Documents on paper: the same bytes, in any thread, whatever people wrote."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from kit import typeset as kept
from kit.typeset import typeset

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEMPLATE = b"""#let paper = json(bytes(sys.inputs.data))
#set document(title: "Essai")
#set text(font: ("Radio Canada", "DejaVu Sans Mono"), lang: "fr")
#paper.text
#strong(paper.text)
#text(font: "Libertinus Serif", paper.text)
"""


@pytest.mark.parametrize("standard", ["a-2b", "a-3b"])
def test_the_same_data_give_the_same_bytes_in_any_thread(standard):
    with ThreadPoolExecutor(3) as pool:
        made = set(pool.map(lambda _: typeset(TEMPLATE, {"text": "é"}, AT, standard), range(6)))
    assert made == {typeset(TEMPLATE, {"text": "é"}, AT, standard)}


def test_what_is_thought_easy_is_drawn_by_every_font():
    characters = [chr(code) for code in range(0x20, 0x3000) if not kept._EASY.match(chr(code))]
    assert typeset(TEMPLATE, {"text": " ".join(characters)}, AT)


@pytest.mark.parametrize("text", ["😀", "日本", "\x00", "🇫🇷", "a\u0301", "Ω ж ع"])
def test_what_no_font_draws_does_not_stop_the_document(text):
    assert typeset(TEMPLATE, {"text": text, "list": [text, 1, None]}, AT, "a-3b")


def test_only_what_cannot_be_drawn_is_replaced():
    assert kept._drawable({"a": ["Ω 😀 é", 3, True]}) == {"a": ["Ω □ é", 3, True]}
