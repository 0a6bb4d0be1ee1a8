"""An award: seen, confirmed with a named contact, declined, declared lapsed, proved step by step."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from campaigns.models import Award, Campaign, Candidacy, Evidence, Milestone
from campaigns.permissions import PERMISSIONS
from campaigns.queries import award as awards
from campaigns.queries import campaign as campaigns
from campaigns.queries import submission as submissions
from campaigns.rules import award as rules
from campaigns.rules import award_words as words
from campaigns.rules.states import AWARD
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction


@dataclass(frozen=True, slots=True)
class Journey:
    """An award with its file, its call and the milestones of its path. `gives` names the service, None when none is."""

    award: Award
    candidacy: Candidacy
    campaign: Campaign
    gives: str | None
    milestones: Sequence[Milestone]

    @property
    def proved(self) -> int:
        """How many milestones are proved."""
        return sum(one.proved_at is not None for one in self.milestones)

    @property
    def is_finished(self) -> bool:
        """Whether everything that was promised is proved."""
        return self.award.state == "confirmed" and rules.is_complete(one.proved_at for one in self.milestones)


@dataclass(frozen=True, slots=True)
class AwardPage:
    """An award as its page shows it.

    `proofs` by milestone; `contact` is the named contact of the last submission (name, function, email, phone), which
    whoever confirms finds typed already; `is_late` once the last day to answer is over.
    """

    journey: Journey
    proofs: Mapping[UUID, Sequence[Evidence]]
    contact: Mapping[str, str]
    is_late: bool


@dataclass(frozen=True, slots=True)
class MyAwards:
    """A page of one's awards, the last offered first; `after` asks for the next page."""

    items: Sequence[Journey]
    after: UUID | None


def view_award(actor: Actor, award_id: UUID, action: str = "award.view") -> AwardPage:
    """One award, for whoever may do `action` to it. Raises NotFound to strangers, Forbidden."""
    with transaction(actor) as tx:
        award = awards.get_award(tx.session, award_id)
        permit(PERMISSIONS, actor, action, award)
        (journey,) = journeys(tx, [award])
        last = submissions.find_last_submission(tx.session, award.candidacy_id)
        return AwardPage(
            journey,
            awards.list_evidence(tx.session, award_id),
            _contact(last.content if last else "{}"),
            rules.is_late(award.confirm_by, tx.now, journey.campaign.zone),
        )


def list_my_awards(actor: Actor, after: UUID | None = None, limit: int = awards.PAGE) -> MyAwards:
    """The awards of the actor's organisations: an empty page for somebody who is in none."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "award.mine")
        found = awards.list_mine(tx.session, list(actor.organisations), after, limit + 1)
        shown = found[:limit]
        return MyAwards(journeys(tx, shown), shown[-1].id if len(found) > limit else None)


def confirm_award(actor: Actor, award_id: UUID, referent: Mapping[str, Any]) -> Award:
    """Take what is offered and name the contact (name, function, email, phone, as typed).

    A late answer is taken as long as nobody declared the award lapsed. Raises Invalid (fields `referent.name`…),
    Conflict once there is an answer.
    """
    with transaction(actor) as tx:
        award = _locked(tx, award_id, "confirm")
        award.referent = rules.read_referent(referent)
        award.confirmed_at, award.confirmed_by = tx.now, actor.user_id
        tx.advance(award, AWARD, "confirm")
        return award


def decline_award(actor: Actor, award_id: UUID, motive: str = "") -> Award:
    """Give up what is offered; the motive may be empty, and is for the ARS. Raises Invalid (motive), Conflict."""
    with transaction(actor) as tx:
        award = _locked(tx, award_id, "decline")
        award.motive = rules.check_motive(motive)
        tx.advance(award, AWARD, "decline")
        return award


def lapse_award(actor: Actor, award_id: UUID) -> Award:
    """Declare lapsed an award without an answer, once its last day is over. Raises Conflict before it."""
    with transaction(actor) as tx:
        award = _locked(tx, award_id, "lapse")
        rules.check_lapse(award, tx.now, campaigns.get_campaign_by_id(tx.session, award.campaign_id).zone)
        tx.advance(award, AWARD, "lapse")
        return award


def prove_milestone(tx: Tx, award_id: UUID, key: str, kind: str, subject_id: UUID) -> bool:
    """Prove a milestone of an award by the thing `subject_id` (`kind` says what: "mission"), once.

    Returns whether this proof is new; the milestone is proved since the first one. Raises NotFound without such a
    milestone.
    """
    milestone = awards.get_milestone(tx.session, award_id, key)
    proof = {"milestone_id": milestone.id, "kind": kind, "subject_id": subject_id, "proved_at": tx.now}
    statement = insert(Evidence).values(tenant_id=tx.tenant_id, **proof).on_conflict_do_nothing()
    if tx.session.execute(statement.returning(Evidence.id)).first() is None:
        return False
    milestone.proved_at = milestone.proved_at or tx.now
    tx.audit("milestone.prove", milestone.id, award=str(award_id), key=key, kind=kind, subject=str(subject_id))
    return True


def journeys(tx: Tx, found: Sequence[Award]) -> list[Journey]:
    """Awards with what surrounds them, in as many queries for ten as for one."""
    files = awards.files_of(tx.session, found)
    milestones = awards.list_milestones(tx.session, [one.id for one in found])
    titles = awards.service_titles(tx.session, [one.service for one in found])
    return [
        Journey(one, *files[one.id], words.called(one, titles.get(one.service or "")), milestones[one.id])
        for one in found
    ]


def _locked(tx: Tx, award_id: UUID, move: str) -> Award:
    """The award, locked, for somebody who may make this move, from where it stands."""
    award = awards.get_award(tx.session, award_id, lock=True)
    permit(PERMISSIONS, tx.actor, f"award.{move}", award)
    AWARD.target(award.state, move)
    return award


def _contact(content: str) -> Mapping[str, str]:
    """The named contact of a submission, without what was left empty."""
    return {key: value for key, value in (json.loads(content).get("referent") or {}).items() if value}
