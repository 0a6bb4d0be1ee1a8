"""The demonstration in a folder of its own, and one browser for each of its people."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app.processes.ports import answers
from tests.journeys.conftest import chromium  # noqa: F401 - a fixture
from tests.kit.crew import eventually
from tests.notifications.post import free_port

PROJECT = Path(__file__).resolve().parents[2]
CRRC = str(Path(sys.executable).with_name("crrc"))
LINK = re.compile(r"^  (\S.*), [^,]+\n\s+(http\S+)", re.MULTILINE)
PATIENCE = 900  # seconds: a first demonstration on a busy machine
WIDTH, HEIGHT = 1280, 900


@pytest.fixture(scope="session")
def demo() -> Iterator[dict[str, str]]:
    """The environment of a demonstration that answers. CRRC_GUIDE_HOME and CRRC_GUIDE_PORT name one that runs."""
    port = os.environ.get("CRRC_GUIDE_PORT", str(free_port()))
    home = os.environ.get("CRRC_GUIDE_HOME", str(PROJECT / ".crrc-guide"))
    named = {"CRRC_HOME": home, "CRRC_PORT": port, "CRRC_BASE_URL": f"http://127.0.0.1:{port}", "CRRC_WEB_WORKERS": "1"}
    environment = os.environ | named
    if answers(int(port)):
        yield environment
        return
    with subprocess.Popen([CRRC, "demo", "--reset"], env=environment, stdout=subprocess.DEVNULL) as running:
        try:
            eventually(lambda: answers(int(port)), PATIENCE)
            yield environment
        finally:
            running.terminate()
            running.wait(30)
    subprocess.run([CRRC, "stop"], env=environment, check=False)


@pytest.fixture(scope="session")
def page_of(demo: dict[str, str], chromium: Browser) -> Iterator[Callable[[str], Page]]:  # noqa: F811
    """The browser of a role, signed in on the first call; "" is a visitor."""
    said = subprocess.run([CRRC, "demo-links"], env=demo, capture_output=True, text=True, check=True).stdout
    links, pages = dict(LINK.findall(said)), dict[str, Page]()

    def open_page(role: str) -> Page:
        if role not in pages:
            context = chromium.new_context(
                base_url=demo["CRRC_BASE_URL"],
                locale="fr-FR",
                timezone_id="Europe/Paris",
                viewport={"width": WIDTH, "height": HEIGHT},
                reduced_motion="reduce",
            )
            context.set_default_timeout(20_000)
            pages[role] = context.new_page()
            if role:
                pages[role].goto(links[role])
                pages[role].get_by_role("button", name="Se connecter").click()
        return pages[role]

    yield open_page
    for page in pages.values():
        page.context.close()
