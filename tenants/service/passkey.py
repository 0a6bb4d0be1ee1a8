"""Passkeys that are shown: to sign in by themselves, or as a second factor."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete

from kit import limits, signing
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.gateway import passkey as gateway
from tenants.models import Passkey, Session, User
from tenants.permissions import PERMISSIONS
from tenants.queries import factor as queries
from tenants.rules.site import Site
from tenants.service import challenge
from tenants.service.session import Arrival, Cookie, start_session
from tenants.service.sign_in import MOST_BY_IP, WINDOW

SIGN_IN = "passkey.sign_in"
NOT_HERE = "Les clés d’accès ne peuvent pas servir à cette adresse."
UNKNOWN = (
    "Cette clé d’accès n’est pas connue ici, ou elle n’a pas pu être vérifiée. Recommencez, ou demandez un lien par "
    "courriel."
)


def ask_sign_in(actor: Actor, browser: str, site: Site | None) -> dict[str, Any]:
    """What to ask this browser so that its person signs in with a key, whoever they are.

    `browser` is its name, which alone may answer. Raises Conflict where keys do not exist, TooManyRequests.
    """
    permit(PERMISSIONS, actor, "passkey.sign_in")
    _limit(actor)
    if site is None:
        raise Conflict(NOT_HERE)
    with transaction(actor) as tx:
        return gateway.request(site, challenge.ask_passkey(tx, SIGN_IN, _subject(browser)), (), verify=True)


def sign_in_with_passkey(
    actor: Actor, text: str, browser: str, site: Site | None, agent: str, ended: str | None = None
) -> Cookie:
    """Sign in: the browser's new cookie; nothing more is asked, the device recognised its person.

    `ended` is the cookie this browser had: its session stops. Raises Invalid, whatever is wrong; TooManyRequests.
    """
    permit(PERMISSIONS, actor, "passkey.sign_in")
    _limit(actor)
    with transaction(actor) as tx:
        key = _key_shown(tx, text, browser, site)
        user = tx.session.get(User, key.user_id) if key else None
        cookie = None
        if key is not None and user is not None and user.erased_at is None:
            if ended:
                tx.session.execute(delete(Session).where(Session.digest == signing.sha256(ended.encode())))
            cookie = start_session(tx, user, Arrival(method="passkey", factor=True, agent=agent))
            tx.audit("session.start", user.id, passkey=str(key.id))
    if cookie is None:
        raise Invalid(UNKNOWN, {"passkey": UNKNOWN})
    return cookie


def use_passkey(tx: Tx, key: Passkey, shown: gateway.Shown, site: Site) -> gateway.Proof | None:
    """What a locked key proves; None when it proves nothing. A count that does not go up is a copy of the key."""
    proof = gateway.verify_shown(shown, site, key.public_key)
    if proof is None:
        return None
    if (proof.sign_count or key.sign_count) and proof.sign_count <= key.sign_count:
        tx.audit("passkey.refuse", key.id, count=proof.sign_count, known=key.sign_count)
        return None
    key.sign_count, key.used_at = proof.sign_count, tx.now
    return proof


def _key_shown(tx: Tx, text: str, browser: str, site: Site | None) -> Passkey | None:
    shown = gateway.read(text)
    if shown is None or site is None or not challenge.take_passkey(tx, SIGN_IN, _subject(browser), shown.challenge):
        return None
    key = queries.find_passkey(tx.session, shown.credential_id, site.host)
    if key is None or shown.handle != handle_of(key.user_id):
        return None
    proof = use_passkey(tx, key, shown, site)
    return key if proof is not None and proof.verified else None


def handle_of(user_id: UUID) -> bytes:
    """How a key names its person: nothing that says who they are."""
    return user_id.bytes


def _limit(actor: Actor) -> None:
    limits.hit("passkey-ip", limits.subscriber(actor.ip), 2 * MOST_BY_IP, WINDOW, "Trop d’essais depuis votre réseau.")


def _subject(browser: str) -> str:
    return f"browser:{signing.sha256(browser.encode())}"
