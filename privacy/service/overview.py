"""What waits for a GRADeS about personal data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction
from privacy.models import Breach, PrivacyRequest, PurgeRun, RetentionPolicy
from privacy.permissions import PERMISSIONS
from privacy.queries import breach as breaches
from privacy.queries import request as requests
from privacy.queries import retention
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Overview:
    """Requests and breaches under way, the most urgent first; the periods and the last purge."""

    requests: Sequence[PrivacyRequest]
    breaches: Sequence[Breach]
    policy: RetentionPolicy | None
    last_run: PurgeRun | None
    now: datetime
    today: date


def view_overview(actor: Actor) -> Overview:
    """What is under way. Five statements, however much there is."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "privacy.view")
        zone = tx.session.get_one(Tenant, tx.tenant_id).zone
        runs = retention.last_runs(tx.session, 1)
        return Overview(
            requests.list_requests(tx.session, is_open=True, limit=20),
            breaches.list_open(tx.session),
            retention.find_policy(tx.session, tx.tenant_id),
            runs[0] if runs else None,
            tx.now,
            tx.now.astimezone(ZoneInfo(zone)).date(),
        )
