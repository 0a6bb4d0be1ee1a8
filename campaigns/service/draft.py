"""A file opened with its call, in the form of today: what every command on it starts with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from campaigns.models import Campaign, CampaignVersion, CampaignWindow, Candidacy
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries import candidacy as candidacies
from campaigns.rules import form as forms
from campaigns.rules import window
from campaigns.rules.form import Form, Value
from kit.permissions import permit
from kit.transaction import Tx


@dataclass(frozen=True, slots=True)
class Draft:
    """A file with its call at one instant. `answers` follow `form`, the one of the call's current `version`.

    `is_disputed`: a value that a conflict put aside waits for a choice. `version` belongs to no session: read it only.
    """

    candidacy: Candidacy
    campaign: Campaign
    version: CampaignVersion
    windows: list[CampaignWindow]
    moment: window.Moment
    form: Form
    answers: Mapping[str, Value]
    is_disputed: bool = False


def open_draft(tx: Tx, candidacy_id: UUID, action: str, lock: bool = False) -> Draft:
    """Load a file with its call and carry its answers to the form of today. Raises NotFound to strangers, Forbidden."""
    candidacy, campaign, windows, is_disputed = candidacies.get_with_call(tx.session, candidacy_id, lock)
    permit(PERMISSIONS, tx.actor, action, candidacy)
    version = _versions(tx, [campaign])[campaign.id]
    return _draft(tx, candidacy, campaign, version, windows, {}, is_disputed)


def drafts_of(tx: Tx, files: Sequence[Candidacy]) -> list[Draft]:
    """Files with their calls, in as many queries for ten as for one; one more for each older form that some still have.

    Reading writes nothing: answers carried to a newer form are stored by the next save.
    """
    calls = candidacies.list_campaigns(tx.session, {file.campaign_id for file in files})
    versions = _versions(tx, list(calls.values()))
    windows = campaigns.windows_by_campaign(tx.session, list(calls))
    older: dict[tuple[UUID, int], Form] = {}
    return [
        _draft(tx, file, calls[file.campaign_id], versions[file.campaign_id], windows[file.campaign_id], older)
        for file in files
    ]


def _draft(
    tx: Tx,
    candidacy: Candidacy,
    campaign: Campaign,
    version: CampaignVersion,
    windows: list[CampaignWindow],
    older: dict[tuple[UUID, int], Form],
    is_disputed: bool = False,
) -> Draft:
    form, answers = _form(version), dict(candidacy.answers)
    if candidacy.form_version != version.form_version:
        began = campaign.id, candidacy.form_version
        if began not in older:
            older[began] = _form(campaigns.get_form_version(tx.session, *began))
        answers = forms.carry(older[began], form, answers)
    return Draft(candidacy, campaign, version, windows, window.at(windows, tx.now), form, answers, is_disputed)


# A version of a call is never changed, and read with every save of every file: some stay in memory, with their forms.
_MOST_KEPT = 64
_kept: dict[tuple[UUID, UUID, int], CampaignVersion] = {}


def _versions(tx: Tx, calls: Sequence[Campaign]) -> Mapping[UUID, CampaignVersion]:
    """The current version of each call, by call."""
    known = {call.id: _kept.get((tx.tenant_id, call.id, call.version)) for call in calls}
    found = dict(campaigns.current_versions(tx.session, [call for call in calls if known[call.id] is None]))
    for version in found.values():
        tx.session.expunge(version)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[version.tenant_id, version.campaign_id, version.number] = version
    return found | {call: version for call, version in known.items() if version is not None}


@lru_cache(_MOST_KEPT)
def _form(version: CampaignVersion) -> Form:
    """The form of a version: the same object as long as the version is kept."""
    return forms.read_form(version.document)
