"""Proving who one is: after a sign-in by link, and again before what matters. Any answer counts, none twice.

Wrong answers of one person are counted together, whatever their kind and their session: five in a quarter of an hour,
twenty a day. What was wrong is written in the audit log; what was right gives the session another secret.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from kit import limits, signing
from kit.actor import Actor
from kit.errors import Conflict, Invalid, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from kit.vault import take_out
from tenants.gateway import passkey as gateway
from tenants.models import Challenge, Tenant
from tenants.permissions import PERMISSIONS
from tenants.queries import factor as queries
from tenants.queries.person import get_user
from tenants.rules import totp
from tenants.rules.factor import DAY, EMAILED_FOR, MOST_WRONG, MOST_WRONG_A_DAY, WRONG_WINDOW, Answer, Kind
from tenants.rules.site import Site
from tenants.service import challenge
from tenants.service.passkey import use_passkey
from tenants.service.session import Cookie, rotate_session

PROVE_PASSKEY = "second_factor.passkey"
PROVE_CODE = "second_factor.code"
MOST_CODES_SENT = 5
TOO_MANY = "Trop de réponses fausses de suite."
WRONG = {
    "totp": "Ce code n’est pas le bon, ou il a déjà servi. Attendez que l’application montre le suivant.",
    "recovery": "Ce code de secours n’est pas le bon, ou il a déjà servi.",
    "emailed": "Ce code n’est pas celui du dernier courriel, ou il a plus de 10 minutes.",
    "passkey": "Cette clé d’accès n’a pas été reconnue. Recommencez, ou prouvez autrement que c’est vous.",
}


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody may prove who they are, here and now.

    `passkeys` are keys of this host, `elsewhere` the hosts of their other keys. `wanted`: a role here asks for a
    second factor. `sent`: a code waits in their mailbox.
    """

    email: str
    totp: bool = False
    passkeys: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    codes_left: int = 0
    wanted: bool = False
    sent: bool = False

    @property
    def has_factor(self) -> bool:
        """Whether there is something to show."""
        return self.totp or bool(self.passkeys) or bool(self.elsewhere)

    @property
    def by_mail(self) -> bool:
        """Whether a code by e-mail is enough: of somebody who has nothing else, and whom nobody asks more of."""
        return not self.has_factor and not self.wanted


@dataclass(frozen=True, slots=True)
class SentCode:
    """What the mail of a code says."""

    email: str
    user_id: UUID
    code: str
    valid_for: timedelta


def has_factor(tx: Tx, user_id: UUID) -> bool:
    """Whether a person has an application or a key."""
    return queries.has_factor(tx.session, user_id)


def list_ways(actor: Actor, site: Site | None) -> Ways:
    """How the actor may prove who they are at `site`. Raises Unauthenticated."""
    permit(PERMISSIONS, actor, "second_factor.prove")
    with transaction(actor) as tx:
        return _ways(tx, site)


def prove(actor: Actor, session_secret: str, answer: Answer, site: Site | None = None) -> Cookie:
    """Show who one is: the session's new cookie; the old one stands for nobody.

    Raises Invalid (field `confirm_code`) when the answer is wrong, TooManyRequests after too many, Unauthenticated.
    """
    permit(PERMISSIONS, actor, "second_factor.prove")
    user_id = somebody(actor)
    wrong = _count_wrong(user_id)
    with transaction(actor) as tx:
        right = _CHECKS[answer.kind](tx, user_id, answer.text, site)
        cookie = rotate_session(tx, session_secret, answer.kind != "emailed") if right else None
        tx.audit(f"second_factor.{'prove' if right else 'refuse'}", user_id, kind=answer.kind)
        if not right and wrong == MOST_WRONG:
            tx.emit("second_factor.block", user_id)
    if cookie is None:
        raise Invalid(_wrong(answer.kind, wrong), {"confirm_code": _wrong(answer.kind, wrong)})
    limits.take_back("second-factor", str(user_id), WRONG_WINDOW)
    limits.take_back("second-factor-day", str(user_id), DAY)
    return cookie


def ask_passkey(actor: Actor, site: Site | None) -> dict[str, Any]:
    """What to ask this browser so that it shows one of the actor's keys. Raises Conflict when there is none here."""
    permit(PERMISSIONS, actor, "second_factor.prove")
    with transaction(actor) as tx:
        keys = [key for key in queries.list_passkeys(tx.session, somebody(actor)) if site and key.host == site.host]
        if not keys or site is None:
            raise Conflict("Vous n’avez pas de clé d’accès pour cette adresse.")
        asked = challenge.ask_passkey(tx, PROVE_PASSKEY, _session(actor))
        return gateway.request(site, asked, [(key.credential_id, key.transports) for key in keys], verify=False)


