"""What every first view carries stays light, and the sheet holds of GOV.UK Frontend what pages ask for, no more."""

import gzip
import re
from pathlib import Path

from app.rendering import asset

APP = Path(__file__).resolve().parents[2] / "app"
NAME = re.compile(r"govuk-[\w-]+")
EVERY_VIEW = ("app.css", "app.js", "radio-canada-latin.woff2")
FORM = ("autosave.js", "attachments.js")
HEAVIEST = 60_000  # bytes of a first view
LEFT = 6_500  # of them, for the page itself, the portal's colours, the manifest and what answers say of themselves


def built(name: str) -> bytes:
    return (APP / asset(name).removeprefix("/")).read_bytes()


def weight(*names: str) -> int:
    """Bytes as they travel: a font is compressed already."""
    return sum(len(built(one)) if one.endswith(".woff2") else len(gzip.compress(built(one), 9)) for one in names)


def test_the_first_view_of_the_heaviest_page_leaves_room_for_the_page() -> None:
    assert weight(*EVERY_VIEW, *FORM) < HEAVIEST - LEFT


def test_the_sheet_has_what_pages_ask_for_and_nothing_else() -> None:
    sheet = built("app.css").decode()
    asked = {name for path in APP.joinpath("templates").rglob("*.html") for name in NAME.findall(path.read_text())}
    asked |= {name for path in APP.joinpath("assets").rglob("*.js") for name in NAME.findall(path.read_text())}
    begun = tuple(name for name in asked if name.endswith("-"))
    styled = set(re.findall(r"\.(govuk-[\w-]+)", sheet))
    assert [name for name in styled - asked if not name.startswith(begun)] == []
    assert {"govuk-input--width-10", "govuk-input--width-5", "govuk-error-summary", "govuk-body-l"} <= styled
