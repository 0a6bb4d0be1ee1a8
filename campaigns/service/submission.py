"""Submitting a file and withdrawing it, judged at the instant the request arrived; kept byte for byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Campaign, Candidacy, Submission
from campaigns.permissions import PERMISSIONS
from campaigns.queries import answer as written
from campaigns.queries import campaign as campaigns
from campaigns.queries import candidacy as candidacies
from campaigns.queries import submission as submissions
from campaigns.queries.submission import SubmissionLine
from campaigns.rules import filing, window
from campaigns.rules import form as forms
from campaigns.rules.receipt import Facts
from campaigns.rules.reference import new_code
from campaigns.rules.states import CANDIDACY
from campaigns.service.attachment import Piece, keep_submitted, pieces_of
from campaigns.service.decision import forget_decision
from campaigns.service.draft import Draft, open_draft
from campaigns.service.verdict import keep_verdict
from kit import signing
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid, Stale
from kit.french import count
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant


def submit_candidacy(actor: Actor, candidacy_id: UUID, revision: int | None = None) -> Submission:
    """Submit the file as it stands, and return what was submitted with its receipt.

    `revision` is what the sender read again before signing (None: whatever stands). The same content twice is one
    submission: a second click, or the same click heard twice, gets the first receipt. Until the deadline, another
    content is another submission, and the last one counts. Raises TooLate or NotYet (the draft is kept), Stale when
    somebody wrote since `revision`, Invalid with a sentence for each field that is missing or wrong.
    """
    with transaction(actor) as tx:
        draft = open_draft(tx, candidacy_id, "candidacy.submit", lock=True)
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        content = content_of(draft, tenant)
        last = submissions.find_last_submission(tx.session, candidacy_id)
        if last is not None and draft.candidacy.state == "submitted" and last.content == content:
            return last
        filing.check_submit(draft.campaign.state, draft.candidacy.state, draft.moment, draft.campaign.zone)
        CANDIDACY.target(draft.candidacy.state, "submit")
        _check_reading(tx, draft.candidacy, revision)
        _check_complete(draft)
        return _submit(tx, draft, tenant, content, last.number + 1 if last else 1)


def withdraw_candidacy(actor: Actor, candidacy_id: UUID) -> Candidacy:
    """Withdraw a file, or give up a draft, until the deadline. Twice is once. It may be submitted again until then.

    Raises TooLate after the deadline, Conflict once it is decided.
    """
    with transaction(actor) as tx:
        draft = open_draft(tx, candidacy_id, "candidacy.withdraw", lock=True)
        candidacy = draft.candidacy
        if candidacy.state == "withdrawn":
            return candidacy
        CANDIDACY.target(candidacy.state, "withdraw")
        filing.check_withdraw(draft.campaign.state, draft.moment, draft.campaign.zone)
        forget_decision(tx, candidacy_id)
        candidacy.withdrawn_at = tx.now
        candidacy.revision += 1
        tx.advance(candidacy, CANDIDACY, "withdraw")
        return candidacy


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """A submission with what surrounds it. `lines` are every submission of the file, the last one first."""

    submission: Submission
    candidacy: Candidacy
    campaign: Campaign
    tenant: Tenant
    moment: window.Moment
    lines: Sequence[SubmissionLine]
    pieces: Sequence[Piece]

    @property
    def is_last(self) -> bool:
        """Whether this is the one that counts."""
        return bool(self.submission.number == self.lines[0].number)

    @property
    def submitted_by(self) -> str:
        """Whoever sent it."""
        return next(line.name for line in self.lines if line.number == self.submission.number) or "un programme"


def view_submission(actor: Actor, candidacy_id: UUID, number: int) -> SubmissionPage:
    """What was submitted, for the file's people and the authority. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        candidacy = candidacies.get_candidacy(tx.session, candidacy_id)
        permit(PERMISSIONS, actor, "candidacy.view", candidacy)
        campaign = campaigns.get_campaign_by_id(tx.session, candidacy.campaign_id)
        submission = submissions.get_submission(tx.session, candidacy_id, number)
        return SubmissionPage(
            submission,
            candidacy,
            campaign,
            tx.session.get_one(Tenant, tx.tenant_id),
            window.at(campaigns.list_windows(tx.session, campaign.id), tx.now),
            submissions.list_submissions(tx.session, candidacy_id),
            pieces_of(tx, submission),
        )


def content_of(draft: Draft, tenant: Tenant) -> str:
    """What a submission of the file says, in canonical JSON."""
    candidacy, campaign = draft.candidacy, draft.campaign
    about = forms.About(
        tenant=tenant.slug,
        campaign=campaign.slug,
        campaign_title=campaign.title,
        campaign_version=campaign.version,
        form_version=draft.version.form_version,
        reference=candidacy.reference,
        applicant=candidacy.applicant,
        zone=campaign.zone,
    )
    return forms.content_of(about, draft.form, draft.answers)


def _check_reading(tx: Tx, candidacy: Candidacy, revision: int | None) -> None:
    """Nobody signs what they have not read."""
    if revision is None or revision >= candidacy.revision:
        return
    since = sorted(
        written.last_written(tx.session, candidacy.id, since=revision).values(), key=lambda one: one.saved_at
    )
    who = f" par {since[-1].name}" if since and since[-1].name else ""
    raise Stale(
        f"Le dossier a été modifié{who} depuis que vous l’avez relu ({count(len(since), 'réponse')}). "
        "Rien n’est déposé : relisez-le ci-dessous, puis déposez-le."
    )


def _check_complete(draft: Draft) -> None:
    gaps = forms.progress(draft.form, draft.answers).gaps
    if gaps:
        raise Invalid(
            f"Le dossier n’est pas déposé : {count(len(gaps), 'réponse')} à donner ou à corriger.",
            {gap.field: gap.sentence for gap in gaps},
        )


def _submit(tx: Tx, draft: Draft, tenant: Tenant, content: str, number: int) -> Submission:
    candidacy = draft.candidacy
    digest, code = signing.sha256(content.encode()), new_code()
    facts = Facts(
        tenant.slug, draft.campaign.slug, candidacy.reference, number, candidacy.finess_ej, tx.now, digest, code
    )
    if number > 1:
        forget_decision(tx, candidacy.id)
    verdict = keep_verdict(tx, draft)
    tx.session.flush()
    submission = tx.add(
        Submission(
            id=uuid7(),
            candidacy_id=candidacy.id,
            number=number,
            verdict_id=verdict.id,
            received_at=tx.now,
            submitted_by=tx.actor.user_id,
            content=content,
            sha256=digest,
            code=code,
            statement=facts.statement,
            signature=signing.sign(facts.statement.encode()),
            key=signing.public_key(),
        )
    )
    keep_submitted(tx, draft.form, draft.answers)
    candidacy.answers, candidacy.form_version = dict(draft.answers), draft.version.form_version
    candidacy.submitted_at, candidacy.withdrawn_at = tx.now, None
    candidacy.revision += 1
    tx.advance(candidacy, CANDIDACY, "submit", number=number, sha256=digest)
    return submission
