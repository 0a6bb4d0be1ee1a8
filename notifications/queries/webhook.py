"""What is asked of endpoints and their deliveries: who has news to take, what comes next, the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Exists,
    Select,
    UpdateBase,
    and_,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from kit.errors import NotFound
from kit.outbox import OutboxMessage
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.rules.webhook import TEST

# A message may be committed after younger ones: how far back the outbox is read again, each time and once a minute.
LOOK_BACK, LOOK_NEAR, LOOK_AGAIN = timedelta(minutes=10), timedelta(seconds=5), timedelta(minutes=1)
# Written out: a prepared statement finds a partial index only by its very words.
DUE, IS_TEST = WebhookDelivery.state == literal_column("'due'"), WebhookDelivery.topic == literal_column(f"'{TEST}'")


def get_endpoint(session: Session, endpoint_id: UUID, lock: bool = False) -> WebhookEndpoint:
    """An endpoint that was not removed. Raises NotFound."""
    found = session.scalar(
        (select(WebhookEndpoint).with_for_update() if lock else select(WebhookEndpoint)).where(
            WebhookEndpoint.id == endpoint_id, WebhookEndpoint.state != "removed"
        )
    )
    if found is None:
        raise NotFound()
    return found


def list_endpoints(session: Session) -> Sequence[WebhookEndpoint]:
    """Those that were not removed, by name."""
    return session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.state != "removed")
        .order_by(func.lower(WebhookEndpoint.name), WebhookEndpoint.id)
    ).all()


def count_due(session: Session) -> dict[UUID, int]:
    """How many deliveries wait, by endpoint."""
    rows = session.execute(
        select(WebhookDelivery.endpoint_id, func.count()).where(DUE).group_by(WebhookDelivery.endpoint_id)
    )
    return {row[0]: row[1] for row in rows}


def last_delivered(session: Session) -> dict[UUID, datetime]:
    """When something last arrived, by endpoint."""
    rows = session.execute(
        select(WebhookDelivery.endpoint_id, func.max(WebhookDelivery.delivered_at)).group_by(
            WebhookDelivery.endpoint_id
        )
    )
    return {endpoint_id: at for endpoint_id, at in rows if at is not None}


def count_ready(session: Session, now: datetime, most: int) -> int:
    """How many endpoints a worker could serve now, up to `most`. One statement, and little where nobody listens."""
    ready = select(WebhookEndpoint.id).where(*_is_ready(now)).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(ready)) or 0


def take_ready(session: Session, now: datetime, without: Sequence[UUID]) -> WebhookEndpoint | None:
    """An endpoint to serve, locked: that which was read longest ago. Those of other workers are passed over."""
    return session.scalar(
        select(WebhookEndpoint)
        .where(*_is_ready(now), WebhookEndpoint.id.not_in(without))
        .order_by(WebhookEndpoint.read_at, WebhookEndpoint.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _is_ready(now: datetime) -> Sequence[ColumnElement[bool]]:
    endpoint = WebhookEndpoint
    waits = exists().where(
        WebhookDelivery.tenant_id == endpoint.tenant_id,
        WebhookDelivery.endpoint_id == endpoint.id,
        DUE,
        or_(is_open(now), IS_TEST),
    )
    facts = (endpoint.id, endpoint.topics, endpoint.created_at, endpoint.read_at)
    news = _wanted(*facts, LOOK_NEAR).where(~_given(endpoint.id)).correlate(endpoint).offset(0).exists()
    late = _wanted(*facts, LOOK_BACK).correlate(endpoint).offset(0).exists()
    return (
        endpoint.state != "removed",
        or_(endpoint.leased_until.is_(None), endpoint.leased_until <= now),
        or_(waits, news, and_(endpoint.read_at <= now - LOOK_AGAIN, late)),
    )


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether an endpoint is to be told anything but a test."""
    endpoint = WebhookEndpoint
    return and_(endpoint.state == "active", or_(endpoint.retry_at.is_(None), endpoint.retry_at <= now))


