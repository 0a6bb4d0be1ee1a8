"""Instructing: who has which file, whether it is complete, a note for colleagues and a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Award, Campaign, Candidacy, Decision, Review, Submission, Verdict
from campaigns.permissions import PERMISSIONS
from campaigns.queries import award as awards
from campaigns.queries import campaign as campaigns
from campaigns.queries import candidacy as candidacies
from campaigns.queries import decision as decisions
from campaigns.queries import review as reviews
from campaigns.queries.review import FileRow, Filters
from campaigns.rules.selection import check_review
from campaigns.rules.states import COMPLETENESS, DECISIONS
from campaigns.service.attachment import Piece, pieces_of
from kit.actor import Actor
from kit.errors import Conflict, Invalid, Stale
from kit.permissions import permit
from kit.transaction import transaction
from kit.typed import identifier
from tenants.models import User


@dataclass(frozen=True, slots=True)
class Files:
    """A page of a call's files, with what surrounds it. `after` is where the next page begins, None on the last one."""

    campaign: Campaign
    rows: Sequence[FileRow]
    total: int
    after: UUID | None
    instructors: Sequence[User]
    workload: dict[UUID | None, int]


@dataclass(frozen=True, slots=True)
class File:
    """Everything an instructor needs on one file, side by side."""

    campaign: Campaign
    candidacy: Candidacy
    submission: Submission
    verdict: Verdict | None
    review: Review | None
    decision: Decision | None
    award: Award | None
    instructors: Sequence[User]
    pieces: Sequence[Piece]


def list_files(
    actor: Actor, slug: str, filters: Filters, after: UUID | None = None, limit: int = reviews.PAGE
) -> Files:
    """A page of the call's files. Raises Invalid when `filters.assignee` is no identifier."""
    if filters.assignee not in ("", "none") and identifier(filters.assignee) is None:
        raise Invalid("Ce filtre n’existe pas.", {"assignee": "Choisissez un instructeur de la liste."})
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, "campaign.view", campaign)
        permit(PERMISSIONS, actor, "candidacy.list")
        rows = reviews.list_files(tx.session, campaign.id, filters, after, limit + 1)
        more = len(rows) > limit
        return Files(
            campaign,
            rows[:limit],
            reviews.count_files(tx.session, campaign.id, filters),
            rows[limit - 1].id if more else None,
            reviews.list_instructors(tx.session, tx.tenant_id),
            reviews.list_workload(tx.session, campaign.id),
        )


def view_file(actor: Actor, candidacy_id: UUID) -> File:
    """One submitted file. Raises NotFound for a draft: it is still its author's."""
    with transaction(actor) as tx:
        candidacy = candidacies.get_candidacy(tx.session, candidacy_id)
        permit(PERMISSIONS, actor, "review.view", candidacy)
        submission = reviews.get_last_submission(tx.session, candidacy_id)
        return File(
            campaigns.get_campaign_by_id(tx.session, candidacy.campaign_id),
            candidacy,
            submission,
            reviews.find_last_verdict(tx.session, candidacy_id),
            reviews.find_review(tx.session, candidacy_id),
            decisions.find_decision(tx.session, candidacy_id),
            awards.find_awards(tx.session, [candidacy_id]).get(candidacy_id),
            reviews.list_instructors(tx.session, tx.tenant_id),
            pieces_of(tx, submission),
        )


def assign_files(actor: Actor, candidacy_ids: Sequence[UUID], assignee_id: UUID | None) -> int:
    """Give files to an instructor (None: to nobody); returns how many. All of them or none.

    Raises Invalid when `assignee_id` may not instruct in this tenant, NotFound for a file that is not there.
    """
    with transaction(actor) as tx:
        if assignee_id is not None and assignee_id not in {
            user.id for user in reviews.list_instructors(tx.session, tx.tenant_id)
        }:
            raise Invalid("Rien n’est attribué.", {"assignee": "Cette personne n’instruit pas dans cette région."})
        for candidacy_id in sorted(set(candidacy_ids)):
            candidacy = candidacies.get_candidacy(tx.session, candidacy_id)
            permit(PERMISSIONS, actor, "review.assign", candidacy)
            review = reviews.lock_review(tx.session, tx.tenant_id, candidacy_id, tx.now)
            review.assignee_id = assignee_id
            tx.audit("review.assign", candidacy_id, assignee=str(assignee_id) if assignee_id else None)
        return len(set(candidacy_ids))


def write_review(
    actor: Actor, candidacy_id: UUID, completeness: str, note: str, score: int | None, base_revision: int
) -> Review:
    """Save the instruction of a file.

    Raises Stale when a colleague saved since `base_revision` (0: nobody had begun), Invalid with the fields at fault,
    Conflict once everybody was told: what the decision rested on stays as it was.
    """
    with transaction(actor) as tx:
        candidacy = candidacies.get_candidacy(tx.session, candidacy_id)
        permit(PERMISSIONS, actor, "review.write", candidacy)
        if completeness not in COMPLETENESS:
            raise Invalid("L’instruction n’est pas enregistrée.", {"completeness": "Choisissez une réponse."})
        check_review(note, score)
        if candidacy.state in DECISIONS:
            raise Conflict("La décision est notifiée : l’instruction reste telle qu’elle l’a fondée.")
        review = reviews.lock_review(tx.session, tx.tenant_id, candidacy_id, tx.now)
        if review.revision != max(base_revision, 1):
            raise Stale("Un collègue a enregistré cette instruction pendant votre saisie : comparez, puis enregistrez.")
        review.completeness, review.note, review.score = completeness, note.strip(), score
        review.revision += 1
        review.saved_at = tx.now
        tx.audit("review.write", candidacy_id, completeness=completeness, score=score)
        return review
