"""Two texts for one field, side by side, and the choice between them."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from campaigns.queries.answer import SetAside, Written
from campaigns.rules import form as forms
from campaigns.service.draft import Draft
from campaigns.service.settling import CHOOSE, Comparison, compare, settle_conflicts
from campaigns.web.candidacy import blueprint
from campaigns.web.section import is_writable, revision
from kit import french
from kit.errors import CrrcError, Invalid
from kit.web import actor, page, permission

PREFIX = "choice-"


@blueprint.get("/candidacies/<uuid:candidacy_id>/conflicts")
@permission("candidacy.read")
def conflicts(candidacy_id: UUID) -> Response:
    """Both texts of each disputed field."""
    found = compare(actor(), candidacy_id)
    return _page(found) if found.aside else redirect(url_for(".view", candidacy_id=candidacy_id), 303)


@blueprint.post("/candidacies/<uuid:candidacy_id>/conflicts")
@permission("candidacy.save")
def choose(candidacy_id: UUID) -> Response:
    """Keep the chosen texts; a field without a choice waits."""
    chosen = {name.removeprefix(PREFIX): one for name, one in request.form.items() if name.startswith(PREFIX)}
    found = compare(actor(), candidacy_id)
    try:
        if not chosen:
            raise Invalid("Aucun choix n’est enregistré.", dict.fromkeys(found.aside, CHOOSE))
        settle_conflicts(actor(), candidacy_id, chosen, revision() or 0)
    except CrrcError as error:
        return _page(found, error)
    if compare(actor(), candidacy_id).aside:
        return redirect(url_for(".conflicts", candidacy_id=candidacy_id), 303)
    flash("Votre choix est enregistré. L’autre texte reste dans l’historique du dossier.", "good")
    return redirect(url_for(".view", candidacy_id=candidacy_id), 303)


def _page(found: Comparison, error: CrrcError | None = None) -> Response:
    return page(
        "candidacies/conflicts.html",
        error.status if error else 200,
        candidacy=found.draft.candidacy,
        campaign=found.draft.campaign,
        fields=[_field(found.draft, aside, found.standing.get(key)) for key, aside in found.aside.items()],
        is_writable=is_writable(found.draft),
        errors={f"{PREFIX}{key}": text for key, text in error.fields.items()} if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _field(draft: Draft, aside: SetAside, standing: Written | None) -> dict[str, Any]:
    field, zone = draft.form.fields[aside.field], draft.campaign.zone
    is_own = aside.saved_by is not None and aside.saved_by == actor().user_id
    return {
        "name": aside.field,
        "label": field.label,
        "mine": forms.shown(field, aside.value, zone),
        "mine_label": "Garder mon texte" if is_own else f"Garder le texte de {aside.name or 'la première personne'}",
        "mine_at": f"mis de côté le {french.instant(aside.saved_at, zone)}",
        "theirs": forms.shown(field, draft.answers.get(aside.field), zone),
        "theirs_by": standing.name if standing and standing.name else "l’autre personne",
        "theirs_at": f"enregistré le {french.instant(standing.saved_at, zone)}" if standing else "",
    }
