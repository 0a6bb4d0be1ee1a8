"""People and programs at the portal's only address, by TLS: everything they ask is kept, with what they were told."""

import http.client
import json
import re
import select
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.kit.crew import eventually

PAUSE = 0.1  # seconds between two requests of one person: nginx lets an address ask fifty times a second
PATIENCE = 15  # seconds: more than a host that is gone without a word costs
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Loss:
    """Something was lost from `begun` to `cut`, and everybody was served again at `ended`."""

    what: str
    begun: float
    cut: float
    ended: float

    def holds(self, one: "Said") -> bool:
        """Whether a request was under way during it."""
        return self.begun <= one.ended and one.begun <= self.ended


@dataclass(frozen=True)
class Said:
    """An answer; status 0 when there was none."""

    method: str
    path: str
    begun: float
    ended: float
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def failed(self) -> bool:
        return self.status == 0 or self.status >= 400


class Caller:
    """Somebody with a connection that they keep, and their cookies."""

    def __init__(self, address: str, trust: ssl.SSLContext) -> None:
        self.host, self.trust = urlsplit(address).hostname or "", trust
        self.connection: http.client.HTTPSConnection | None = None
        self.cookies: dict[str, str] = {}
        self.said: list[Said] = []

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Said:
        """One request, once; as browsers do, a page is asked for again when the kept connection had ended."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            named["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        begun, kept = time.time(), self._is_open()
        try:
            content, status, told = self._exchange(method, path, body, named)
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            if kept and method == "GET" and isinstance(error, ConnectionError):
                return self.ask(method, path, body, **headers)
            content, status, told = repr(error).encode(), 0, http.client.HTTPMessage()
        heard = {name.lower(): value for name, value in told.items()}
        said = Said(method, path, begun, time.time(), status, heard, content)
        self.said.append(said)
        return said

    def _is_open(self) -> bool:
        """Whether there is a connection, which the other side has not ended meanwhile."""
        if self.connection is not None and select.select([self.connection.sock], [], [], 0)[0]:
            self.hang_up()
        return self.connection is not None

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[bytes, int, http.client.HTTPMessage]:
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(self.host, timeout=PATIENCE, context=self.trust)
            self.connection.connect()
        self.connection.request(method, path, body, dict(headers))
        answer = self.connection.getresponse()
        content, told = answer.read(), answer.headers
        for one in told.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(one).items()}
        if answer.will_close:
            self.hang_up()
        return content, answer.status, told

    def hang_up(self) -> None:
        """The next request opens a connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Browser(Caller):
    """A person: sends forms as the portal's pages do."""

    seal = ""

    def look(self, path: str) -> str:
        """A page, read again until it is there; forms of it are sealed from now on."""
        said: list[Said] = []

        def there() -> bool:
            said.append(self.ask("GET", path))
            return not said[-1].failed

        eventually(there, pause=0.5)
        assert said[-1].status == 200, said[-1]
        text = said[-1].body.decode()
        found = CSRF.search(text)
        self.seal = found[1] if found else self.seal
        return text

    def send(self, path: str, **typed: Any) -> Said:
        """A form, once."""
        body = urlencode({"csrf_token": self.seal, **typed}, doseq=True).encode()
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def piece(self, path: str, offset: int, content: bytes) -> Said:
        """A piece of a file, once."""
        told = {"Upload_Offset": str(offset), "X_CSRF_Token": self.seal, "Accept": "application/json"}
        return self.ask("PATCH", path, content, Content_Type="application/octet-stream", **told)


class Program(Caller):
    """Saves a number in a file of its own, again and again; `strange` is what it read and should not have."""

    def __init__(self, address: str, trust: ssl.SSLContext, path: str, token: str) -> None:
        super().__init__(address, trust)
        self.path, self.token = path, token
        self.number, self.saved = 0, 0
        self.strange: list[str] = []

    def turn(self) -> None:
        """Read, then save: what was acknowledged is there, or what was asked later and not answered."""
        own = {"Authorization": f"Bearer {self.token}"}
        read = self.ask("GET", self.path, **own)
        if read.failed or read.status == 429:
            return
        kept = int(json.loads(read.body)["answers"].get("beds") or 0)
        if not self.saved <= kept <= self.number:
            self.strange.append(f"{kept} instead of {self.saved} to {self.number}")
        self.number += 1
        told = json.dumps({"answers": {"beds": self.number}}).encode()
        said = self.ask(
            "PATCH", f"{self.path}/answers", told, Content_Type="application/json", If_Match=read.headers["etag"], **own
        )
        if said.status == 200:
            self.saved = self.number


class Reader(Caller):
    """Reads pages, on a new connection each time."""

    def __init__(self, address: str, trust: ssl.SSLContext, paths: list[str]) -> None:
        super().__init__(address, trust)
        self.paths = paths

    def turn(self) -> None:
        """One page more."""
        self.ask("GET", self.paths[len(self.said) % len(self.paths)])
        self.hang_up()


class Street:
    """Who asks all the time, while hosts are lost."""

    def __init__(self, people: "list[Program | Reader]") -> None:
        self.people, self.going = people, True
        self.losses: list[Loss] = []
        self.threads = [threading.Thread(target=self._live, args=(one,), daemon=True) for one in people]

    def __enter__(self) -> "Street":
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.going = False
        for one in self.threads:
            one.join(PATIENCE)

    @contextmanager
    def loss(self, what: str) -> Iterator[None]:
        """Something is lost in here: what fails meanwhile, until everybody is served again, may fail."""
        begun = time.time()
        yield
        cut = time.time()
        self.settle()
        self.losses.append(Loss(what, begun, cut, time.time()))

    def settle(self) -> None:
        """Everybody has an answer to something asked from now on."""
        now = time.time()
        eventually(lambda: all(self._was_served(one, now) for one in self.people), pause=0.1)

    def said(self) -> list[Said]:
        """All of it."""
        return [said for one in self.people for said in one.said]

    def failed(self, loss: Loss | None) -> list[Said]:
        """What failed during a loss; None: while nothing was lost."""
        failed = [one for one in self.said() if one.failed]
        if loss is not None:
            return [one for one in failed if loss.holds(one)]
        return [one for one in failed if not any(known.holds(one) for known in self.losses)]

    def _live(self, one: "Program | Reader") -> None:
        while self.going:
            one.turn()
            time.sleep(PAUSE)
        one.hang_up()

    @staticmethod
    def _was_served(one: Caller, since: float) -> bool:
        last = one.said[-4:]
        return any(said.begun > since and not said.failed for said in last) and not last[-1].failed
