"""What stories share: one browser for the session, a fresh visitor for each person, axe on every page they reach."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from kit import embedded
from tests.chromium import find_chromium
from tests.databases import own_database
from tests.journeys.portal import Portal, open_portal
from tests.notifications.post import Post, open_post

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
QUIET = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, headless."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-sync", *(f"--{flag}" for flag in QUIET)]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        yield browser
        browser.close()


@pytest.fixture
def post() -> Iterator[Post]:
    """A real mail server."""
    with open_post() as opened:
        yield opened


@pytest.fixture(autouse=True)
def own(database: str, servers: embedded.Endpoints) -> Iterator[str]:
    """A database of the story's own: its processes would serve every region that other tests left behind."""
    with own_database(servers, f"crrc_story_{os.getpid()}") as url:
        yield url


@pytest.fixture
def portal(own: str, tmp_path: Path, post: Post) -> Iterator[Portal]:
    """The portal's processes, not started yet, on the story's database."""
    with open_portal(tmp_path, post) as opened:
        yield opened


@pytest.fixture
def visitor(chromium: Browser, portal: Portal) -> Iterator[Callable[..., Page]]:
    """A person with a browser of their own. `script=False`: without JavaScript; `phone=True`: 360 pixels wide."""
    contexts = []

    def arrive(script: bool = True, phone: bool = False) -> Page:
        context = chromium.new_context(
            base_url=portal.address,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            java_script_enabled=script,
            bypass_csp=script,
            viewport={"width": 360, "height": 780} if phone else {"width": 1280, "height": 900},
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context.new_page()

    yield arrive
    for context in contexts:
        context.close()


def accessible(page: Page) -> None:
    """axe finds nothing, by WCAG 2.2 AA and its best practices. For a page with scripts."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then(done => done.violations.map(one => [one.id, one.nodes.map(n => n.html)]))")
    assert found == [], f"{page.url}: {found}"
