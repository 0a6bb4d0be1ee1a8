"""Coming in by a single-use link, sent by e-mail. The same answer for known and unknown addresses.

The secret of a link is a seal of its identifier: whoever holds the installation's key makes it again for the mail,
so that neither the database nor an event ever carries it; the database keeps a digest to recognise it by.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete

from kit import limits, signing
from kit.actor import Actor
from kit.errors import Conflict, NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Session, SignInLink
from tenants.permissions import PERMISSIONS
from tenants.queries.link import find_link, find_sent_link, take_link
from tenants.rules.people import check_email
from tenants.service.account import take_account
from tenants.service.session import Cookie, start_session

LINK_LIFETIME = timedelta(minutes=20)
WINDOW = timedelta(minutes=15)
MOST_BY_ADDRESS = 5
MOST_BY_IP = 60  # a hospital leaves through one address
AGAIN = "Demandez-en un autre, il arrive en quelques secondes."
USED = f"Ce lien a déjà servi\N{NO-BREAK SPACE}: un lien ne sert qu’une fois. {AGAIN}"
EXPIRED = f"Ce lien n’est plus valable\N{NO-BREAK SPACE}: il a plus de 20 minutes. {AGAIN}"
UNKNOWN = (
    "Ce lien n’est pas complet. Ouvrez-le depuis le message reçu, ou copiez l’adresse en entier\N{NO-BREAK SPACE}; "
    "vous pouvez aussi en demander un autre."
)


@dataclass(frozen=True, slots=True)
class SentLink:
    """What the mail of a link says."""

    email: str
    secret: str
    valid_for: timedelta


def ask_sign_in_link(actor: Actor, email: str, next_path: str, ip: str) -> str:
    """Ask for a link in the actor's portal; returns the address it goes to.

    `next_path` was checked by tenants.rules.portal.local_path. Raises Invalid (field `email`), TooManyRequests.
    """
    address = check_email(email)
    permit(PERMISSIONS, actor, "sign_in_link.ask")
    limits.hit("sign-in-ip", ip, MOST_BY_IP, WINDOW, "Trop de liens ont été demandés depuis votre réseau.")
    sentence = (
        f"{MOST_BY_ADDRESS} liens viennent d’être envoyés à cette adresse\N{NO-BREAK SPACE}: utilisez le dernier reçu, "
        "et regardez dans les courriers indésirables."
    )
    limits.hit("sign-in-address", f"{actor.tenant_id} {address}", MOST_BY_ADDRESS, WINDOW, sentence)
    with transaction(actor) as tx:
        link, _ = _add_link(tx, address, next_path, LINK_LIFETIME)
        tx.emit("sign_in_link.ask", link.id)
    return address


def make_sign_in_link(actor: Actor, email: str, next_path: str, lifetime: timedelta = LINK_LIFETIME) -> str:
    """The secret of a link that nobody mails: the operator's help desk, the demonstration. Raises Invalid."""
    address = check_email(email)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "sign_in_link.make")
        link, secret = _add_link(tx, address, next_path, lifetime)
        tx.audit("sign_in_link.make", link.id)
        return secret


def look_at_link(actor: Actor, secret: str) -> SignInLink:
    """The link, when it can still be used; looking does not use it. Raises NotFound, Conflict."""
    with transaction(actor) as tx:
        link = find_link(tx.session, tx.tenant_id, _digest(secret))
        _refuse_dead(tx, link)
        if link is None:
            raise NotFound(UNKNOWN)
        return link


def use_sign_in_link(actor: Actor, secret: str, ended: str | None = None) -> tuple[Cookie, str]:
    """Sign in: the browser's new cookie, and where to land. Works once. Raises NotFound, Conflict.

    A first use makes the person's account. `ended` is the cookie this browser had: its session stops.
    """
    digest = _digest(secret)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "sign_in_link.use")
        link = take_link(tx.session, tx.tenant_id, digest, tx.now)
        if link is None:
            _refuse_dead(tx, find_link(tx.session, tx.tenant_id, digest))
            raise NotFound(UNKNOWN)
        user = take_account(tx, link.email)
        if ended:
            tx.session.execute(delete(Session).where(Session.digest == _digest(ended)))
        cookie = start_session(tx, user)
        tx.audit("session.start", user.id, link=str(link.id))
        return cookie, link.next_path


def sent_link(tx: Tx, link_id: UUID) -> SentLink | None:
    """What to write in the mail of an asked link; None when it was used or is too old to be sent."""
    link = find_sent_link(tx.session, tx.tenant_id, link_id)
    if link is None or link.used_at is not None or link.expires_at <= tx.now:
        return None
    return SentLink(link.email, _secret(link.id), link.expires_at - link.created_at)


def _add_link(tx: Tx, email: str, next_path: str, lifetime: timedelta) -> tuple[SignInLink, str]:
    link_id = uuid4()
    secret = _secret(link_id)
    link = SignInLink(
        id=link_id,
        digest=_digest(secret),
        email=email,
        next_path=next_path,
        created_at=tx.now,
        expires_at=tx.now + lifetime,
    )
    return tx.add(link), secret


def _refuse_dead(tx: Tx, link: SignInLink | None) -> None:
    if link is not None and link.used_at is not None:
        raise Conflict(USED)
    if link is not None and link.expires_at <= tx.now:
        raise Conflict(EXPIRED)


def _secret(link_id: UUID) -> str:
    return signing.seal(f"sign-in:{link_id}")


def _digest(secret: str) -> str:
    return signing.sha256(secret.encode())
