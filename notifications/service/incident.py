"""Incidents of the service: opened, told as they go, closed. By the GRADeS, or by the operator at the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kit.actor import Actor
from kit.db import uuid7
from kit.permissions import permit
from kit.transaction import Tx, transaction
from notifications.models import Incident, IncidentUpdate
from notifications.permissions import PERMISSIONS
from notifications.queries import incident as queries
from notifications.rules.incident import IMPACTS, INCIDENT, check_incident, check_words

SHOWN_FOR = timedelta(days=90)
SHOWN = 20
_WORST = list(IMPACTS)


@dataclass(frozen=True, slots=True)
class Story:
    """An incident and what was said of it, the last words first."""

    incident: Incident
    updates: Sequence[IncidentUpdate]


@dataclass(frozen=True, slots=True)
class Incidents:
    """The open ones, the worst first, then what is planned; those of the last three months that are over."""

    open: Sequence[Story]
    over: Sequence[Story]


def list_incidents(actor: Actor) -> Incidents:
    """What anybody may read."""
    permit(PERMISSIONS, actor, "incident.view")
    with transaction(actor) as tx:
        return read_incidents(tx)


def read_incidents(tx: Tx) -> Incidents:
    """The same, as a step: three statements."""
    going = sorted(queries.list_open(tx.session), key=lambda one: (one.began_at > tx.now, _WORST.index(one.impact)))
    over = queries.list_resolved(tx.session, tx.now - SHOWN_FOR, SHOWN)
    said = queries.updates_of(tx.session, [*going, *over])
    return Incidents([Story(one, said[one.id]) for one in going], [Story(one, said[one.id]) for one in over])


def view_incident(actor: Actor, incident_id: UUID) -> Story:
    """One of them. Raises NotFound."""
    permit(PERMISSIONS, actor, "incident.view")
    with transaction(actor) as tx:
        return _story(tx, queries.get_incident(tx.session, tx.tenant_id, incident_id))


def open_incident(
    actor: Actor,
    title: str,
    words: str,
    impact: str,
    began_at: datetime | None = None,
    until_at: datetime | None = None,
) -> Story:
    """Tell everybody of an incident, or of a maintenance to come. Raises Invalid (title, words, impact, began_at,
    until_at)."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "incident.open")
        began_at = began_at or tx.now
        title, words = check_incident(title, words, impact, began_at, until_at, tx.now)
        incident = Incident(id=uuid7(), title=title, impact=impact, began_at=began_at, until_at=until_at)
        tx.add(incident)
        tx.session.flush()
        _say(tx, incident, words)
        tx.audit("incident.open", incident.id, impact=impact)
        tx.emit("incident.open", incident.id)
        return _story(tx, incident)


def tell_incident(actor: Actor, incident_id: UUID, words: str) -> Story:
    """Say where it stands; of one that is over too, when its cause is found. Raises Invalid (words)."""
    with transaction(actor) as tx:
        incident = _locked(tx, incident_id, "incident.tell")
        number = _say(tx, incident, check_words(words))
        tx.audit("incident.tell", incident.id, number=number)
        tx.emit("incident.tell", incident.id)
        return _story(tx, incident)


def resolve_incident(actor: Actor, incident_id: UUID, words: str) -> Story:
    """It is over, with the last words. Raises Invalid (words), Conflict when it was over."""
    with transaction(actor) as tx:
        incident = _locked(tx, incident_id, "incident.resolve")
        INCIDENT.target(incident.state, "resolve")
        _say(tx, incident, check_words(words))
        incident.resolved_at = tx.now
        tx.advance(incident, INCIDENT, "resolve")
        return _story(tx, incident)


def _locked(tx: Tx, incident_id: UUID, action: str) -> Incident:
    incident = queries.get_incident(tx.session, tx.tenant_id, incident_id, lock=True)
    permit(PERMISSIONS, tx.actor, action, incident)
    return incident


def _say(tx: Tx, incident: Incident, words: str) -> int:
    number = queries.next_number(tx.session, incident.id)
    tx.add(IncidentUpdate(incident_id=incident.id, number=number, words=words, said_at=tx.now))
    tx.session.flush()
    return number


def _story(tx: Tx, incident: Incident) -> Story:
    return Story(incident, queries.updates_of(tx.session, [incident])[incident.id])
