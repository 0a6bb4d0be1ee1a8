"""Saving a draft field by field: two people may write in it, and nobody's text is lost."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_, update

from campaigns.models import AnswerRevision, Candidacy
from campaigns.queries import answer as written
from campaigns.rules import filing
from campaigns.rules import form as forms
from campaigns.rules.form import Answers, Form, Value
from campaigns.service.draft import Draft, open_draft
from kit.actor import Actor
from kit.errors import Invalid, Stale
from kit.transaction import Tx, transaction

TOO_LONG = "Ce texte est trop long pour être enregistré : 50 000 caractères au plus."
NO_FIELD = "Ce formulaire n’a pas de champ de ce nom."
NOT_TYPED = "Un fichier ne s’écrit pas\N{NO-BREAK SPACE}: il se joint à part."


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two people changed: `theirs` stands, `mine` (the sender's) is put aside."""

    field: str
    mine: Value
    theirs: Value
    theirs_by: str
    theirs_at: datetime | None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of the values sent, by field. `problems` are saved and flagged; `refused` are not saved at all.

    `zone` is the call's, to say `saved_at` in.
    """

    revision: int
    saved_at: datetime
    zone: str
    changed: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def save_draft(
    actor: Actor,
    candidacy_id: UUID,
    sent: Mapping[str, Any],
    base_revision: int | None = None,
    whole: bool = False,
    expected: int | None = None,
) -> Saved:
    """Save the fields `sent` (as typed, or JSON) by somebody who saw revision `base_revision` (None: the current one).

    Only the fields the sender changed are written. A field that somebody else changed since keeps what stands, and the
    sender's value is put aside: both come back as a conflict, and the other fields are saved all the same. Values that
    cannot be read are kept as typed. With `whole`, a value that must be refused stops everything (Invalid, by field);
    with `expected`, so does any other revision than that one (Stale). Raises NotFound, Forbidden, Conflict when the
    file can no longer be changed.
    """
    with transaction(actor) as tx:
        draft = open_draft(tx, candidacy_id, "candidacy.save", lock=True)
        filing.check_save(draft.campaign.state, draft.candidacy.state, draft.moment, draft.campaign.zone)
        if expected is not None and expected != draft.candidacy.revision:
            raise Stale("Le dossier a changé depuis que vous l’avez lu. Rien n’est enregistré.")
        values, refused = _read(draft.form, sent)
        if whole and refused:
            raise Invalid("Rien n’est enregistré.", refused)
        merged = forms.merge(draft.form, _seen(tx, draft, values, base_revision), draft.answers, values)
        _write(tx, draft, merged)
        fields = draft.form.fields
        problems = {key: forms.problem(fields[key], signed(tx, fields[key], value)) for key, value in values.items()}
        return Saved(
            draft.candidacy.revision,
            draft.candidacy.saved_at,
            draft.campaign.zone,
            tuple(merged.changed),
            _conflicts(tx, draft, merged),
            {key: sentence for key, sentence in problems.items() if sentence},
            refused,
        )


def _read(form: Form, sent: Mapping[str, Any]) -> tuple[dict[str, Value], dict[str, str]]:
    fields = form.fields
    refused = {key: NO_FIELD for key in sent if key not in fields}
    refused |= {key: NOT_TYPED for key in sent if key in fields and fields[key].type == "file"}
    refused |= {key: TOO_LONG for key, typed in sent.items() if key in fields and forms.too_long(typed)}
    return {key: forms.read(fields[key], typed) for key, typed in sent.items() if key not in refused}, refused


def _seen(tx: Tx, draft: Draft, sent: Answers, base_revision: int | None) -> Answers:
    """What the sender had before their eyes in the fields sent."""
    if base_revision is None or base_revision >= draft.candidacy.revision:
        return draft.answers
    return written.values_at(tx.session, draft.candidacy.id, base_revision, list(sent))


def _write(tx: Tx, draft: Draft, merged: forms.Merged) -> None:
    """Store what changed, and what is put aside, under one new revision."""
    candidacy, fields = draft.candidacy, draft.form.fields
    if not merged.changed and not merged.conflicts:
        return
    candidacy.revision += 1
    changed = {key: signed(tx, fields[key], value) for key, value in merged.changed.items()}
    aside = {key: signed(tx, fields[key], value) for key, value in merged.conflicts.items()}
    if changed:
        kept = {**draft.answers, **changed}
        candidacy.answers = {key: value for key, value in kept.items() if value is not None}
        candidacy.form_version = draft.version.form_version
        candidacy.saved_at = tx.now
    # Whoever writes again in a field has moved on from what they had put aside there.
    waiting = written.list_set_aside(tx.session, candidacy.id) if draft.is_disputed else ()
    mine = [one for one in waiting if one.saved_by == tx.actor.user_id]
    settle(tx, candidacy.id, [(one.field, one.revision) for one in mine if one.field in changed or one.field in aside])
    for key, value in [*changed.items(), *aside.items()]:
        record(tx, candidacy, key, value, kept=key in changed)


def record(tx: Tx, candidacy: Candidacy, key: str, value: Value, kept: bool) -> None:
    """Keep a value for ever, under the file's present revision."""
    tx.add(
        AnswerRevision(
            candidacy_id=candidacy.id,
            field=key,
            revision=candidacy.revision,
            value=value,
            kept=kept,
            saved_at=tx.now,
            saved_by=tx.actor.user_id,
        )
    )


def signed(tx: Tx, field: forms.FormField, value: Value) -> Value:
    """A ticked commitment becomes an acceptance by the actor, now; any other value stays as it is."""
    return forms.accept(field, tx.actor.name, tx.now) if field.type == "commitment" and value is True else value


def settle(tx: Tx, candidacy_id: UUID, aside: Collection[tuple[str, int]]) -> None:
    """Values put aside, as (field, revision), wait no more. They stay in the history."""
    if aside:
        named = tuple_(AnswerRevision.field, AnswerRevision.revision).in_(list(aside))
        tx.session.execute(
            update(AnswerRevision).where(AnswerRevision.candidacy_id == candidacy_id, named).values(settled_at=tx.now),
            execution_options={"synchronize_session": False},
        )


def _conflicts(tx: Tx, draft: Draft, merged: forms.Merged) -> tuple[Conflict, ...]:
    if not merged.conflicts:
        return ()
    writers = written.last_written(tx.session, draft.candidacy.id, list(merged.conflicts))
    return tuple(
        Conflict(
            key,
            mine,
            draft.answers.get(key),
            writers[key].name if key in writers else "",
            writers[key].saved_at if key in writers else None,
        )
        for key, mine in merged.conflicts.items()
    )
