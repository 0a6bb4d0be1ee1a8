"""Coming in by a single-use link, sent by e-mail. The same answer for known and unknown addresses.

The secret of a link is a seal of its identifier, and so is its code: whoever holds the installation's key makes them
again for the mail, so that neither the database nor an event ever carries them; the database keeps a digest to
recognise the link by. A link works in the browser that asked for it; elsewhere the code of the mail, typed there, does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from kit import limits, signing
from kit.actor import Actor
from kit.errors import Conflict, NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import SignInLink
from tenants.permissions import PERMISSIONS
from tenants.queries.link import find_link, find_sent_link, take_link
from tenants.rules.identity import PROVIDER_NAMES
from tenants.rules.people import check_email
from tenants.service.entrance import enter
from tenants.service.session import Cookie

LINK_LIFETIME = timedelta(minutes=20)
WINDOW = timedelta(minutes=15)
MOST_BY_ADDRESS = 5
MOST_BY_IP = 60  # a hospital leaves through one address
AGAIN = "Demandez-en un autre, il arrive en quelques secondes."
USED = f"Ce lien a déjà servi\N{NO-BREAK SPACE}: un lien ne sert qu’une fois. {AGAIN}"
EXPIRED = f"Ce lien n’est plus valable\N{NO-BREAK SPACE}: il a plus de 20 minutes. {AGAIN}"
KILLED = f"Ce lien n’est plus valable\N{NO-BREAK SPACE}: trop de codes faux ont été saisis. {AGAIN}"
ELSEWHERE = (
    "Ce lien a été demandé depuis un autre navigateur ou un autre appareil. Saisissez là-bas le code à 8 chiffres du "
    "message, ou demandez un lien depuis ce navigateur."
)
UNKNOWN = (
    "Ce lien n’est pas complet. Ouvrez-le depuis le message reçu, ou copiez l’adresse en entier\N{NO-BREAK SPACE}; "
    "vous pouvez aussi en demander un autre."
)
MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class SentLink:
    """What the mail of a link says. `provider` is who told the address, "" when the person typed it."""

    email: str
    secret: str = field(repr=False)
    code: str = field(repr=False)
    valid_for: timedelta
    provider: str = ""


def ask_sign_in_link(
    actor: Actor, email: str, next_path: str, ip: str, browser: str, identity: Mapping[str, Any] | None = None
) -> str:
    """Ask for a link in the actor's portal, for the browser of this name; returns the address it goes to.

    `next_path` was checked by tenants.rules.portal.local_path. `identity` (rules.identity.Told.facts) is attached to
    the account of the address once it is proved. Raises Invalid (field `email`), TooManyRequests.
    """
    address = check_email(email)
    permit(PERMISSIONS, actor, "sign_in_link.ask")
    too_many = "Trop de liens ont été demandés depuis votre réseau."
    limits.hit("sign-in-ip", limits.subscriber(ip), MOST_BY_IP, WINDOW, too_many)
    sentence = (
        f"{MOST_BY_ADDRESS} liens viennent d’être envoyés à cette adresse\N{NO-BREAK SPACE}: utilisez le dernier reçu, "
        "et regardez dans les courriers indésirables."
    )
    limits.hit("sign-in-address", f"{actor.tenant_id} {address}", MOST_BY_ADDRESS, WINDOW, sentence)
    with transaction(actor) as tx:
        link, _ = _add_link(tx, address, next_path, LINK_LIFETIME, browser_digest(browser), identity)
        tx.emit("sign_in_link.ask", link.id)
    return address


def make_sign_in_link(actor: Actor, email: str, next_path: str, lifetime: timedelta = LINK_LIFETIME) -> str:
    """The secret of a link that nobody mails and that works anywhere: help desk, demonstration. Raises Invalid."""
    address = check_email(email)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "sign_in_link.make")
        link, secret = _add_link(tx, address, next_path, lifetime)
        tx.audit("sign_in_link.make", link.id)
        return secret


def look_at_link(actor: Actor, secret: str, browser: str = "") -> SignInLink:
    """The link, when this browser can still use it; looking does not use it. Raises NotFound, Conflict."""
    with transaction(actor) as tx:
        link = find_link(tx.session, tx.tenant_id, _digest(secret))
        _refuse_dead(tx, link, browser)
        if link is None:
            raise NotFound(UNKNOWN)
        return link


def use_sign_in_link(
    actor: Actor, secret: str, ended: str | None = None, browser: str = "", agent: str = ""
) -> tuple[Cookie, str]:
    """Sign in: the browser's new cookie, and where to land. Works once. Raises NotFound, Conflict.

    A first use makes the person's account. `ended` is the cookie this browser had: its session stops. `agent` is the
    browser, in words.
    """
    digest = _digest(secret)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "sign_in_link.use")
        link = take_link(tx.session, tx.tenant_id, digest, browser_digest(browser), tx.now, MOST_TRIES)
        if link is None:
            _refuse_dead(tx, find_link(tx.session, tx.tenant_id, digest), browser)
            raise NotFound(UNKNOWN)
        return enter(tx, link, ended, agent)


def sent_link(tx: Tx, link_id: UUID) -> SentLink | None:
    """What to write in the mail of an asked link; None when it was used or is too old to be sent."""
    link = find_sent_link(tx.session, tx.tenant_id, link_id)
    if link is None or link.used_at is not None or link.expires_at <= tx.now:
        return None
    provider = PROVIDER_NAMES.get((link.identity or {}).get("provider", ""), "")
    return SentLink(link.email, _secret(link.id), link_code(link.id), link.expires_at - link.created_at, provider)


def link_code(link_id: UUID) -> str:
    """The eight digits of a link's mail."""
    return f"{int(signing.seal(f'sign-in-code:{link_id}')[:24], 16) % 10**8:08d}"


def browser_digest(browser: str) -> str:
    """What is kept of a browser's name."""
    return signing.sha256(browser.encode())


def _add_link(
    tx: Tx,
    email: str,
    next_path: str,
    lifetime: timedelta,
    browser: str | None = None,
    identity: Mapping[str, Any] | None = None,
) -> tuple[SignInLink, str]:
    link_id = uuid4()
    secret = _secret(link_id)
    link = SignInLink(
        id=link_id,
        digest=_digest(secret),
        email=email,
        browser=browser,
        identity=dict(identity) if identity else None,
        next_path=next_path,
        created_at=tx.now,
        expires_at=tx.now + lifetime,
    )
    return tx.add(link), secret


def _refuse_dead(tx: Tx, link: SignInLink | None, browser: str) -> None:
    if link is None:
        return
    if link.used_at is not None:
        raise Conflict(USED)
    if link.expires_at <= tx.now:
        raise Conflict(EXPIRED)
    if link.attempts >= MOST_TRIES:
        raise Conflict(KILLED)
    if link.browser is not None and link.browser != browser_digest(browser):
        raise Conflict(ELSEWHERE)


def _secret(link_id: UUID) -> str:
    return signing.seal(f"sign-in:{link_id}")


def _digest(secret: str) -> str:
    return signing.sha256(secret.encode())
