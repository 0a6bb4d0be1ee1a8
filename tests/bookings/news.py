"""Everything that has news is told, twice, as a portal under repair would: what the outbox holds, in order."""

from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from kit import relay
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.relay import listener_name
from kit.transaction import transaction
from notifications.gateway.mailer import mailer
from notifications.models import Notification
from notifications.service.sending import send_due_mails
from tenants.models import Tenant
from tests.notifications.post import Post

TOPICS = ("slot.", "booking.", "waiting.")


def tell_everybody(tenant: Tenant) -> None:
    """Deliver the planning's news to its listeners, each of them twice."""
    with transaction(system(tenant.id, "tests")) as tx:
        rows = tx.session.execute(select(OutboxMessage.id, OutboxMessage.topic).order_by(OutboxMessage.id)).all()
    for message_id, topic in rows:
        if topic.startswith(TOPICS):
            for reaction in SUBSCRIPTIONS.get(topic, ()):
                for _ in range(2):
                    relay.deliver(SUBSCRIPTIONS, tenant.id, message_id, listener_name(reaction))


def notices(tenant: Tenant) -> list[tuple[str, str]]:
    """(template, address) of what was told, in order."""
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(Notification.template, Notification.email).order_by(Notification.id)
        return [(template.partition("/")[2], email) for template, email in tx.session.execute(query)]


def send(tenant: Tenant, post: Post) -> None:
    """Send what is due to the test's mail server."""
    with mailer(post.url) as opened:
        send_due_mails(tenant.id, opened, lambda: False)
