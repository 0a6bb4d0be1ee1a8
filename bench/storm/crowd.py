"""The applicants: `python -m bench.storm.crowd` reads its orders on stdin and prints what became of everybody, as JSON.

Each applicant opens the call, starts a file, fills twenty questions (four saves of five, as the page's script groups
them), joins a file, names the referent, takes the commitment, reads all of it again, submits, and reads the receipt.
Submissions grow to the last second: as many arrive in the last 29 % of the time as in the first 71 %.

Open loop: a request leaves at its hour, or as soon as the one before it has been answered, whatever the portal does.
Connections are kept and shared, as a proxy does, and each request carries the instant it was sent, as a proxy writes.
"""

import asyncio
import json
import random
import re
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import typst

from bench.storm.world import FIELDS
from kit import signing
from kit.web import browser_cookie
from tenants.web.cookie import session_cookie

BROWSER = "b" * 43
PATIENCE = 60.0  # seconds
INSISTENCE = 90.0  # seconds
# A page that says nothing much, as a word processor would print it.
PDF = typst.compile(b"= Attestation\n\n" + b"La direction atteste que cet organisme participera. " * 40)
VERSION = re.compile(r'name="version" value="(\d+)"')
CODE = re.compile(r"receipts/([0-9A-Z-]{24})")


@dataclass
class Crowd:
    """Who asks where, and every answer: (step, status, seconds) in the order they came."""

    port: int
    tenant: str
    slug: str
    closes_at: float
    csrf: str = ""
    rush: "Rush | None" = None
    insists: bool = False  # what somebody sends and does not get an answer to, they send again
    misjudged: int = 0  # told that it is too late, in time
    idle: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=deque)
    answers: list[tuple[str, int, float, float]] = field(default_factory=list)

    async def prepared(self, told: dict[str, Any]) -> None:
        """In a rush, nobody submits before everybody is ready."""
        if self.rush:
            await self.rush.ready.others()


class Rush:
    """So many at a time without a pause; submissions start together, once `count` files are complete."""

    def __init__(self, count: int, at_once: int) -> None:
        self.places = asyncio.Semaphore(at_once)
        # Nobody reads their receipt before everybody has submitted: pages are not what is counted.
        self.ready, self.submitted = Meeting(count), Meeting(count)

    @property
    def seconds(self) -> float:
        """From the first submission to the last answer."""
        return self.submitted.at - self.ready.at


class Meeting:
    """Where each of `count` waits for all the others; `at` is when the last one came."""

    def __init__(self, count: int) -> None:
        self.awaited, self.complete, self.at = count, asyncio.Event(), 0.0

    async def others(self) -> None:
        """Wait for them."""
        self.awaited -= 1
        if not self.awaited:
            self.at = time.perf_counter()
            self.complete.set()
        await self.complete.wait()


@dataclass
class Heard:
    """An answer."""

    status: int
    location: str
    body: str
    asked_at: float = 0.0


async def ask(crowd: Crowd, step: str, cookie: str, path: str, form: Any = None, script: bool = False) -> Heard:
    """One request, on a connection that is free."""
    sent_at, started = time.time(), time.perf_counter()
    content, kind = _body(crowd, form)
    lines = [
        f"{'GET' if form is None else 'POST'} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: {session_cookie()}={cookie}; {browser_cookie()}={BROWSER}",
        f"X-Request-Start: t={sent_at:.3f}",
        f"Accept: {'application/json' if script else 'text/html'}",
        *([f"Content-Type: {kind}", f"Content-Length: {len(content)}"] if form is not None else []),
    ]
    asked = "\r\n".join([*lines, "", ""]).encode() + content
    try:
        if crowd.rush:
            async with crowd.rush.places:
                sent_at, started = time.time(), time.perf_counter()
                heard = await _exchange(crowd, asked)
        else:
            heard = await asyncio.wait_for(_exchange(crowd, asked), PATIENCE)
    except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
        heard = Heard(0, "", type(error).__name__)
    heard.asked_at = sent_at
    crowd.answers.append((step, heard.status, time.perf_counter() - started, sent_at))
    return heard


