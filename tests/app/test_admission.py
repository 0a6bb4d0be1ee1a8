"""When everybody comes at once: who writes is served, who reads waits a little, and is told when it would be long."""

import threading
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs

from app.admission import LONGEST_WAIT, ROOM, SECONDS, SENTENCE, WAITING, Admission
from app.busy import busy_page
from app.rendering import asset
from app.watching.measuring import BUSY
from app.watching.meters import meters

PLACES = 2
PAGE = f'<meta http-equiv="refresh" content="{SECONDS}"><p>{SENTENCE}'


class Portal:
    """An application that answers when it is let; `inside` counts who is in it."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.inside = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.inside.release()
        assert self.let.wait(20)
        start_response("200 OK", [])
        return [b"page"]


class Asker:
    """Somebody's request, in a thread of its own."""

    def __init__(self, door: Admission, method: str = "GET", path: str = "/bretagne/") -> None:
        self.status, self.headers, self.body = "", {}, b""
        self.asked = {"REQUEST_METHOD": method, "PATH_INFO": path}
        self.thread = threading.Thread(target=self._ask, args=(door,))
        self.thread.start()

    def _ask(self, door: Admission) -> None:
        def start(status: str, headers: list[tuple[str, str]]) -> None:
            self.status, self.headers = status, dict(headers)

        self.body = b"".join(door(self.asked, start))

    def answered(self) -> str:
        """The status, once it is there."""
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.status


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def crowded(portal: Portal) -> Iterable[tuple[Admission, list[Asker]]]:
    """Two pages are being answered, and as many wait as may."""
    door = Admission(portal, PLACES, PAGE)
    readers = [Asker(door) for _ in range(PLACES + PLACES * WAITING)]
    for _ in range(PLACES):
        assert portal.inside.acquire(timeout=5)
    while door.waiting < PLACES * WAITING:
        pass
    yield door, readers
    portal.let.set()
    assert [one.answered() for one in readers] == ["200 OK"] * len(readers)


def test_one_reader_too_many_is_told_to_come_back(crowded: tuple[Admission, list[Asker]]) -> None:
    door, _ = crowded
    late = Asker(door)
    assert late.answered().startswith("503")
    assert 4 <= int(late.headers["Retry-After"]) <= 9
    page = late.body.decode()
    assert f'http-equiv="refresh" content="{late.headers["Retry-After"]}"' in page
    assert "conservé" in page
    assert late.headers["Cache-Control"] == "no-store"


def test_who_is_turned_away_is_counted_and_logged_like_anybody(crowded: tuple[Admission, list[Asker]]) -> None:
    counted = meters().requests.labels(BUSY, "GET", "503")._value.get
    before = counted()
    with capture_logs() as lines:
        late = Asker(crowded[0])
        assert late.answered().startswith("503")
    assert counted() == before + 1
    line = next(one for one in lines if one["event"] == "request")
    assert (line["method"], line["route"], line["status"], line["tenant"]) == ("GET", BUSY, 503, None)


def test_the_page_is_the_houses_and_has_no_script(application: Flask) -> None:
    page = busy_page(application)
    assert asset("app.css") in page
    assert "crrc-header" in page
    assert page.count(SECONDS) == 2, "for the browser, and for who reads"
    assert "<script" not in page
    assert "nonce" not in page
    assert "style=" not in page


def test_a_program_is_told_as_a_program(crowded: tuple[Admission, list[Asker]]) -> None:
    late = Asker(crowded[0], path="/api/v1/bretagne/campaigns")
    assert late.answered().startswith("503")
    assert late.headers["Content-Type"] == "application/problem+json"
    assert b'"code": "busy"' in late.body


@pytest.mark.parametrize("path", ["/bretagne/candidacies/1/submit", "/bretagne/candidacies/1/autosave"])
def test_who_writes_waits_for_no_reader(crowded: tuple[Admission, list[Asker]], portal: Portal, path: str) -> None:
    door, _ = crowded
    writer = Asker(door, "POST", path)
    assert portal.inside.acquire(timeout=5), "it is being answered while the pages wait"
    portal.let.set()
    assert writer.answered() == "200 OK"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/build/app.css", "/bretagne/brand.css"])
def test_probes_and_files_pass(crowded: tuple[Admission, list[Asker]], portal: Portal, path: str) -> None:
    seen = Asker(crowded[0], path=path)
    assert portal.inside.acquire(timeout=5)
    portal.let.set()
    assert seen.answered() == "200 OK"


def test_a_page_that_fails_gives_its_place_back() -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise ZeroDivisionError

    door = Admission(broken, PLACES, PAGE)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            door({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, lambda *_: None)


def test_who_submits_waits_for_nobody_who_saves(portal: Portal) -> None:
    door = Admission(portal, PLACES, PAGE)
    savings = [Asker(door, "POST", "/bretagne/candidacies/1/autosave") for _ in range(PLACES + 3)]
    for _ in range(PLACES):
        assert portal.inside.acquire(timeout=5)
    last = Asker(door, "POST", "/bretagne/candidacies/1/submit")
    assert portal.inside.acquire(timeout=5), "it is being answered while savings wait"
    portal.let.set()
    assert {one.answered() for one in [*savings, last]} == {"200 OK"}


def test_the_server_has_threads_for_all_who_wait() -> None:
    assert ROOM > 1 + WAITING + 1, "writings find a thread when every page that may wait waits"


def test_nobody_waits_longer_than_a_browser_would() -> None:
    assert LONGEST_WAIT < 10
