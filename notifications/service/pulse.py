"""The pulse of everything that happens without anybody: processes, deadlines, news, mails."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit import pulse, relay
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from notifications.models import Notification
from notifications.permissions import PERMISSIONS
from notifications.queries import notice as queries
from notifications.rules import pulse as rules
from notifications.rules.mail import NOTIFICATION
from notifications.rules.pulse import Beat, Gauge

FAILED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PulseFacts:
    """What a tenant's staff sees: gauges, the worst state of them, and the last mails that were refused for good."""

    gauges: Sequence[Gauge]
    state: rules.State
    failed: Sequence[Notification]
    failed_count: int


def look_at_pulse(actor: Actor) -> PulseFacts:
    """The pulse, for staff. Raises Forbidden."""
    permit(PERMISSIONS, actor, "pulse.view")
    with transaction(actor) as tx:
        return pulse_facts(tx)


def pulse_facts(tx: Tx) -> PulseFacts:
    """The pulse as a step: processes of the installation; deadlines, news and mails of the transaction's tenant."""
    beats: dict[str, list[Beat]] = {"worker": [], "scheduler": []}
    for found in pulse.list_pulses(tx.session):
        beats.setdefault(found.sort, []).append(Beat(found.beat_at, found.facts))
    late, since = queries.late_deadlines(tx.session, tx.now)
    outbox, mails = relay.lag(tx.session), queries.mail_figures(tx.session, tx.now)
    gauges = [
        rules.workers(beats["worker"], tx.now),
        rules.scheduler(beats["scheduler"], tx.now),
        rules.deadlines(late, since, tx.now),
        rules.news(outbox["waiting"], outbox["oldest_at"], tx.now),
        rules.mails(mails.waiting, mails.oldest_at, mails.last_error, mails.failed, tx.now),
    ]
    states = {gauge.state for gauge in gauges}
    worst: rules.State = "stopped" if "stopped" in states else "late" if "late" in states else "ok"
    return PulseFacts(gauges, worst, queries.list_failed(tx.session, FAILED_SHOWN), mails.failed)


def retry_failed(actor: Actor) -> int:
    """Put every refused mail of the tenant in line again; returns how many. Raises Forbidden."""
    permit(PERMISSIONS, actor, "notification.retry")
    with transaction(actor) as tx:
        failed = queries.lock_failed(tx.session)
        for notice in failed:
            tx.advance(notice, NOTIFICATION, "retry")
            notice.next_attempt_at, notice.last_error = tx.now, None
        return len(failed)
