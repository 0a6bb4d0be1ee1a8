"""Bringing a call before the public: now, at its hour, or not yet; and what stands in the way, shown before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from campaigns.models import Campaign
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries.history import tenant_sources
from campaigns.rules.document.campaign import Document, stored
from campaigns.rules.document.checking import check
from campaigns.rules.document.timeline import check_against_now, check_publication
from campaigns.rules.states import CAMPAIGN
from campaigns.service.references import check_references
from campaigns.service.timetable import keep_timetable
from eligibility.queries.audience import audience
from eligibility.rules import read_rule
from finess.models import RegistryEdition
from finess.queries.edition import find_current_edition, get_edition
from kit.actor import Actor
from kit.document.finding import Finding, error, refuse, warning
from kit.document.source import read_data
from kit.errors import Invalid
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction


@dataclass(frozen=True)
class Outlook:
    """What publishing a call would meet: the findings, the edition it would be pinned to, and the one in force."""

    campaign: Campaign
    findings: Sequence[Finding]
    edition: RegistryEdition | None
    current: RegistryEdition | None


def foresee_publication(actor: Actor, slug: str) -> Outlook:
    """What publishing now would meet. Changes nothing."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, "campaign.preview", campaign)
        edition = _edition(tx, campaign)
        findings = _findings(tx, campaign, _document(tx, campaign), edition)
        return Outlook(campaign, findings, edition, find_current_edition(tx.session))


def publish_campaign(actor: Actor, slug: str) -> Campaign:
    """Publish now. Raises Refused with the findings when one of them is an error, Conflict when it is published."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "campaign.publish", campaign)
        publish(tx, campaign)
        return campaign


def publish(tx: Tx, campaign: Campaign) -> None:
    """Publish a locked call, pinned to the edition it was scheduled with, else to the one in force."""
    CAMPAIGN.target(campaign.state, "publish")
    document, edition = _document(tx, campaign), _edition(tx, campaign)
    refuse(_findings(tx, campaign, document, edition))
    campaign.edition_id = edition.id if edition else None
    tx.advance(campaign, CAMPAIGN, "publish", edition=campaign.edition_id, version=campaign.version)
    keep_timetable(tx, campaign, document)


def schedule_campaign(actor: Actor, slug: str, at: datetime | None = None) -> Campaign:
    """Publish at `at` (aware), else at the document's own `publish_at`.

    The edition of the register is pinned now: the audience that was read is the one that is announced. Raises Refused,
    Conflict, and Invalid (field `publish_at`) without an hour to come.
    """
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "campaign.schedule", campaign)
        CAMPAIGN.target(campaign.state, "schedule")
        document, edition = _document(tx, campaign), find_current_edition(tx.session)
        when = at or document.publish_at
        if when is None or when <= tx.now:
            fault = "Indiquez quand publier : une date et une heure à venir."
            raise Invalid(fault, {"publish_at": fault})
        timely = check_publication(replace(document, publish_at=when))
        refuse([*_findings(tx, campaign, document, edition), *timely])
        campaign.publish_at = when
        campaign.edition_id = edition.id if edition else None
        tx.advance(campaign, CAMPAIGN, "schedule", at=when.isoformat(), edition=campaign.edition_id)
        keep_timetable(tx, campaign, document)
        return campaign


def unschedule_campaign(actor: Actor, slug: str) -> Campaign:
    """Give up the scheduled publication; the call is a draft again."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "campaign.unschedule", campaign)
        unschedule(tx, campaign)
        return campaign


def unschedule(tx: Tx, campaign: Campaign) -> None:
    """Make a locked, scheduled call a draft again: no edition, no deadline."""
    document = _document(tx, campaign)
    tx.advance(campaign, CAMPAIGN, "unschedule")
    campaign.edition_id = None
    campaign.publish_at = document.publish_at
    keep_timetable(tx, campaign, document)


def _document(tx: Tx, campaign: Campaign) -> Document:
    return stored(campaigns.get_version(tx.session, campaign).document, campaign.zone)


def _edition(tx: Tx, campaign: Campaign) -> RegistryEdition | None:
    """The edition a publication pins: the one the call was scheduled with, else the one in force."""
    if campaign.edition_id is not None:
        return get_edition(tx.session, campaign.edition_id)
    return find_current_edition(tx.session)


def _findings(tx: Tx, campaign: Campaign, document: Document, edition: RegistryEdition | None) -> list[Finding]:
    """Everything to read before publishing: the document again, its dates against today, its audience."""
    checked = check(read_data(dict(document.data)), campaign.zone)
    return [
        *checked.findings,
        *check_references(tx, document, publishing=True),
        *check_against_now(document, tx.now),
        *(_audience(tx, document, edition) if CAMPAIGN.can(campaign.state, "publish") else []),
    ]


def _audience(tx: Tx, document: Document, edition: RegistryEdition | None) -> list[Finding]:
    if edition is None:
        return [
            error("", f"Aucun registre FINESS n’a été importé{NBSP}: personne ne pourrait vérifier son éligibilité.")
        ]
    reached = audience(tx.session, edition.id, read_rule(document.rule), tenant_sources(tx.now, document.zone))
    if reached.eligible or reached.information_missing:
        return []
    return [warning("rule", "Aucun organisme du registre ne remplit cette règle.")]
