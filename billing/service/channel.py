"""The tenant's accounts at portals of invoices: set, tried, opened; secrets are sealed and never shown again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.gateway.channel import Barred, Channel, ChannelError
from billing.gateway.chorus import ChorusPro
from billing.gateway.outgoing import WHOLE_SECONDS
from billing.gateway.piste import Piste
from billing.gateway.platform import Platform
from billing.models import ChannelAccount
from billing.permissions import PERMISSIONS
from billing.queries import transmission as queries
from billing.queries.issuer import find_issuer
from billing.rules.channel_form import DEFAULTS, FIELDS, read_account
from billing.rules.routing import PORTALS
from kit import french
from kit.actor import Actor
from kit.errors import Conflict, NotFound
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from kit.vault import lock_away, take_out
from services_catalog.service.today import today
from tenants.models import Tenant

NOTICES = (15, 3)  # days before a technical password ends
MORNING = time(8)
WEB_SECONDS = 6.0  # a person waits for it
NO_ACCOUNT = "Cette voie n’est pas réglée."


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as it may be shown: of the secrets, only which are there. `days_left` before its password ends."""

    channel: str
    is_set: bool
    is_open: bool
    settings: Mapping[str, str]
    kept: frozenset[str]
    expires_on: date | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a portal answered to a trial."""

    good: bool
    sentence: str


def list_channels(actor: Actor) -> list[AccountView]:
    """The portals of invoices and how they are set."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "channel_account.view")
        accounts, on = queries.list_accounts(tx.session), today(tx)
        return [_view(channel, accounts.get(channel), on) for channel in PORTALS]


def set_channel(actor: Actor, channel: str, typed: Mapping[str, str], expires_on: date | None, is_open: bool) -> None:
    """Keep the settings of a portal; what waits for it is tried at once. Raises Invalid (fields), NotFound.

    A secret that is not typed stays, unless the address changes: it is given to no other.
    """
    with transaction(actor) as tx:
        row = queries.find_account(tx.session, _known(channel), lock=True)
        permit(PERMISSIONS, actor, "channel_account.set")
        kept = _secrets_or_none(row) if row else {}
        form = read_account(channel, typed, expires_on, is_open, row.settings if row else {}, kept.keys())
        row = row or tx.add(ChannelAccount(channel=channel, settings={}, secrets=""))
        changed = [name for name, value in form.settings.items() if row.settings.get(name) != value]
        row.settings, row.expires_on, row.is_open = form.settings, form.expires_on, form.is_open
        if form.secrets:
            row.secrets = lock_away(json.dumps(kept | form.secrets))
        row.changed_at = tx.now
        tx.audit("channel_account.set", None, channel=channel, is_open=is_open, changed=[*changed, *form.secrets])
        _remind(tx, row)
        for waiting in queries.list_waiting(tx.session, channel) if is_open else ():
            waiting.next_attempt_at = tx.now
            waiting.attempts = 0 if waiting.state == "waiting" else waiting.attempts


def try_channel(actor: Actor, channel: str) -> Tried:
    """Call the portal with the settings that are kept, open or not. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "channel_account.set")
        account, on = queries.find_account(tx.session, _known(channel)), today(tx)
        issuer = find_issuer(tx.session, tx.tenant_id)
        tx.audit("channel_account.try", None, channel=channel)
    if account is None:
        raise Conflict(NO_ACCOUNT)
    if channel == "chorus_pro" and (issuer is None or not issuer.siret):
        raise Conflict(f"Réglez d’abord votre identité de facturation{NBSP}: Chorus Pro vous connaît par votre SIRET.")
    try:
        return Tried(True, reach(account, on, WEB_SECONDS).test(issuer.siret if issuer else ""))
    except ChannelError as error:
        return Tried(False, error.sentence)


def reach(account: ChannelAccount, on: date, seconds: float = WHOLE_SECONDS) -> Channel:
    """The portal of an account. Raises Barred once its password has ended: a portal locks who insists."""
    if account.expires_on is not None and account.expires_on < on:
        raise Barred(
            f"Le mot de passe de ce compte a expiré le {french.day(account.expires_on)}{NBSP}: renouvelez-le "
            "sur le portail, puis enregistrez-le dans les réglages des voies de transmission."
        )
    try:
        secrets = _secrets(account)
    except Conflict as error:
        raise Barred(error.sentence) from error
    if account.channel == "chorus_pro":
        return ChorusPro(Piste(**account.settings, **secrets, patience=seconds))
    return Platform(account.settings["url"], secrets["token"], waits=seconds)


def days_left(expires_on: date | None, on: date) -> int | None:
    """How many days a password still opens; negative once it does not."""
    return None if expires_on is None else (expires_on - on).days


def _known(channel: str) -> str:
    if channel not in FIELDS:
        raise NotFound()
    return channel


def _secrets(account: ChannelAccount) -> dict[str, str]:
    opened: dict[str, str] = json.loads(take_out(account.secrets) or "{}")
    return opened


def _secrets_or_none(account: ChannelAccount) -> dict[str, str]:
    """Nothing when no key of ours opens them any more: all must be typed again."""
    try:
        return _secrets(account)
    except Conflict:
        return {}


def _view(channel: str, account: ChannelAccount | None, on: date) -> AccountView:
    if account is None:
        return AccountView(channel, False, False, DEFAULTS[channel], frozenset(), None, None)
    kept = frozenset(FIELDS[channel].secrets) if account.secrets else frozenset[str]()
    left = days_left(account.expires_on, on)
    return AccountView(channel, True, account.is_open, account.settings, kept, account.expires_on, left)


def _remind(tx: Tx, account: ChannelAccount) -> None:
    """Deadlines before the password ends: the reaction looks again at the account."""
    if account.expires_on is None or not account.is_open:
        return
    zone = ZoneInfo(tx.session.get_one(Tenant, tx.tenant_id).zone)
    for days in NOTICES:
        at = datetime.combine(account.expires_on - timedelta(days=days), MORNING, zone)
        tx.due("channel_account.expires_soon", tx.tenant_id, at, key=f"{account.channel}:{days}")


def find_expiring(tx: Tx, tenant_id: UUID, key: str) -> tuple[ChannelAccount, int] | None:
    """The account a deadline is about, and the days it has left; None when it is renewed, closed or gone."""
    channel, _, days = key.partition(":")
    account = queries.find_account(tx.session, channel)
    if account is None or not account.is_open or tenant_id != tx.tenant_id:
        return None
    left = days_left(account.expires_on, today(tx))
    return (account, left) if left is not None and left <= int(days) else None
