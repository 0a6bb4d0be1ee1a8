"""Two texts for one field: somebody looks at both and chooses."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from campaigns.queries import answer as written
from campaigns.queries.answer import SetAside, Written
from campaigns.rules import filing
from campaigns.service.draft import Draft, open_draft
from campaigns.service.saving import record, settle
from kit.actor import Actor
from kit.errors import Invalid
from kit.transaction import transaction

MINE, THEIRS = "mine", "theirs"
CHOOSE = "Choisissez l’un des deux textes."


@dataclass(frozen=True, slots=True)
class Comparison:
    """What waits for a choice in a draft: by field, the last value put aside, and who wrote the one that stands."""

    draft: Draft
    aside: Mapping[str, SetAside]
    standing: Mapping[str, Written]


def compare(actor: Actor, candidacy_id: UUID) -> Comparison:
    """The values put aside in a file that nobody has settled. Raises NotFound to strangers."""
    with transaction(actor) as tx:
        draft = open_draft(tx, candidacy_id, "candidacy.read")
        # A field that the form no longer has is nobody's to choose; a later value put aside replaces an earlier one.
        found = written.list_set_aside(tx.session, candidacy_id)
        aside = {one.field: one for one in found if one.field in draft.form.fields}
        standing = written.last_written(tx.session, candidacy_id, list(aside)) if aside else {}
        return Comparison(draft, aside, standing)


def settle_conflicts(actor: Actor, candidacy_id: UUID, choices: Mapping[str, str], base_revision: int) -> int:
    """Choose, for each field, the value put aside ("mine") or the one that stands ("theirs"); returns how many settled.

    A field written again since `base_revision`, the one that was shown, is left for another look. Raises Invalid when
    a choice is neither, Conflict when the file can no longer be changed.
    """
    wrong = {key: CHOOSE for key, choice in choices.items() if choice not in (MINE, THEIRS)}
    if wrong:
        raise Invalid("Aucun choix n’est enregistré pour ces champs.", wrong)
    with transaction(actor) as tx:
        draft = open_draft(tx, candidacy_id, "candidacy.save", lock=True)
        candidacy = draft.candidacy
        filing.check_save(draft.campaign.state, candidacy.state, draft.moment, draft.campaign.zone)
        aside = {one.field: one for one in written.list_set_aside(tx.session, candidacy_id)}
        since = written.last_written(tx.session, candidacy_id, list(choices), since=base_revision)
        chosen = {
            key: choices[key] for key in choices if key in aside and key not in since and key in draft.form.fields
        }
        if not chosen:
            return 0
        candidacy.revision += 1
        answers = dict(draft.answers)
        for key, choice in chosen.items():
            if choice == MINE:
                answers[key] = aside[key].value
                record(tx, candidacy, key, aside[key].value, kept=True)
                candidacy.saved_at = tx.now
        candidacy.answers = {key: value for key, value in answers.items() if value is not None}
        candidacy.form_version = draft.version.form_version
        settle(tx, candidacy_id, [(key, aside[key].revision) for key in chosen])
        tx.audit("candidacy.settle", candidacy_id, fields=sorted(chosen))
        return len(chosen)
