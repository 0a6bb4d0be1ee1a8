"""Somebody who acts on a portal, in a process of their own: `python -m bench.audit_writer WHAT TENANT NUMBER`."""

import json
import sys
import time
from uuid import UUID

from bench.measured import report
from kit.actor import Actor, operator
from kit.db import uuid7
from kit.transaction import transaction
from tenants.service.audit_proof import verify

AT_ONCE = 10_000


def commands(actor: Actor, seconds: float) -> dict[str, float]:
    """One piece of news and one audit line each, as most commands do."""
    done, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds:
        with transaction(actor) as tx:
            thing = uuid7()
            tx.emit("candidacy.submit", thing)
            tx.audit("candidacy.submit", thing, source="draft", target="submitted")
        done += 1
    return {"commands": done, "seconds": spent}


def lines(actor: Actor, count: int) -> dict[str, float]:
    """So many lines, ten thousand a command; seconds of inserting and committing them."""
    spent = 0.0
    for start in range(0, count, AT_ONCE):
        with transaction(actor) as tx:
            for _ in range(min(AT_ONCE, count - start)):
                tx.audit("candidacy.accept", uuid7(), source="submitted", target="accepted")
            started = time.perf_counter()
        spent += time.perf_counter() - started
    return {"seconds": spent}


def check(actor: Actor) -> None:
    """Verify the whole log. Raises when something is wrong with it."""
    found = verify(actor)
    if not found.holds:
        raise RuntimeError(f"{found.faults[0]}")


def main(what: str, tenant: str, number: str) -> None:
    """Do it, and say what it took."""
    actor = operator("bench", UUID(tenant))
    if what == "verify":
        report(lambda: check(actor))
    else:
        print(json.dumps(commands(actor, float(number)) if what == "commands" else lines(actor, int(number))))


if __name__ == "__main__":
    main(*sys.argv[1:4])
