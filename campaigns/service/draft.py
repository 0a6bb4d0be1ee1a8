"""A file opened with its call, in the form of today: what every command on it starts with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """A file with its call at one instant. `answers` follow `form`, the one of the call's current `version`."""

    candidacy: Candidacy
    campaign: Campaign
    version: CampaignVersion
    windows: list[CampaignWindow]
    moment: window.Moment
    form: Form
    answers: Mapping[str, Value]


def open_draft(tx: Tx, candidacy_id: UUID, action: str, lock: bool = False) -> Draft:
    """Load a file with its call and carry its answers to the form of today. Raises NotFound to strangers, Forbidden."""
    candidacy = candidacies.get_candidacy(tx.session, candidacy_id, lock)
    permit(PERMISSIONS, tx.actor, action, candidacy)
    return drafts_of(tx, [candidacy])[0]


def drafts_of(tx: Tx, files: Sequence[Candidacy]) -> list[Draft]:
    """Files with their calls, in as many queries for ten as for one; one more for each older form that some still have.

    Reading writes nothing: answers carried to a newer form are stored by the next save.
    """
    calls = candidacies.list_campaigns(tx.session, {file.campaign_id for file in files})
    versions = campaigns.current_versions(tx.session, list(calls.values()))
    windows = campaigns.windows_by_campaign(tx.session, list(calls))
    known = {(call, version.form_version): forms.read_form(version.document) for call, version in versions.items()}
    for call, number in {(file.campaign_id, file.form_version) for file in files} - known.keys():
        old = campaigns.get_form_version(tx.session, call, number)
        known[call, number] = forms.read_form(old.document)
    return [
        _draft(tx, file, calls[file.campaign_id], versions[file.campaign_id], windows[file.campaign_id], known)
        for file in files
    ]


def _draft(
    tx: Tx,
    candidacy: Candidacy,
    campaign: Campaign,
    version: CampaignVersion,
    windows: list[CampaignWindow],
    known: Mapping[tuple[UUID, int], Form],
) -> Draft:
    form, answers = known[campaign.id, version.form_version], dict(candidacy.answers)
    if candidacy.form_version != version.form_version:
        answers = forms.carry(known[campaign.id, candidacy.form_version], form, answers)
    return Draft(candidacy, campaign, version, windows, window.at(windows, tx.now), form, answers)
