"""Drafts and their issue, for programs: the same commands as the pages."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint

from billing.rules.amounts import write_cents
from billing.rules.draft_words import NOT_SAVED
from billing.schemas import invoice as schemas
from billing.service import draft as service
from billing.service import grouping, manual, queueing
from billing.service.draft import DraftPage
from kit.errors import Invalid, PreconditionMissing
from kit.french import NBSP
from kit.web import actor, if_match, permission, revision_read

blueprint = Blueprint("draft_api", __name__, description="Brouillons de factures et leur émission")
IF_MATCH: dict[str, Any] = {"parameters": [if_match("The revision that was read.")]}
NO_MATCH = f"Dites quelle version vous modifiez{NBSP}: If-Match porte l’ETag que vous avez lu."


@blueprint.get("/drafts")
@permission("draft.view")
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.DraftsView)
def list_drafts(query: dict[str, Any]) -> dict[str, Any]:
    """List the drafts, the first made first."""
    items, following = service.page_of_drafts(actor(), query["after"], query["limit"])
    return {"items": items, "next": following}


@blueprint.post("/drafts")
@permission("draft.create")
@blueprint.arguments(schemas.NewDraft)
@blueprint.response(201, schemas.DraftView)
def create_draft(body: dict[str, Any]) -> Any:
    """Make the draft of an invoice typed by hand."""
    typed = _texts(body) | {"subject": body["subject"]}
    for rank, line in enumerate(body["lines"], start=1):
        typed |= _line(f"line-{rank}", line)
    return _shown(manual.create_draft(actor(), body["customer_id"], body["key"], typed).id)


@blueprint.get("/drafts/<uuid:invoice_id>")
@permission("draft.view")
@blueprint.response(200, schemas.DraftView)
def view_draft(invoice_id: UUID) -> Any:
    """Read a draft."""
    return _shown(invoice_id)


@blueprint.patch("/drafts/<uuid:invoice_id>")
@permission("draft.edit")
@blueprint.arguments(schemas.ChangeDraft)
@blueprint.response(200, schemas.DraftView)
@blueprint.doc(**IF_MATCH)
def edit_draft(body: dict[str, Any], invoice_id: UUID) -> Any:
    """Change some of the words of a draft, as it was read."""
    if not request.if_match or request.if_match.star_tag:
        raise PreconditionMissing(NO_MATCH)
    found = service.view_draft(actor(), invoice_id)
    revision = revision_read(request.if_match.as_set())
    if revision == found.draft.revision:
        _check_lines(found, body["lines"])
    typed = service.typed_of(found) | _texts(body)
    for line in body["lines"]:
        typed |= _line(f"line-{line['id']}", line)
    service.edit_draft(actor(), invoice_id, revision, typed)
    return _shown(invoice_id)


@blueprint.post("/drafts/<uuid:invoice_id>/discard")
@permission("invoice.discard")
@blueprint.response(204)
def discard_draft(invoice_id: UUID) -> None:
    """Set a draft aside."""
    service.discard_drafts(actor(), [invoice_id])


@blueprint.post("/drafts/<uuid:invoice_id>/restore")
@permission("invoice.restore")
@blueprint.response(204)
def restore_draft(invoice_id: UUID) -> None:
    """Take a discarded draft back."""
    service.restore_drafts(actor(), [invoice_id])


@blueprint.post("/drafts/group")
@permission("draft.group")
@blueprint.arguments(schemas.Chosen)
@blueprint.response(200, schemas.DraftView)
def group_drafts(body: dict[str, Any]) -> Any:
    """Make one draft of several of a customer."""
    return _shown(grouping.group_drafts(actor(), body["draft_ids"]).id)


@blueprint.post("/drafts/queue")
@permission("invoice.queue")
@blueprint.arguments(schemas.Chosen)
@blueprint.response(202, schemas.RunView)
def queue_drafts(body: dict[str, Any]) -> Any:
    """Send drafts to be issued; the run says how far that goes."""
    run = queueing.queue_drafts(actor(), body["draft_ids"])
    return queueing.view_run(actor(), run.id)


@blueprint.get("/issue-runs/<uuid:run_id>")
@permission("draft.view")
@blueprint.response(200, schemas.RunView)
def view_run(run_id: UUID) -> Any:
    """Read how far an issue went."""
    return queueing.view_run(actor(), run_id)


def _shown(invoice_id: UUID) -> tuple[DraftPage, dict[str, str]]:
    found = service.view_draft(actor(), invoice_id)
    return found, {"ETag": f'"{found.draft.revision}"'}


def _texts(body: Mapping[str, Any]) -> dict[str, str]:
    """The references and dates that were sent, as a form has them."""
    names = [name for name in schemas.References().fields if name in body]
    return {name: "" if body[name] is None else str(body[name]) for name in names}


def _check_lines(found: DraftPage, sent: Sequence[Mapping[str, Any]]) -> None:
    """Raises Invalid for a line of another draft, and for an amount that was agreed: nothing is left out in silence."""
    known = {line.id: line for line in found.lines}
    faults = {}
    for place, one in enumerate(sent):
        line = known.get(one["id"])
        if line is None:
            faults[f"lines.{place}.id"] = "Cette ligne n’est pas de ce brouillon."
            continue
        for name in ("quantity", "unit_cents"):
            if one.get(name, getattr(line, name)) != getattr(line, name) and line.id not in found.priced:
                faults[f"lines.{place}.{name}"] = "Ce montant a été convenu, il ne se modifie pas."
    if faults:
        raise Invalid(NOT_SAVED, faults)


def _line(prefix: str, line: Mapping[str, Any]) -> dict[str, str]:
    """A line that was sent, as a form has it."""
    found = {f"{prefix}-{name}": str(line[name]) for name in ("designation", "detail", "quantity") if name in line}
    if "unit_cents" in line:
        found[f"{prefix}-unit"] = write_cents(line["unit_cents"])
    return found