def _body(crowd: Crowd, form: Any) -> tuple[bytes, str]:
    if form is None:
        return b"", ""
    if "file" not in form:
        return urlencode({"csrf_token": crowd.csrf, **form}, doseq=True).encode(), "application/x-www-form-urlencoded"
    parts = []
    for name, value in {"csrf_token": crowd.csrf, **form}.items():
        head = f'--edge\r\nContent-Disposition: form-data; name="{name}"'
        if name == "file":
            head += '; filename="attestation.pdf"\r\nContent-Type: application/pdf'
        parts.append(head.encode() + b"\r\n\r\n" + (value if isinstance(value, bytes) else value.encode()) + b"\r\n")
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


async def _exchange(crowd: Crowd, asked: bytes) -> Heard:
    while True:
        is_new = not crowd.idle
        # The one that has rested longest: each process of the web gets its share.
        reader, writer = crowd.idle.popleft() if crowd.idle else await asyncio.open_connection("127.0.0.1", crowd.port)
        try:
            writer.write(asked)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            if is_new:
                raise
            continue  # a kept connection that the server had closed: nothing was heard
        break
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    low = {name.lower(): value for name, value in headers.items()}
    body = await reader.readexactly(int(low.get("content-length", "0")))
    if low.get("connection") == "close":
        writer.close()
    else:
        crowd.idle.append((reader, writer))
    return Heard(int(head.split(" ", 2)[1]), low.get("location", ""), body.decode("utf-8", "replace"))


async def read(crowd: Crowd, step: str, cookie: str, path: str) -> Heard:
    """A page; whoever is told to come back does."""
    for _ in range(20):
        heard = await ask(crowd, step, cookie, path)
        if heard.status != 503 and not (crowd.insists and (heard.status == 0 or heard.status >= 500)):
            return heard
        await asyncio.sleep(random.uniform(4, 9))
    return heard


async def write(crowd: Crowd, step: str, cookie: str, path: str, form: Any, script: bool = False) -> Heard:
    """What somebody sends, again and again when they insist, as long as it is no answer or « come back »."""
    heard = await ask(crowd, step, cookie, path, form, script)
    ends = time.time() + INSISTENCE
    while crowd.insists and time.time() < ends:
        if 0 < heard.status < 500:
            break
        await asyncio.sleep(random.uniform(1, 3))
        heard = await ask(crowd, step, cookie, path, form, script)
    crowd.misjudged += "fenêtre est close" in heard.body and heard.asked_at < crowd.closes_at - 1
    return heard


async def apply(crowd: Crowd, cookie: str, number: str, begin: float, submit_at: float) -> dict[str, Any]:
    """Somebody's evening. Says how it ended: submitted (with its receipt), refused, or where it stopped."""
    hours = [begin + (submit_at - begin) * part for part in (0, 0.05, 0.1, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 1)]
    told: dict[str, Any] = {"number": number, "state": "stopped", "at": "call"}

    async def until(step: int, name: str) -> None:
        told["at"] = name
        await asyncio.sleep(max(0.0, hours[step] - time.time()))

    await until(0, "call")
    await read(crowd, "call", cookie, f"/{crowd.tenant}/campaigns/{crowd.slug}")
    await until(1, "start")
    form = {"number": number, "function": "Direction"}
    begun = await write(crowd, "start", cookie, f"/{crowd.tenant}/campaigns/{crowd.slug}/candidacies", form)
    if begun.status != 303:
        return told | {"status": begun.status}
    where = told["file"] = begun.location
    await until(2, "section")
    page = await read(crowd, "section", cookie, f"{where}/sections/project")
    version = _version(page)
    for step in range(4):
        await until(3 + step, "autosave")
        names = FIELDS[5 * step : 5 * step + 5]
        form = {"version": version, "changed": names, **{name: _answer(name) for name in names}}
        saved = await write(crowd, "autosave", cookie, f"{where}/autosave", form, script=True)
        version = json.loads(saved.body)["version"] if saved.status == 200 else version
        told["kept"] = told.get("kept", []) + (names if saved.status == 200 else [])
        if step == 2:
            form = {"field": "proof", "file": PDF}
            joined = await write(crowd, "attach", cookie, f"{where}/attachments", form, script=True)
            told["attached"] = joined.status
    await until(7, "referent")
    await write(crowd, "save", cookie, f"{where}/sections/referent-interne", {"version": version, **REFERENT})
    await until(8, "commitment")
    await write(crowd, "save", cookie, f"{where}/sections/engagements-pris", {"version": "", **COMMITMENT})
    await until(9, "check")
    page = await read(crowd, "check", cookie, f"{where}/submit")
    await until(10, "submit")
    await crowd.prepared(told)
    return await _submit(crowd, cookie, told, _version(page))


