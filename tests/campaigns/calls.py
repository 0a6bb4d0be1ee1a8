"""Writing and reading calls in tests, in one line each."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from campaigns.models import Campaign
from campaigns.service.campaign import Saved, save_campaign
from kit.actor import Actor, operator
from kit.document.source import read_data
from kit.outbox import Deadline
from kit.transaction import transaction
from tests.campaigns.documents import document

BEFORE = datetime(2025, 9, 1, 8, tzinfo=UTC)
DURING = datetime(2025, 9, 10, 8, tzinfo=UTC)
AFTER = datetime(2025, 9, 24, 8, tzinfo=UTC)


def paris(text: str) -> datetime:
    """« 2025-09-23T23:59 » in Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


def save(actor: Actor, changes: dict[str, Any] | None = None, **options: Any) -> Saved:
    """Write the faultless document with changes, as an import does."""
    return save_campaign(actor, read_data(document(changes)), overwrite=True, **options)


def deadlines(actor: Actor, campaign: Campaign, pending: bool = True) -> dict[tuple[str, str], datetime]:
    """The call's deadlines: (topic, key) to instant."""
    with transaction(operator("tests", actor.tenant_id)) as tx:
        query = select(Deadline).where(Deadline.subject_id == campaign.id)
        if pending:
            query = query.where(Deadline.done_at.is_(None))
        return {(one.topic, one.key): one.due_at for one in tx.session.scalars(query)}
