"""Adding a second factor: an application of codes, a passkey. It is added once it has been shown.

The session it is added in has shown it; the person's other sessions must show it to go on.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction
from kit.vault import lock_away, take_out
from tenants.gateway import passkey as gateway
from tenants.models import Passkey, Tenant, TotpSecret
from tenants.permissions import PERMISSIONS
from tenants.queries import factor as queries
from tenants.rules import totp
from tenants.rules.factor import MOST_PASSKEYS, Answer, read_code
from tenants.rules.site import Site
from tenants.service import challenge
from tenants.service.own_factors import check_key_name, lock_person, new_codes
from tenants.service.passkey import NOT_HERE, handle_of
from tenants.service.second_factor import somebody
from tenants.service.session import Cookie, rotate_session

ADD_PASSKEY = "second_factor.add"
OFFERED_SECONDS = 1800
NOT_ADDED = (
    "La clé d’accès n’a pas pu être vérifiée, elle n’est pas enregistrée. Recommencez\N{NO-BREAK SPACE}; si votre "
    "appareil en a créé une, effacez-la de ses réglages."
)
OFFER_OVER = (
    "Cette page était ouverte depuis plus d’une demi-heure\N{NO-BREAK SPACE}: photographiez le code QR que voici, et "
    "effacez le compte que l’application venait de créer."
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret for an application, not kept anywhere yet: the page carries it, `sealed`."""

    secret: str
    address: str
    sealed: str

    def __repr__(self) -> str:
        return "Offer()"


@dataclass(frozen=True, slots=True)
class Added:
    """The session's new cookie; the codes to write down, when the person had none left."""

    cookie: Cookie
    codes: list[str] = field(repr=False)


def offer_totp(actor: Actor) -> Offer:
    """A new secret for the actor's application. Raises Unconfirmed."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "second_factor.add")
        secret = totp.new_secret()
        until = int(tx.now.timestamp()) + OFFERED_SECONDS
        kept = json.dumps({"user": str(actor.user_id), "secret": secret, "until": until})
        return _offer(tx, secret, lock_away(kept))


def offer_again(actor: Actor, sealed: str) -> Offer:
    """The same secret, after a code that was wrong. Raises Unconfirmed, Conflict when it was offered too long ago."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "second_factor.add")
        return _offer(tx, _opened(tx, sealed), sealed)


def add_totp(actor: Actor, session_secret: str, sealed: str, code: str) -> Added:
    """Keep the offered secret, since the application shows its codes; it takes the place of an earlier one.

    Raises Unconfirmed, Invalid (field `code`), Conflict when it was offered too long ago.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "second_factor.add")
        user_id, secret, answer = lock_person(tx), _opened(tx, sealed), read_code(code)
        known = queries.find_totp(tx.session, user_id)
        last = known.last_step if known and take_out(known.secret) == secret else 0
        step = totp.step_of(secret, answer.text, tx.now, last) if answer and answer.kind == "totp" else None
        if step is None:
            fault = _not_a_code(answer)
            raise Invalid(fault, {"code": fault})
        if known is not None:
            tx.session.delete(known)
            tx.session.flush()
        tx.add(
            TotpSecret(
                user_id=user_id, secret=lock_away(secret), created_at=tx.now, confirmed_at=tx.now, last_step=step
            )
        )
        return _added(tx, session_secret, user_id, "totp")


def ask_new_passkey(actor: Actor, site: Site | None) -> dict[str, Any]:
    """What to ask this browser so that it makes a key. Raises Unconfirmed, Conflict where keys do not exist."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "second_factor.add")
        if site is None:
            raise Conflict(NOT_HERE)
        user_id, tenant = somebody(actor), tx.session.get_one(Tenant, tx.tenant_id)
        known = _known_keys(tx, user_id)
        person = gateway.Person(handle_of(user_id), actor.email, actor.name)
        asked = challenge.ask_passkey(tx, ADD_PASSKEY, f"session:{actor.session_id}")
        return gateway.creation(site, tenant.name, person, asked, [key.credential_id for key in known])


def add_passkey(actor: Actor, session_secret: str, name: str, text: str, site: Site | None) -> Added:
    """Keep the key that the browser has just made. Raises Unconfirmed, Invalid (name, passkey), Conflict."""
    called = check_key_name(name)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "second_factor.add")
        user_id = lock_person(tx)
        _known_keys(tx, user_id)
        made = _made(tx, text, site)
        key_id = _keep(tx, user_id, called, made, site) if made and site else None
        if key_id is None:
            raise Invalid(NOT_ADDED, {"passkey": NOT_ADDED})
        return _added(tx, session_secret, user_id, "passkey", passkey=str(key_id))


def _made(tx: Tx, text: str, site: Site | None) -> gateway.NewKey | None:
    shown = gateway.read(text)
    if shown is None or site is None:
        return None
    asked = challenge.take_passkey(tx, ADD_PASSKEY, f"session:{tx.actor.session_id}", shown.challenge)
    return gateway.verify_new(shown, site) if asked else None


def _keep(tx: Tx, user_id: UUID, name: str, made: gateway.NewKey, site: Site) -> UUID | None:
    """The new key's identifier; None when a key of this identifier exists, whosever it is."""
    row = {
        "id": uuid7(),
        "user_id": user_id,
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "transports": made.transports,
        "host": site.host,
        "name": name,
        "created_at": tx.now,
    }
    statement = insert(Passkey).values(row).on_conflict_do_nothing(index_elements=["credential_id"])
    return tx.session.scalar(statement.returning(Passkey.id))


def _known_keys(tx: Tx, user_id: UUID) -> list[Passkey]:
    known = list(queries.list_passkeys(tx.session, user_id))
    if len(known) >= MOST_PASSKEYS:
        raise Conflict(f"Vous avez déjà {MOST_PASSKEYS}\xa0clés d’accès\N{NO-BREAK SPACE}: retirez-en une d’abord.")
    return known


def _added(tx: Tx, session_secret: str, user_id: UUID, kind: str, **facts: str) -> Added:
    tx.audit("second_factor.add", user_id, kind=kind, **facts)
    tx.emit("second_factor.add", user_id, key=kind)
    none_left = queries.count_recovery_codes(tx.session, user_id) == 0
    return Added(rotate_session(tx, session_secret, factor=True), new_codes(tx, user_id) if none_left else [])


def _offer(tx: Tx, secret: str, sealed: str) -> Offer:
    issuer = tx.session.get_one(Tenant, tx.tenant_id).name
    return Offer(secret, totp.address(secret, tx.actor.email, issuer), sealed)


def _opened(tx: Tx, sealed: str) -> str:
    """The secret that a page carries. Raises Conflict when it is somebody else's, or was offered too long ago."""
    try:
        offered = json.loads(take_out(sealed)) if sealed else {}
    except (Conflict, ValueError):
        offered = {}
    if offered.get("user") != str(tx.actor.user_id) or offered["until"] < tx.now.timestamp():
        raise Conflict(OFFER_OVER)
    return str(offered["secret"])


def _not_a_code(answer: Answer | None) -> str:
    if answer is None or answer.kind != "totp":
        return "Écrivez les 6\xa0chiffres que montre l’application."
    return (
        "Ce code n’est pas celui que l’application devrait montrer. Attendez le suivant\N{NO-BREAK SPACE}; s’il n’est "
        "toujours pas le bon, réglez l’heure du téléphone sur «\xa0automatique\xa0»."
    )