REFERENT = {
    "referent.name": "Marie Le Goff",
    "referent.function": "Directrice",
    "referent.email": "marie@ajoncs.invalid",
    "referent.phone": "0299000000",
}
COMMITMENT = {"commitment.journey": "yes", "signatory.name": "Anne Riou", "signatory.function": "Directrice générale"}


async def _submit(crowd: Crowd, cookie: str, told: dict[str, Any], version: str) -> dict[str, Any]:
    told["sent_at"] = time.time()
    done = await write(crowd, "submit", cookie, f"{told['file']}/submit", {"version": version})
    while crowd.insists and done.status != 303 and time.time() < crowd.closes_at - 2:
        told["insisted"] = _words(done.body)  # the file changed: they read it again
        await asyncio.sleep(2)
        version = _version(await read(crowd, "check", cookie, f"{told['file']}/submit")) or version
        done = await write(crowd, "submit", cookie, f"{told['file']}/submit", {"version": version})
    told |= {"status": done.status, "asked_at": done.asked_at, "answered_at": time.time()}
    if crowd.rush:
        await crowd.rush.submitted.others()
    if done.status != 303:
        return told | {"state": "refused", "why": _words(done.body)}
    receipt = await read(crowd, "receipt", cookie, done.location)
    code = CODE.search(receipt.body)
    return told | {"state": "submitted", "code": code[1] if code else None}


def _words(page: str) -> str:
    """What a refusal says: the head of its page's own part."""
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.find("<main") :]))
    return re.sub(r"^.*?AMI-\S+ : ", "", words)[:400]


def _version(page: Heard) -> str:
    found = VERSION.search(page.body)
    return found[1] if found else ""


def _answer(name: str) -> str:
    kind = int(name.rpartition("_")[2]) % 4
    return ("Une réponse courte", "Une réponse plus longue, de quelques mots et d’une idée. " * 3, "12", "yes")[kind]


async def main(orders: dict[str, Any]) -> dict[str, Any]:
    """Everybody, between now and the closing."""
    count, begins_at, closes_at = len(orders["applicants"]), orders["begins_at"], orders["closes_at"]
    crowd = Crowd(orders["port"], orders["tenant"], orders["slug"], closes_at, insists=orders.get("insists", False))
    crowd.csrf = signing.seal(f"csrf:{BROWSER}")
    span = orders.get("ends_at", closes_at) - begins_at
    crowd.rush = Rush(count, orders["at_once"]) if orders.get("at_once") else None
    draws = random.Random(7)
    tasks = []
    for place, (cookie, number) in enumerate(orders["applicants"]):
        submit_at = begins_at + span * ((place + 0.5) / count) ** 0.5
        begin = max(begins_at, submit_at - span * draws.uniform(0.15, 0.4))
        if crowd.rush:
            begin = submit_at = begins_at
        tasks.append(asyncio.create_task(apply(crowd, cookie, number, begin, submit_at)))
    told = await asyncio.gather(*tasks)
    seconds = crowd.rush.seconds if crowd.rush else span
    return {"told": told, "answers": crowd.answers, "seconds": seconds, "misjudged": crowd.misjudged}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
