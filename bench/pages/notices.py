"""`python -m bench.pages.notices N`: N mails to write, and the wait until the worker has sent them."""

import json
import sys
import time
from types import SimpleNamespace
from uuid import UUID

from sqlalchemy import func, select

from kit.actor import system
from kit.db import uuid7
from kit.transaction import transaction
from notifications.models import Notification
from notifications.service.notices import NewNotice, notify
from tenants.service.portal import find_portal

PATIENCE = 60.0  # seconds
TEMPLATE = "tenants/member_added"
CONTEXT = {"organisation": SimpleNamespace(name="EHPAD LES AJONCS", finess_ej="350000022"), "role": "Lecteur"}


def main(count: int) -> None:
    """One transaction each, so that each rings the bell."""
    portal = find_portal("bretagne")
    assert portal is not None
    actor, run = system(portal.id, "bench"), uuid7().hex
    begun = time.perf_counter()
    for number in range(count):
        with transaction(actor) as tx:
            key, email = f"bench:{run}:{number}", f"{run}.{number}@ehpad.test"
            notify(tx, NewNotice(key, TEMPLATE, UUID(int=1), email, context=CONTEXT))
    ours = Notification.key.startswith(f"bench:{run}:"), Notification.state == "pending"
    while True:
        with transaction(actor) as tx:
            left = tx.session.scalar(select(func.count(Notification.id)).where(*ours))
        if not left:
            break
        if time.perf_counter() - begun > PATIENCE:
            raise RuntimeError(f"{left} notices were not sent.")
        time.sleep(0.2)
    print(json.dumps({"seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
