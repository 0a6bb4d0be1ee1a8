"""Writing a call from its document, as a file, a page or a program sends it; and giving the document back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from campaigns.models import Campaign, CampaignVersion, CampaignWindow
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.rules import window
from campaigns.rules.document.campaign import Document, stored
from campaigns.rules.document.checking import check
from campaigns.rules.document.erratum import changed, check_erratum, check_rescheduling
from campaigns.rules.document.writing import write
from campaigns.rules.states import CAMPAIGN
from campaigns.service.references import check_references
from campaigns.service.timetable import keep_timetable
from kit.actor import Actor
from kit.db import uuid7
from kit.document import plain
from kit.document.finding import Finding, Refused, error, refuse
from kit.document.source import Source
from kit.errors import Conflict, PreconditionMissing, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant

PUBLIC = ("published", "closed")


@dataclass(frozen=True)
class Saved:
    """What writing a document did: `parts` are those that changed ("windows", "rule"…), `findings` its warnings."""

    campaign: Campaign
    version: CampaignVersion
    outcome: Literal["created", "updated", "unchanged"]
    parts: tuple[str, ...]
    findings: Sequence[Finding]


def save_campaign(
    actor: Actor,
    source: Source,
    slug: str | None = None,
    base_version: int | None = None,
    overwrite: bool = False,
    rehearse: bool = False,
) -> Saved:
    """Create or update the call that the document names; `slug`, when given, must be its own.

    `base_version` is the version that was read by whoever changes an existing call; with `overwrite` nobody asks.
    `rehearse` checks and changes nothing. An unchanged document changes nothing. After publication a change is an
    erratum: a new version, and the running drafts stay. Raises Refused with the findings, PreconditionMissing or Stale,
    Conflict once everybody has been told.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "campaign.write")
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        checked = check(source, tenant.zone)
        if checked.document is None:
            raise Refused(checked.findings)
        document = checked.document
        if slug is not None and document.slug != slug:
            raise Refused(source.placed([error("slug", f"Cette adresse est celle de la campagne « {slug} ».")]))
        campaigns.take_turn(tx.session, tx.tenant_id, document.slug)
        found = campaigns.find_campaign(tx.session, document.slug, lock=True)
        findings = [*checked.findings, *source.placed(check_references(tx, document))]
        if found is None:
            return _create(tx, document, findings, rehearse)
        if not overwrite:
            _check_base(found, base_version)
        return _update(tx, found, document, source, findings, rehearse)


def export_campaign(actor: Actor, slug: str, action: str = "campaign.view") -> str:
    """The call's document as YAML, for whoever may do `action` to it: importing it again changes nothing."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, action, campaign)
        return write(campaigns.get_version(tx.session, campaign).document)


def _check_base(campaign: Campaign, base_version: int | None) -> None:
    if base_version is None:
        raise PreconditionMissing(
            f"La campagne « {campaign.slug} » existe déjà : dites quelle version vous modifiez. Rien n’a été modifié."
        )
    if base_version != campaign.version:
        raise Stale(
            f"La campagne en est à la version {campaign.version} et vous avez lu la version {base_version} : "
            "relisez-la, puis recommencez. Rien n’a été modifié."
        )


def _create(tx: Tx, document: Document, findings: Sequence[Finding], rehearse: bool) -> Saved:
    campaign = Campaign(id=uuid7(), slug=document.slug, state=CAMPAIGN.initial, version=1, created_at=tx.now)
    _fill(campaign, document)
    campaign.publish_at = document.publish_at
    version = _version(tx, campaign, document, rule_version=1, form_version=1)
    if not rehearse:
        tx.add(campaign)
        tx.session.flush()
        tx.add(version)
        _write_windows(tx, campaign, document)
        tx.audit("campaign.write", campaign.id, version=1)
        tx.emit("campaign.write", campaign.id, "1")
    return Saved(campaign, version, "created", changed({}, document.data), findings)


def _update(
    tx: Tx, campaign: Campaign, document: Document, source: Source, findings: list[Finding], rehearse: bool
) -> Saved:
    current = campaigns.get_version(tx.session, campaign)
    if current.sha256 == plain.digest(document.data):
        return Saved(campaign, current, "unchanged", (), findings)
    if campaign.state not in ("draft", "scheduled", *PUBLIC):
        raise Conflict("Cette campagne est terminée : son document ne change plus.")
    before = stored(current.document, campaign.zone)
    if campaign.state in PUBLIC:
        findings += source.placed(check_erratum(before, document, tx.now))
        refuse(findings)
    elif campaign.state == "scheduled":
        findings += source.placed(check_rescheduling(before, document, tx.now))
        refuse(findings)
    version = _version(
        tx,
        campaign,
        document,
        current.rule_version + (before.rule != document.rule),
        current.form_version + (before.form_part != document.form_part),
        number=current.number + 1,
    )
    parts = changed(before.data, document.data)
    if not rehearse:
        _replace(tx, campaign, before, document, version, parts)
    return Saved(campaign, version, "updated", parts, findings)


def _replace(
    tx: Tx, campaign: Campaign, before: Document, document: Document, version: CampaignVersion, parts: Sequence[str]
) -> None:
    """Make the new version current, and keep what follows from it in step: windows, hours, state."""
    _fill(campaign, document)
    campaign.version = version.number
    if campaign.state == "draft" or (document.publish_at and document.publish_at != before.publish_at):
        campaign.publish_at = document.publish_at
    tx.add(version)
    if document.windows != before.windows:
        campaigns.drop_windows(tx.session, campaign.id)
        _write_windows(tx, campaign, document)
    if campaign.state == "closed" and window.at(document.windows, tx.now).status != "closed":
        tx.advance(campaign, CAMPAIGN, "reopen")
    keep_timetable(tx, campaign, document)
    tx.audit("campaign.write", campaign.id, version=version.number, parts=list(parts))
    tx.emit("campaign.write", campaign.id, str(version.number))


def _fill(campaign: Campaign, document: Document) -> None:
    """The columns that queries and clocks need."""
    campaign.kind = document.data["kind"]
    campaign.title = document.data["title"]
    campaign.zone = document.zone
    campaign.places = document.places
    campaign.instruct_from_on = document.instruct_from_on
    campaign.instruct_until_on = document.instruct_until_on
    campaign.notify_at = document.notify_at
    campaign.complete_on = document.complete_on


def _write_windows(tx: Tx, campaign: Campaign, document: Document) -> None:
    for one in document.windows:
        tx.add(
            CampaignWindow(
                campaign_id=campaign.id,
                number=one.number,
                name=one.name,
                opens_at=one.opens_at,
                closes_at=one.closes_at,
            )
        )


def _version(
    tx: Tx, campaign: Campaign, document: Document, rule_version: int, form_version: int, number: int = 1
) -> CampaignVersion:
    data: dict[str, Any] = dict(document.data)
    return CampaignVersion(
        campaign_id=campaign.id,
        number=number,
        rule_version=rule_version,
        form_version=form_version,
        document=data,
        sha256=plain.digest(data),
        author_id=tx.actor.user_id,
        created_at=tx.now,
    )