def collect(session: Session, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Give an endpoint, which is locked, the news it has not been given yet; returns how many pieces."""
    message = OutboxMessage
    facts = (literal(endpoint.topics, JSONB), literal(endpoint.created_at), literal(endpoint.read_at))
    wanted = _wanted(literal(endpoint.id), *facts, LOOK_BACK)
    unread = wanted.where(~_given(literal(endpoint.id))).with_only_columns(
        message.tenant_id,
        literal(endpoint.id),
        message.id,
        message.topic,
        message.subject_id,
        message.emitted_at,
        literal("due"),
        literal(0),
        literal(""),
    )
    columns = [
        "tenant_id",
        "endpoint_id",
        "message_id",
        "topic",
        "subject_id",
        "emitted_at",
        "state",
        "attempts",
        "fault",
    ]
    added = session.execute(
        insert(WebhookDelivery)
        .from_select(columns, unread)
        .on_conflict_do_nothing()
        .returning(WebhookDelivery.message_id)
    ).all()
    endpoint.read_at = now
    return len(added)


def find_head(session: Session, endpoint: WebhookEndpoint, tests_only: bool) -> WebhookDelivery | None:
    """What an endpoint is told next: its tests, then the oldest news."""
    mine = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id, DUE).limit(1)
    test = session.scalar(mine.where(IS_TEST).order_by(WebhookDelivery.message_id))
    if test is not None or tests_only:
        return test
    return session.scalar(mine.order_by(WebhookDelivery.message_id))


def get_delivery(session: Session, endpoint_id: UUID, message_id: UUID) -> WebhookDelivery:
    """A delivery. Raises NotFound."""
    found = session.scalar(
        select(WebhookDelivery).where(
            WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.message_id == message_id
        )
    )
    if found is None:
        raise NotFound()
    return found


def list_deliveries(
    session: Session, endpoint_id: UUID, limit: int, before: UUID | None = None, state: str | None = None
) -> Sequence[WebhookDelivery]:
    """The log of an endpoint, the youngest news first; `before`: those older than this one."""
    return session.scalars(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.endpoint_id == endpoint_id,
            *([WebhookDelivery.message_id < before] if before else []),
            *([WebhookDelivery.state == state] if state else []),
        )
        .order_by(WebhookDelivery.message_id.desc())
        .limit(limit)
    ).all()


def count_since(session: Session, endpoint_id: UUID, since: datetime) -> int:
    """How many deliveries that are over were of news emitted since then."""
    return (
        session.scalar(select(func.count()).select_from(WebhookDelivery).where(*_over_since(endpoint_id, since))) or 0
    )


def repeat_since(session: Session, endpoint_id: UUID, since: datetime) -> int:
    """Make them due again; returns how many."""
    return _changed(
        session, update(WebhookDelivery).where(*_over_since(endpoint_id, since)).values(state="due", delivered_at=None)
    )


def skip_due(session: Session, endpoint_id: UUID) -> int:
    """Give up whatever waits; returns how many."""
    waits = (WebhookDelivery.endpoint_id == endpoint_id, DUE)
    return _changed(session, update(WebhookDelivery).where(*waits).values(state="skipped"))


def _over_since(endpoint_id: UUID, since: datetime) -> Sequence[ColumnElement[bool]]:
    return (
        WebhookDelivery.endpoint_id == endpoint_id,
        WebhookDelivery.emitted_at >= since,
        WebhookDelivery.state != "due",
        WebhookDelivery.topic != TEST,
    )


def _changed(session: Session, statement: UpdateBase) -> int:
    return cast("CursorResult[Any]", session.execute(statement.execution_options(synchronize_session=False))).rowcount


def _wanted(endpoint_id: Any, topics: Any, created_at: Any, read_at: Any, back: timedelta) -> Select[UUID]:
    """The news an endpoint wants, from `back` before it was last read. Its own tests are told to it alone."""
    message = OutboxMessage
    wanted = or_(
        topics.op("@>")(func.to_jsonb(message.topic)),
        and_(message.topic == TEST, message.subject_id == endpoint_id),
    )
    return select(message.id).where(message.emitted_at >= created_at, message.emitted_at >= read_at - back, wanted)


def _given(endpoint_id: Any) -> Exists:
    """Whether the endpoint has a message already. OFFSET keeps the planner from a join, which it would misjudge: each
    message is looked for by the whole key."""
    line: Select[Any] = select(literal_column("1")).where(
        WebhookDelivery.tenant_id == OutboxMessage.tenant_id,
        WebhookDelivery.endpoint_id == endpoint_id,
        WebhookDelivery.message_id == OutboxMessage.id,
    )
    return line.correlate(OutboxMessage, WebhookEndpoint).offset(0).exists()
