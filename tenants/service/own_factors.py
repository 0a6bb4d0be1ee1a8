"""One's own second factors: seen, renamed, removed; codes for a bad day, shown once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from kit.actor import Actor
from kit.errors import Conflict, Invalid, NotFound, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Passkey, RecoveryCode, TotpSecret, User
from tenants.permissions import PERMISSIONS
from tenants.queries import factor as queries
from tenants.rules.factor import LONGEST_KEY_NAME, new_recovery_codes
from tenants.rules.people import check_line
from tenants.service.second_factor import digest_of, somebody


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody has. `wanted_by`: the portals where a role of theirs asks for a second factor."""

    totp: TotpSecret | None
    passkeys: Sequence[Passkey]
    codes_left: int
    wanted_by: Sequence[str]

    @property
    def count(self) -> int:
        """How many factors; codes for a bad day are none."""
        return len(self.passkeys) + (self.totp is not None)


def list_factors(actor: Actor) -> Factors:
    """What the actor has. Raises Unauthenticated."""
    permit(PERMISSIONS, actor, "second_factor.view")
    user_id = somebody(actor)
    wanted_by = portals_that_want_one(user_id)
    with transaction(actor) as tx:
        return Factors(
            queries.find_totp(tx.session, user_id),
            queries.list_passkeys(tx.session, user_id),
            queries.count_recovery_codes(tx.session, user_id),
            wanted_by,
        )


def portals_that_want_one(user_id: UUID) -> list[str]:
    """The names of the portals where a person's role asks for a second factor: it looks at all their places."""
    with transaction(Actor("person", None, user_id=user_id)) as tx:
        return [portal.name for portal in queries.portals_that_want_one(tx.session, user_id)]


def rename_passkey(actor: Actor, passkey_id: UUID, name: str) -> None:
    """Call a key of one's own otherwise. Raises NotFound, Unconfirmed, Invalid (name)."""
    with transaction(actor) as tx:
        key = _own_key(tx, passkey_id, "second_factor.add")
        key.name = check_key_name(name)
        tx.audit("second_factor.rename", key.id)


def remove_totp(actor: Actor) -> None:
    """Forget the application. Raises NotFound, Unconfirmed, Conflict for the last factor where a role wants one."""
    wanted_by = portals_that_want_one(somebody(actor))
    with transaction(actor) as tx:
        kept = queries.find_totp(tx.session, lock_person(tx))
        if kept is None:
            raise NotFound()
        permit(PERMISSIONS, actor, "second_factor.remove", kept)
        _remove(tx, kept, "totp", wanted_by)


def remove_passkey(actor: Actor, passkey_id: UUID) -> None:
    """Forget a key. Raises NotFound, Unconfirmed, Conflict for the last factor where a role wants one."""
    wanted_by = portals_that_want_one(somebody(actor))
    with transaction(actor) as tx:
        lock_person(tx)
        _remove(tx, _own_key(tx, passkey_id, "second_factor.remove"), "passkey", wanted_by)


def renew_codes(actor: Actor) -> list[str]:
    """Ten new codes; the earlier ones, used or not, are good for nothing. Raises Unconfirmed, Conflict."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "second_factor.add")
        user_id = lock_person(tx)
        if not queries.has_factor(tx.session, user_id):
            raise Conflict("Ajoutez d’abord un second facteur\N{NO-BREAK SPACE}: les codes de secours le remplacent.")
        tx.audit("second_factor.add", user_id, kind="codes")
        tx.emit("second_factor.add", user_id, key="codes")
        return new_codes(tx, user_id)


def lock_person(tx: Tx) -> UUID:
    """Those who change the factors of one person take turns: the last one is never removed by two at once."""
    user = tx.session.get(User, somebody(tx.actor), with_for_update={"key_share": True})
    if user is None:
        raise Unauthenticated()
    return user.id


def new_codes(tx: Tx, user_id: UUID) -> list[str]:
    """Ten codes in place of those there were; only their seals are kept."""
    codes = new_recovery_codes()
    tx.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    tx.session.add_all(
        RecoveryCode(user_id=user_id, digest=digest_of(user_id, code), created_at=tx.now) for code in codes
    )
    return codes


def check_key_name(name: str) -> str:
    """What to call a key. Raises Invalid (name)."""
    called = check_line(name, "name", "Donnez un nom à cette clé, par exemple «\xa0Mon téléphone\xa0».")
    if len(called) > LONGEST_KEY_NAME:
        fault = f"Ce nom est trop long\N{NO-BREAK SPACE}: {LONGEST_KEY_NAME}\xa0caractères au plus."
        raise Invalid(fault, {"name": fault})
    return called


def _remove(tx: Tx, factor: TotpSecret | Passkey, kind: str, wanted_by: list[str]) -> None:
    user_id = factor.user_id
    tx.session.delete(factor)
    tx.session.flush()
    last = not queries.has_factor(tx.session, user_id)
    if last and wanted_by:
        raise Conflict(
            f"C’est votre seul second facteur, et votre rôle en demande un ({', '.join(wanted_by)})\N{NO-BREAK SPACE}: "
            "ajoutez-en d’abord un autre. Rien n’a été retiré."
        )
    if last:
        tx.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    tx.audit("second_factor.remove", user_id, kind=kind)
    tx.emit("second_factor.remove", user_id, key=kind)


def _own_key(tx: Tx, passkey_id: UUID, action: str) -> Passkey:
    key = tx.session.get(Passkey, passkey_id, with_for_update=True)
    if key is None or key.user_id != tx.actor.user_id:
        raise NotFound()
    permit(PERMISSIONS, tx.actor, action, key)
    return key
