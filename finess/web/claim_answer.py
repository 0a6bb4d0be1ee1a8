"""A request for an account: read by its author and by those who answer; accepted, refused or withdrawn."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from finess.service.claiming import entity_facts
from kit import signing
from kit.download import attachment
from kit.errors import Conflict, CrrcError, Forbidden, Invalid
from kit.web import actor, page, permission
from tenants.rules.claim import siret_is_of
from tenants.rules.roles import ROLE_HINTS, ROLE_LABELS
from tenants.service import claim as claims
from tenants.service import claim_answer as answers
from tenants.service.claim_reading import read_proof, view_claim

blueprint = Blueprint("claim_answers", __name__, url_prefix="/claims/<uuid:claim_id>")


@blueprint.get("")
@permission("organisation_claim.view")
def view(claim_id: UUID) -> Response:
    """What is asked, and the answer."""
    return _page(claim_id)


@blueprint.get("/proof")
@permission("organisation_claim.view")
def proof(claim_id: UUID) -> Response:
    """The file, always to be saved and never shown."""
    found, content = read_proof(actor(), claim_id)
    return attachment(content, found.file_type or "", found.file_name or "", signing.sha256(content))


@blueprint.post("/accept")
@permission("organisation_claim.accept")
def accept(claim_id: UUID) -> Response:
    """Let the author in."""
    role = request.form.get("role", "")
    return _answer(claim_id, "La demande est acceptée : la personne a accès au compte.", answers.accept_claim, role)


@blueprint.post("/refuse")
@permission("organisation_claim.refuse")
def refuse(claim_id: UUID) -> Response:
    """Say no, and why."""
    reason = request.form.get("reason", "")
    return _answer(claim_id, "La demande est refusée. La personne lira votre motif.", answers.refuse_claim, reason)


@blueprint.post("/withdraw")
@permission("organisation_claim.withdraw")
def withdraw(claim_id: UUID) -> Response:
    """Take one's own request back."""
    return _answer(claim_id, "Votre demande est retirée.", claims.withdraw_claim)


def _answer(claim_id: UUID, done: str, command: Callable[..., Any], *words: str) -> Response:
    try:
        command(actor(), claim_id, *words)
    except (Invalid, Conflict, Forbidden) as error:
        return _page(claim_id, error)
    flash(done, "good")
    return redirect(url_for(".view", claim_id=claim_id), 303)


def _page(claim_id: UUID, error: CrrcError | None = None) -> Response:
    found = view_claim(actor(), claim_id)
    request_, facts = found.request, entity_facts(actor(), found.request.claim.finess_ej)
    faults = dict(error.fields) if error else {}
    return page(
        "finess/claim.html",
        error.status if error else 200,
        claim=request_.claim,
        author=request_.author,
        organisation=request_.organisation,
        mine=request_.user_id == actor().user_id,
        found=found,
        facts=facts,
        siret_fits=siret_is_of(request_.claim.siret, facts.siren if facts else None),
        role=request.form.get("role", request_.claim.role if found.managed else "owner"),
        roles=[
            {"value": one, "text": ROLE_LABELS[one], "hint": ROLE_HINTS[one]}
            for one in ROLE_HINTS
            if found.managed or one == "owner"
        ],
        role_labels=ROLE_LABELS,
        reason=request.form.get("reason", "")[:2000],
        errors=faults,
        refusal=error.sentence if error and not faults else None,
    )
