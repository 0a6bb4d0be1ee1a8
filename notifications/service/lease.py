"""Holding mails while they are sent: said again every five seconds, so that a dead worker loses them in twenty."""

import threading
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from kit import clock
from kit.actor import Actor
from kit.transaction import transaction
from notifications.models import Notification
from notifications.rules.mail import LEASE, RENEW_EVERY


class Lease:
    """The mails a worker has in hand. The instant its claim ends is written in each of them and is the proof of it."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._held: set[UUID] = set()
        self._until: datetime | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="mail-lease", daemon=True)

    def hold(self, ids: Iterable[UUID], until: datetime) -> None:
        """Hold these mails, claimed until `until`."""
        with self._lock:
            self._held, self._until = set(ids), until

    def drop(self, notice_id: UUID) -> None:
        """This one is done, whatever became of it."""
        with self._lock:
            self._held.discard(notice_id)

    def owns(self, notice_id: UUID) -> bool:
        """Whether this mail is still ours to send: false when we could not say so in time."""
        with self._lock:
            return notice_id in self._held and self._until is not None and clock.now() < self._until

    def renew(self) -> None:
        """Hold for twenty seconds more what is still ours."""
        with self._lock:
            held, until = list(self._held), self._until
        if not held:
            return
        with transaction(self._actor) as tx:
            later = tx.now + LEASE
            kept = tx.session.scalars(
                update(Notification)
                .where(Notification.id.in_(held), Notification.next_attempt_at == until)
                .values(next_attempt_at=later)
                .returning(Notification.id)
                .execution_options(synchronize_session=False)
            ).all()
        with self._lock:
            if self._until == until:  # no other batch has been taken meanwhile
                self._held &= set(kept)
                self._until = later

    def give_back(self, reason: str | None) -> None:
        """Hold nothing any more: what is still ours is due at once. `reason` is the fault that stopped us, if any."""
        with self._lock:
            held, until = list(self._held), self._until
            self._held = set()
        if not held:
            return
        with transaction(self._actor) as tx:
            values = {"next_attempt_at": tx.now} | ({"last_error": reason} if reason else {})
            tx.session.execute(
                update(Notification)
                .where(Notification.id.in_(held), Notification.next_attempt_at == until)
                .values(values)
                .execution_options(synchronize_session=False)
            )

    def _keep(self) -> None:
        while not self._over.wait(RENEW_EVERY.total_seconds()):
            try:
                self.renew()
            except SQLAlchemyError:
                continue  # the database is away: after twenty seconds we own nothing

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
