"""A public call's later life: holding its automatic release, a newer register, closing, the archive."""

from dataclasses import dataclass

from campaigns.models import Campaign
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries.history import tenant_sources
from campaigns.rules import window
from campaigns.rules.states import CAMPAIGN
from eligibility.queries.reach import eligible_numbers
from eligibility.rules import read_rule
from finess.models import RegistryEdition
from finess.queries.edition import get_current_edition, get_edition
from kit.actor import Actor
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import Tx, transaction

RUNNING = ("published", "closed")


@dataclass(frozen=True)
class Repinning:
    """What pinning the edition in force would change, or has changed: who becomes eligible, who no longer is."""

    campaign: Campaign
    before: RegistryEdition
    after: RegistryEdition
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def hold_release(actor: Actor, slug: str) -> Campaign:
    """Stop the automatic release at the notification instant, until somebody lifts it. Held twice is held."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "campaign.hold", campaign)
        _check_running(campaign)
        if campaign.held_at is None:
            campaign.held_at = tx.now
            tx.audit("campaign.hold", campaign.id)
        return campaign


def unhold_release(actor: Actor, slug: str) -> Campaign:
    """Lift the hold. When the notification instant has passed meanwhile, the release is due at once."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "campaign.hold", campaign)
        _check_running(campaign)
        if campaign.held_at is not None:
            campaign.held_at = None
            tx.due("campaign.release_due", campaign.id, max(campaign.notify_at, tx.now))
            tx.audit("campaign.unhold", campaign.id)
        return campaign


def archive_campaign(actor: Actor, slug: str) -> Campaign:
    """Put away a draft, or a call whose decisions were told."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "campaign.archive", campaign)
        tx.advance(campaign, CAMPAIGN, "archive")
        return campaign


def close_when_over(tx: Tx, campaign: Campaign) -> bool:
    """Say that a locked call's last window is over, if it is. Whether a file is accepted never depends on this."""
    moment = window.at(campaigns.list_windows(tx.session, campaign.id), tx.now)
    if campaign.state != "published" or moment.status != "closed":
        return False
    tx.advance(campaign, CAMPAIGN, "close")
    return True


def foresee_repinning(actor: Actor, slug: str) -> Repinning:
    """What pinning the edition in force would change. Raises Conflict when the call has none, or this one already."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, "campaign.preview", campaign)
        return _repinning(tx, campaign)


def repin_edition(actor: Actor, slug: str) -> Repinning:
    """Pin the edition in force. Verdicts already given keep theirs."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "campaign.write", campaign)
        change = _repinning(tx, campaign)
        campaign.edition_id = change.after.id
        figures = {"gained": len(change.gained), "lost": len(change.lost)}
        tx.audit("campaign.repin", campaign.id, before=change.before.id, after=change.after.id, **figures)
        return change


def _check_running(campaign: Campaign) -> None:
    if campaign.state not in RUNNING:
        raise Conflict("La notification ne se suspend que pour une campagne publiée, avant ses décisions.")


def _repinning(tx: Tx, campaign: Campaign) -> Repinning:
    after = get_current_edition(tx.session)
    if campaign.edition_id is None or campaign.state not in ("scheduled", *RUNNING):
        raise Conflict("Cette campagne ne retient pas encore d’édition du registre, ou n’en changera plus.")
    if campaign.edition_id == after.id:
        raise Conflict("Cette campagne retient déjà l’édition en vigueur du registre.")
    rule = read_rule(campaigns.get_version(tx.session, campaign).document["rule"])
    sources = tenant_sources(tx.now, campaign.zone)
    was, now = (eligible_numbers(tx.session, one, rule, sources) for one in (campaign.edition_id, after.id))
    before = get_edition(tx.session, campaign.edition_id)
    return Repinning(campaign, before, after, tuple(sorted(now - was)), tuple(sorted(was - now)))
