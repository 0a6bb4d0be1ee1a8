"""The five people of the demonstration and a visitor, each with a browser, and the main pages of each."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, Browser, Page, Playwright, sync_playwright

from tests.chromium import find_chromium
from tests.guide.album import ALBUM, ESMS, VISITOR, Picture, follow
from tests.guide.conftest import LINK

CRRC = str(Path(sys.executable).parent / "crrc")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
CALL = "Exercice de gestion de crise cyber"
MORE = (
    Picture("accueil", VISITOR, "/"),
    Picture("esms-rubrique", ESMS, "/candidacies", follow(CALL, "Votre exercice")),
    Picture("esms-compte", ESMS, "/account"),
)
CHANGING = {"esms-pieces", "ars-document"}  # they keep something, or answer to a form: no page one comes back to


@dataclass(frozen=True, slots=True)
class MainPage:
    """A page by its name, whose it is, and its whole address."""

    name: str
    role: str
    address: str


@dataclass(frozen=True, slots=True)
class Browsers:
    """The browser, and what each person's holds once signed in (Playwright's storage state)."""

    playwright: Playwright
    chromium: Browser
    path: str
    address: str
    signed_in: dict[str, Any]

    @contextmanager
    def fresh(self, role: str) -> Iterator[Page]:
        """A page in a browser that has kept nothing but the person's cookies."""
        context = self.chromium.new_context(base_url=self.address, locale="fr-FR", storage_state=self.signed_in[role])
        context.set_default_timeout(20_000)
        try:
            yield context.new_page()
        finally:
            context.close()

    @contextmanager
    def asking(self, role: str) -> Iterator[APIRequestContext]:
        """The person's requests, without what a browser makes of the answers."""
        asked = self.playwright.request.new_context(base_url=self.address, storage_state=self.signed_in[role])
        try:
            yield asked
        finally:
            asked.dispose()

    def cookies(self, role: str) -> str:
        """The person's cookies, as a header."""
        return "; ".join(f"{one['name']}={one['value']}" for one in self.signed_in[role].get("cookies", ()))


@contextmanager
def browsers(environment: dict[str, str]) -> Iterator[Browsers]:
    """Everybody, signed in. Raises RuntimeError when this machine has no Chromium."""
    path = find_chromium()
    if path is None:
        raise RuntimeError("No Chromium: make browser finds one, or CRRC_CHROMIUM names it.")
    address = environment["CRRC_BASE_URL"]
    said = subprocess.run([CRRC, "demo-links"], env=environment, capture_output=True, text=True, check=True).stdout
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        everybody = Browsers(playwright, chromium, path, address, {VISITOR: {}})
        for role, link in LINK.findall(said):
            with chromium.new_context() as context:
                page = context.new_page()
                page.goto(link)
                page.get_by_role("button", name="Se connecter").click()
                page.wait_for_url("**/bretagne/**" if "Normandie" not in role else "**/normandie/**")
                everybody.signed_in[role] = context.storage_state()
        yield everybody
        chromium.close()


def main_pages(everybody: Browsers) -> list[MainPage]:
    """The pages of the guides and a few more, where their links lead today."""
    found = []
    for picture in (*MORE, *(one for one in ALBUM if one.name not in CHANGING)):
        with everybody.fresh(picture.role) as page:
            page.goto(f"/bretagne{picture.path}")
            picture.way(page)
            page.wait_for_load_state("networkidle")
            found.append(MainPage(picture.name, picture.role, page.url))
    return found
