"""The listeners of an acceptance, of which one stops in its middle until it is told to go on, or killed."""

import os
import time
from pathlib import Path

from bookings.jobs import mission
from kit.outbox import OutboxMessage
from kit.relay import Subscriptions
from kit.transaction import Tx


def prove_slowly(tx: Tx, message: OutboxMessage) -> None:
    """The real proof, written and not committed yet when the test sees `reached`."""
    mission.prove_service(tx, message)
    tx.session.flush()
    folder = Path(os.environ["TEST_FOLDER"])
    (folder / "reached").touch()
    while not (folder / "go").exists():
        time.sleep(0.02)


LISTENERS: Subscriptions = {"mission.accept": [prove_slowly, mission.tell_accepted]}
