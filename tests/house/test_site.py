"""The documentation hangs together: every page in the navigation, every link and picture there, French signs held."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from tests.house.imports import FLOORS, PROJECT
from tests.house.test_typography import WRONG

DOCS = PROJECT / "docs"
ROOT_PAGES = [PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")]
LEFT_OUT: set[str] = set()  # pages of docs/ that are not for readers of the site
SHOWN = {".py", ".html"}  # where the words of the portal are
SAID = {"Le portail ne répond pas", "le 23 septembre à 23 h 59"}  # what people say
HEAVIEST = 120_000  # bytes of a picture
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s\"[^\"]*\")?\)")


class Loader(yaml.SafeLoader):
    """mkdocs.yml names Python functions, which are none of our business."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)  # type: ignore[no-untyped-call]
SITE: dict[str, Any] = yaml.load((PROJECT / "mkdocs.yml").read_text(), Loader)
EXTRA = SITE["extra"]
PAGES = [*ROOT_PAGES, PROJECT / "infra/terraform/README.md", *sorted(DOCS.rglob("*.md"))]
FRENCH = [DOCS / "index.md", *sorted((DOCS / "guide").glob("*.md"))]


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub(lambda block: "\n" * block[0].count("\n"), path.read_text())


def links(path: Path) -> Iterator[tuple[str, str, bool]]:
    """(target, anchor, whether it is a picture) of each relative link of a page."""
    for bang, whole in LINK.findall(re.sub(r"`[^`\n]*`", "", prose(path))):
        if not re.match(r"[a-z]+:", whole):
            target, _, anchor = unquote(whole).partition("#")
            yield target, anchor, bool(bang)


def anchors(path: Path) -> set[str]:
    """The anchors of a page's titles, as the site and the forges make them."""
    titles = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    words = [re.sub(r"\]\([^)]*\)|[`*\[]", "", title).strip().lower() for title in titles]
    return {re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", one)).replace(" ", "-") for one in words}


def in_navigation(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    else:
        for one in part.values() if isinstance(part, dict) else part:
            yield from in_navigation(one)


def test_every_page_is_in_the_navigation_or_left_out() -> None:
    told = list(in_navigation(SITE["nav"]))
    decisions = {f"adr/{path.name}" for path in (DOCS / "adr").glob("0*.md")}  # docs/site/hooks.py adds them
    there = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    assert there - LEFT_OUT == ({*told, *decisions} - set(EXTRA["from_root"])) - (set(EXTRA["awaited"]) - there)
    assert len(told) == len(set(told))
    assert [source for source in EXTRA["from_root"].values() if not (PROJECT / source).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=[str(path.relative_to(PROJECT)) for path in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target, anchor, _ in links(page):
        goal = (page.parent / target).resolve() if target else page
        awaited = goal.parent == DOCS and goal.name in EXTRA["awaited"]
        if not goal.exists() and not awaited:
            lost.append(target)
        elif anchor and goal.suffix == ".md" and goal.exists() and anchor not in anchors(goal):
            lost.append(f"{target}#{anchor}")
    assert lost == []


def test_every_picture_is_shown_and_light() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for target, _, picture in links(page) if picture}
    assert set((DOCS / "guide/images").iterdir()) <= shown
    assert [path.name for path in shown if path.stat().st_size > HEAVIEST] == []


def test_every_picture_has_words() -> None:
    wordless = [page.name for page in PAGES if re.search(r"!\[\s*\]\(", prose(page))]
    assert wordless == []


@pytest.mark.parametrize("page", FRENCH, ids=[path.name for path in FRENCH])
def test_french_pages_hold_their_signs(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`|^!!!.*$|\]\([^)]*\)", "", prose(page), flags=re.MULTILINE)
    assert [line for line in text.splitlines() if WRONG.search(line)] == []


def test_its_tools_are_locked_apart_from_the_portal() -> None:
    lock = (DOCS / "site/requirements.lock").read_text()
    assert re.findall(r"^[a-z].*(?<! \\)$", lock, re.MULTILINE) == []  # a package without a hash ends its line
    assert "\nmkdocs==" not in (PROJECT / "requirements.lock").read_text()


def test_the_guides_quote_words_that_the_portal_shows() -> None:
    sources = [path for floor in FLOORS for path in (PROJECT / floor).rglob("*.*") if path.suffix in SHOWN]
    shown = "\n".join(path.read_text() for path in sources).replace("\\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")
    quote = re.compile("«\N{NO-BREAK SPACE}([^»]+)\N{NO-BREAK SPACE}»")
    quoted = {one.replace("\n", " ") for page in FRENCH for one in quote.findall(prose(page))}
    words = {part for one in quoted - SAID for part in one.split(", ")}
    assert sorted(one for one in words if one.rstrip("…") not in shown) == []
