"""What notices do when others have news, and at every tick: tell people, send mails."""

from collections.abc import Callable
from uuid import UUID

from kit import servers
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction
from notifications.gateway.mailer import mailer
from notifications.queries import notice as queries
from notifications.service.notices import NewNotice, notify, notify_later
from notifications.service.sending import Sending
from notifications.service.sending import send_due_mails as send
from tenants.rules.roles import ROLE_LABELS
from tenants.service.colleague import added_member
from tenants.service.sign_in import sent_link

MAILS_PER_SENDER = 200
MOST_SENDERS = 4


def tell_sign_in_link(tx: Tx, message: OutboxMessage) -> None:
    """Somebody asked to sign in: a mail, written only when it leaves since it holds the secret."""
    link = sent_link(tx, message.subject_id)
    if link is not None:
        key = f"sign_in_link.ask:{message.subject_id}"
        notify_later(tx, key, "tenants/sign_in", message.subject_id, link.email, "Votre lien de connexion")


def tell_new_member(tx: Tx, message: OutboxMessage) -> None:
    """Somebody was added to an organisation: they learn it, and where to go."""
    found = added_member(tx, message.subject_id, UUID(message.key), message.emitted_at)
    if found is None:
        return
    organisation, user, role = found
    notify(
        tx,
        NewNotice(
            key=f"organisation_member.add:{message.id}",
            template="tenants/member_added",
            subject_id=organisation.id,
            email=user.email,
            user_id=user.id,
            path="/",
            context={"organisation": organisation, "role": ROLE_LABELS[role]},
        ),
    )


def send_due_mails(tenant_id: UUID, enough: Callable[[], bool], answers: Callable[[], None]) -> Sending:
    """Send the tenant's due mails through the server of CRRC_SMTP_URL, until `enough()`.

    `answers` is called once the server has said what it does of a mail.
    """
    with mailer(servers.smtp_url()) as post:
        return send(tenant_id, post, enough, answers)


def count_senders(tenant_id: UUID) -> int:
    """How many workers should be sending the tenant's mails now: none when nothing is due, four at most."""
    with transaction(system(tenant_id, "courriels")) as tx:
        due = queries.count_due(tx.session, tx.now, MAILS_PER_SENDER * MOST_SENDERS)
    return -(-due // MAILS_PER_SENDER)
