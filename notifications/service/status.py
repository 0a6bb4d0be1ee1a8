"""The state of the service, for everybody: last run of what matters, delay, incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kit import pulse, relay
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction
from notifications.permissions import PERMISSIONS
from notifications.queries import notice as queries
from notifications.rules import status as rules
from notifications.rules.incident import is_under_way
from notifications.rules.pulse import Beat, State
from notifications.rules.status import Line, Waiting
from notifications.service.incident import Incidents, Story, read_incidents


@dataclass(frozen=True, slots=True)
class Status:
    """The parts of the service, the worst of their states and incidents, and the incidents."""

    state: State
    lines: Sequence[Line]
    incidents: Incidents
    now: datetime

    @property
    def under_way(self) -> Sequence[Story]:
        """The incidents that have begun and are not over."""
        return [one for one in self.incidents.open if is_under_way(one.incident.began_at, self.now)]

    @property
    def planned(self) -> Sequence[Story]:
        """What will begin."""
        return [one for one in self.incidents.open if not is_under_way(one.incident.began_at, self.now)]


def read_status(actor: Actor) -> Status:
    """The state of the service in the actor's portal, seven statements at most."""
    permit(PERMISSIONS, actor, "incident.view")
    with transaction(actor) as tx:
        beats: dict[str, list[Beat]] = {}
        for found in pulse.list_pulses(tx.session):
            beats.setdefault(found.sort, []).append(Beat(found.beat_at, found.facts))
        waiting = Waiting(
            queries.late_deadlines(tx.session, tx.now)[1],
            relay.lag(tx.session)["oldest_at"],
            queries.oldest_mail(tx.session, tx.now),
        )
        lines, incidents = rules.lines(beats, waiting, tx.now), read_incidents(tx)
        going = [one.incident.impact for one in incidents.open if is_under_way(one.incident.began_at, tx.now)]
        return Status(rules.worst(lines, going), lines, incidents, tx.now)
