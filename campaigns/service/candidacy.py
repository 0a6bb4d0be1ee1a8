"""Looking at one's files: the list, and one file with all that its people need to know about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Decision, Submission
from campaigns.permissions import PERMISSIONS
from campaigns.queries import answer as written
from campaigns.queries import attachment as attachments
from campaigns.queries import award as awards
from campaigns.queries import candidacy as candidacies
from campaigns.queries import decision as decisions
from campaigns.queries import submission as submissions
from campaigns.queries.answer import Written
from campaigns.queries.submission import SubmissionLine
from campaigns.rules import form as forms
from campaigns.rules.form import Progress
from campaigns.service.award import Journey, journeys
from campaigns.service.draft import Draft, drafts_of, open_draft
from campaigns.service.verdict import Assessment, assess_draft
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file in the list. `last` is its last submission; `is_changed` says that the draft says something else since.

    `award` is what it obtained, with its path; None before everybody is told, and for a file that obtained nothing.
    """

    draft: Draft
    progress: Progress
    last: Submission | None
    is_changed: bool
    award: Journey | None


@dataclass(frozen=True, slots=True)
class MyFiles:
    """A page of one's files, the most recently started first; `after` asks for the next page."""

    lines: Sequence[FileLine]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class FilePage:
    """One file, for the people of its organisation.

    `assessment` is worked out now; `aside` counts the fields where two texts wait for a choice; `writer` wrote last;
    `history` is every submission, the last one first; `decision` is None until everybody is told; `award` is what an
    accepted file obtained; `condemned` are the names of its files in which a harmful program was found.
    """

    draft: Draft
    progress: Progress
    last: Submission | None
    is_changed: bool
    assessment: Assessment
    aside: int
    writer: Written | None
    history: Sequence[SubmissionLine]
    decision: Decision | None
    award: Journey | None
    condemned: Sequence[str]


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file somebody writes in; `aside` counts the fields where two texts wait for a choice."""

    draft: Draft
    aside: int


def list_my_candidacies(actor: Actor, after: UUID | None = None, limit: int = candidacies.PAGE) -> MyFiles:
    """The files of the actor's organisations: an empty page for somebody who is in none."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "candidacy.start")
        files = candidacies.list_candidacies(tx.session, list(actor.organisations), after, limit + 1)
        shown = files[:limit]
        return MyFiles(_lines(tx, drafts_of(tx, shown)), shown[-1].id if len(files) > limit else None)


def view_candidacy(actor: Actor, candidacy_id: UUID) -> FilePage:
    """One file. Raises NotFound to strangers, Forbidden to the authority, who reads what was submitted instead."""
    with transaction(actor) as tx:
        draft = open_draft(tx, candidacy_id, "candidacy.read")
        (line,) = _lines(tx, [draft])
        writers = written.last_written(tx.session, candidacy_id).values()
        return FilePage(
            draft,
            line.progress,
            line.last,
            line.is_changed,
            assess_draft(tx, draft),
            _aside(tx, draft),
            max(writers, key=lambda one: one.saved_at, default=None),
            submissions.list_submissions(tx.session, candidacy_id),
            decisions.find_released_decision(tx.session, candidacy_id),
            line.award,
            attachments.list_condemned(tx.session, candidacy_id) if draft.form.files else (),
        )


def open_file(actor: Actor, candidacy_id: UUID) -> OpenFile:
    """One file to write in, without what only the task list needs. Raises as `view_candidacy`."""
    with transaction(actor) as tx:
        draft = open_draft(tx, candidacy_id, "candidacy.read")
        return OpenFile(draft, _aside(tx, draft))


def _aside(tx: Tx, draft: Draft) -> int:
    if not draft.is_disputed:
        return 0
    found = written.list_set_aside(tx.session, draft.candidacy.id)
    return len({one.field for one in found} & draft.form.fields.keys())


def _lines(tx: Tx, drafts: Sequence[Draft]) -> list[FileLine]:
    lasts = submissions.last_submissions(tx.session, [draft.candidacy.id for draft in drafts])
    obtained = _awards(tx, drafts)
    return [_line(draft, lasts.get(draft.candidacy.id), obtained.get(draft.candidacy.id)) for draft in drafts]


def _awards(tx: Tx, drafts: Sequence[Draft]) -> dict[UUID, Journey]:
    """What the accepted files obtained; no query when none is accepted."""
    accepted = [draft.candidacy.id for draft in drafts if draft.candidacy.state == "accepted"]
    found = list(awards.find_awards(tx.session, accepted).values()) if accepted else []
    return {one.candidacy.id: one for one in journeys(tx, found)} if found else {}


def _line(draft: Draft, last: Submission | None, award: Journey | None) -> FileLine:
    kept = last if last is not None and last.erased_at is None else None
    changed = kept is not None and forms.differs(kept.content, draft.form, draft.answers, draft.campaign.zone)
    return FileLine(draft, forms.progress(draft.form, draft.answers), last, changed, award)