def ask_code(actor: Actor) -> None:
    """Send a code to the actor's address. Raises Conflict when something else is wanted, TooManyRequests."""
    permit(PERMISSIONS, actor, "second_factor.prove")
    user_id = somebody(actor)
    limits.hit("confirmation-code", str(user_id), MOST_CODES_SENT, WRONG_WINDOW, "Cinq codes viennent de partir.")
    with transaction(actor) as tx:
        if not _ways(tx, None).by_mail:
            raise Conflict("Prouvez que c’est vous avec votre second facteur.")
        asked = challenge.ask_code(tx, PROVE_CODE, _session(actor), {"user": str(user_id)})
        tx.emit("second_factor.ask", asked)
        tx.audit("second_factor.ask", user_id)


def sent_code(tx: Tx, challenge_id: UUID) -> SentCode | None:
    """What to write in the mail of an asked code; None when it was used, replaced, or is too old to be sent."""
    asked = tx.session.get(Challenge, challenge_id)
    if asked is None or asked.expires_at <= tx.now or not asked.facts:
        return None
    user = get_user(tx.session, UUID(asked.facts["user"]))
    return SentCode(user.email, user.id, challenge.code_of(challenge_id), EMAILED_FOR)


def somebody(actor: Actor) -> UUID:
    """Whose factors these are. Raises Unauthenticated for a program or a visitor."""
    if actor.user_id is None:
        raise Unauthenticated()
    return actor.user_id


def _ways(tx: Tx, site: Site | None) -> Ways:
    user_id, actor = somebody(tx.actor), tx.actor
    keys = queries.list_passkeys(tx.session, user_id)
    here = tuple(key.name for key in keys if site and key.host == site.host)
    tenant = tx.session.get_one(Tenant, tx.tenant_id)
    held = actor.roles.union(actor.held_back, *actor.organisations.values())
    return Ways(
        email=actor.email,
        totp=queries.find_totp(tx.session, user_id) is not None,
        passkeys=here,
        elsewhere=tuple(sorted({key.host for key in keys if not site or key.host != site.host})),
        codes_left=queries.count_recovery_codes(tx.session, user_id),
        wanted=not held.isdisjoint(tenant.second_factor_roles),
        sent=queries.find_challenge(tx.session, PROVE_CODE, _session(actor), tx.now) is not None,
    )


def _count_wrong(user_id: UUID) -> int:
    """Counted as wrong before it is looked at: of many that try together, none escapes."""
    wrong = limits.hit("second-factor", str(user_id), MOST_WRONG, WRONG_WINDOW, TOO_MANY)
    limits.hit("second-factor-day", str(user_id), MOST_WRONG_A_DAY, DAY, TOO_MANY)
    return wrong


def _wrong(kind: Kind, wrong: int) -> str:
    left = MOST_WRONG - wrong
    if left <= 0:
        return f"{WRONG[kind]} C’était le dernier essai\N{NO-BREAK SPACE}: attendez un quart d’heure."
    return f"{WRONG[kind]} Il reste un essai." if left == 1 else f"{WRONG[kind]} Il reste {left}\xa0essais."


def _session(actor: Actor) -> str:
    return f"session:{actor.session_id}"


def _check_totp(tx: Tx, user_id: UUID, code: str, site: Site | None) -> bool:
    kept = queries.find_totp(tx.session, user_id, lock=True)
    step = totp.step_of(take_out(kept.secret), code, tx.now, kept.last_step) if kept else None
    if kept is None or step is None:
        return False
    kept.last_step = step
    return True


def _check_recovery(tx: Tx, user_id: UUID, code: str, site: Site | None) -> bool:
    if not queries.take_recovery_code(tx.session, user_id, digest_of(user_id, code), tx.now):
        return False
    tx.emit("recovery_code.use", user_id)
    return True


def _check_emailed(tx: Tx, user_id: UUID, code: str, site: Site | None) -> bool:
    return _ways(tx, site).by_mail and challenge.take_code(tx, PROVE_CODE, _session(tx.actor), code)


def _check_passkey(tx: Tx, user_id: UUID, text: str, site: Site | None) -> bool:
    shown = gateway.read(text)
    if shown is None or site is None:
        return False
    if not challenge.take_passkey(tx, PROVE_PASSKEY, _session(tx.actor), shown.challenge):
        return False
    key = queries.find_passkey(tx.session, shown.credential_id, site.host)
    return key is not None and key.user_id == user_id and use_passkey(tx, key, shown, site) is not None


def digest_of(user_id: UUID, code: str) -> str:
    """What is kept of a recovery code: short as it is, only this installation can make it."""
    return signing.seal(f"recovery:{user_id}:{code}")


_CHECKS: dict[Kind, Callable[[Tx, UUID, str, Site | None], bool]] = {
    "totp": _check_totp,
    "recovery": _check_recovery,
    "emailed": _check_emailed,
    "passkey": _check_passkey,
}
