"""Deciding: one decision per file, pending until the release, within the places."""

from uuid import UUID

from campaigns.models import Campaign, Candidacy, Decision
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries import candidacy as candidacies
from campaigns.queries import decision as decisions
from campaigns.queries import review as reviews
from campaigns.rules import window
from campaigns.rules.selection import check_decision, check_places
from kit.actor import Actor
from kit.errors import Conflict, Stale
from kit.french import instant
from kit.permissions import permit
from kit.transaction import Tx, transaction


def decide(actor: Actor, candidacy_id: UUID, outcome: str, motive: str = "", submission: int | None = None) -> Decision:
    """Write (or rewrite) the pending decision of a submitted file; nobody is told before the release.

    The call is locked first, so that two instructors cannot give the last place twice. `submission` is the number of
    the one that was read: Stale is raised when it is not the last any more. Raises Invalid (outcome, motive), Conflict
    (not submitted, window still open, no place left, already told).
    """
    with transaction(actor) as tx:
        candidacy, campaign = _load(tx, candidacy_id)
        permit(PERMISSIONS, actor, "decision.write", candidacy)
        check_decision(outcome, motive)
        _check_moment(tx, candidacy, campaign)
        if submission not in (None, reviews.get_last_submission(tx.session, candidacy_id).number):
            raise Stale("Le candidat a déposé de nouveau depuis votre lecture : relisez le dossier, puis décidez.")
        decision = decisions.find_decision(tx.session, candidacy_id, lock=True)
        if outcome == "accepted":
            others = decisions.count_accepted(tx.session, campaign.id, besides=candidacy_id)
            check_places(campaign.places, others)
        if decision is None:
            decision = Decision(candidacy_id=candidacy_id, campaign_id=campaign.id)
        decision.rank = _rank(tx, decision, campaign.id) if outcome == "waitlisted" else None
        decision.outcome, decision.motive = outcome, motive.strip()
        decision.decided_by, decision.decided_at = actor.user_id, tx.now
        tx.add(decision)
        tx.audit("decision.write", candidacy_id, outcome=outcome)
        return decision


def undecide(actor: Actor, candidacy_id: UUID) -> None:
    """Take a pending decision back: the file is to be decided again. Nothing happens when it has none."""
    with transaction(actor) as tx:
        candidacy, campaign = _load(tx, candidacy_id)
        permit(PERMISSIONS, actor, "decision.write", candidacy)
        _check_moment(tx, candidacy, campaign)
        forget_decision(tx, candidacy_id)


def forget_decision(tx: Tx, candidacy_id: UUID) -> None:
    """Drop the pending decision of a locked file that its people submit again or withdraw: it was about another text.

    Without this, a place given to a file that was withdrawn in a second window would stay taken, and what was decided
    on one submission would be told of another.
    """
    decision = decisions.find_decision(tx.session, candidacy_id, lock=True)
    if decision is not None:
        tx.session.delete(decision)
        tx.audit("decision.write", candidacy_id, outcome=None)


def _load(tx: Tx, candidacy_id: UUID) -> tuple[Candidacy, Campaign]:
    """The call before the file, always in that order: no deadlock with the release."""
    campaign_id = decisions.get_campaign_id(tx.session, candidacy_id)
    campaign = campaigns.get_campaign_by_id(tx.session, campaign_id, lock=True)
    return candidacies.get_candidacy(tx.session, candidacy_id, lock=True), campaign


def _rank(tx: Tx, decision: Decision, campaign_id: UUID) -> int:
    """The end of the waiting list; a file that is on it keeps its place."""
    return decision.rank or decisions.last_rank(tx.session, campaign_id) + 1


def _check_moment(tx: Tx, candidacy: Candidacy, campaign: Campaign) -> None:
    if campaign.state in ("released", "archived"):
        raise Conflict("Les décisions de cette campagne ont été notifiées : elles ne changent plus.")
    if candidacy.state != "submitted":
        raise Conflict("Seul un dossier déposé peut recevoir une décision.")
    moment = window.at(campaigns.list_windows(tx.session, campaign.id), tx.now)
    if moment.status == "open" and moment.window is not None:
        closing = instant(moment.window.closes_at, campaign.zone)
        raise Conflict(f"La fenêtre de dépôt est ouverte jusqu’au {closing} : ce dossier peut encore changer.")
