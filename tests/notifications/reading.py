"""What tests look at: the tenant's notices, and a run of sending."""

from sqlalchemy import select

from kit.actor import system
from kit.transaction import transaction
from notifications.gateway.mailer import mailer
from notifications.models import Notification
from notifications.service.sending import Sending, send_due_mails
from tenants.models import Tenant
from tests.notifications.post import Post


def notices(tenant: Tenant) -> list[Notification]:
    """Every notice of the tenant, oldest first."""
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(Notification).order_by(Notification.id)))


def send(tenant: Tenant, post: Post) -> Sending:
    """Send what is due now."""
    with mailer(post.url) as gateway:
        return send_due_mails(tenant.id, gateway, lambda: False)
