"""The rush itself, against the portal as in production: `python -m bench.booking_rush`, which reads its world on stdin.

Five hundred buyers for the last ten places of a session, two hundred orders for the last 5 000 € of a lot. What must be
so is asserted (ten sold, nothing above the ceiling); times are figures.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from bench.booking_world import CONTACT, PLACES
from bench.rush import Answer, Request, p99, rush
from bookings.models import Booking, Order, Slot
from kit.actor import system
from kit.transaction import transaction
from services_catalog.models import Lot
from tests.notifications.post import free_port

LONGEST_WAIT = 15.0  # seconds: nobody waits more for an answer, on two cores that also run the five hundred browsers


@contextmanager
def portal() -> Iterator[int]:
    """The web as in production, on a port of its own."""
    port = free_port()
    command = [os.path.join(os.path.dirname(sys.executable), "crrc"), "web", "--patience", "5"]
    environment = {**os.environ, "CRRC_PORT": str(port)}
    web = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        web.terminate()
        web.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The portal does not answer.")


def warm(port: int, path: str, cookies: list[str]) -> None:
    """Each thread of each process has compiled its pages: a rush is not the portal's first minute."""
    rush(port, [Request(cookie, path) for cookie in cookies[:24]])


def seats(port: int, world: dict[str, Any]) -> dict[str, float]:
    """Everybody clicks at once."""
    path = f"/{world['tenant']}/sessions/{world['slot_id']}"
    warm(port, path, world["cookies"])
    answers = rush(port, [Request(cookie, f"{path}/places", {"places": "1"}) for cookie in world["cookies"]])
    tenant_id, slot_id = UUID(world["tenant_id"]), UUID(world["slot_id"])
    with transaction(system(tenant_id, "bench")) as tx:
        taken = tx.session.get_one(Slot, (tenant_id, slot_id)).taken
        query = select(func.coalesce(func.sum(Booking.places), 0))
        booked = tx.session.scalar(query.where(Booking.slot_id == slot_id, Booking.state == "taken"))
    sold = _count(answers, 303)
    assert sold == taken == booked == PLACES, f"{sold} sold, {taken} counted, {booked} booked: {_statuses(answers)}"
    assert _count(answers, 409) == len(answers) - PLACES, f"everybody has an answer: {_statuses(answers)}"
    return {"seats.places": PLACES, "seats.buyers": len(answers), "seats.sold": sold} | _times("seats", answers)


def ceiling(port: int, world: dict[str, Any]) -> dict[str, float]:
    """Everybody orders at once."""
    form = {f"contact.{name}": text for name, text in CONTACT.items()}
    asked = zip(world["cookies"], world["quotes"], strict=False)
    warm(port, f"/{world['tenant']}/quotes/{world['quotes'][0]}", world["cookies"][:1] * 24)
    answers = rush(port, [Request(cookie, f"/{world['tenant']}/quotes/{quote}/order", form) for cookie, quote in asked])
    tenant_id, lot_id = UUID(world["tenant_id"]), UUID(world["lot_id"])
    with transaction(system(tenant_id, "bench")) as tx:
        lot = tx.session.get_one(Lot, (tenant_id, lot_id))
        query = select(func.coalesce(func.sum(Order.net_cents), 0))
        placed = tx.session.scalar(query.where(Order.lot_id == lot_id, Order.state == "placed")) or 0
    exceeded = max(0, lot.ordered_cents - lot.maximum_cents, int(placed) - lot.maximum_cents)
    assert exceeded == 0, f"{exceeded} cents above the ceiling"
    assert placed == lot.ordered_cents, f"{placed} placed, {lot.ordered_cents} counted"
    assert _count(answers, 303) == 3, f"three orders of 1 500 € fit in 5 000 €: {_statuses(answers)}"
    return {"ceiling.exceeded": exceeded / 100, "ceiling.orders": len(answers), "ceiling.placed": 3} | _times(
        "ceiling", answers
    )


def page(port: int, world: dict[str, Any]) -> dict[str, float]:
    """The month of two thousand missions, as the GRADeS opens it, one after the other."""
    path = f"/{world['tenant']}/calendar?on={world['month']}"
    times = sorted(rush(port, [Request(world["manager"], path)])[0].seconds for _ in range(5))
    return {"calendar.page_ms": 1000 * times[2]}


def _times(name: str, answers: list[Answer]) -> dict[str, float]:
    longest = max(one.seconds for one in answers)
    assert longest < LONGEST_WAIT, f"somebody waited {longest:.1f} s"
    return {f"{name}.p99_ms": p99(answers), f"{name}.longest_ms": 1000 * longest}


def _count(answers: list[Answer], status: int) -> int:
    return sum(one.status == status for one in answers)


def _statuses(answers: list[Answer]) -> dict[int, int]:
    return dict(Counter(one.status for one in answers))


def main() -> None:
    """Every figure, as one line of JSON."""
    world = json.load(sys.stdin)
    with portal() as port:
        print(json.dumps(seats(port, world) | ceiling(port, world) | page(port, world)))


if __name__ == "__main__":
    main()
