"""Claiming a legal entity: finding it in the register, saying why, following the request."""

from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from finess.service.claiming import look_at_entity
from finess.service.reading import search_register
from finess.web.hits import hit_lines
from kit.errors import Conflict, CrrcError, Invalid, TooManyRequests
from kit.web import actor, page, permission
from tenants.models import Organisation
from tenants.rules.claim import PROOF_LABELS
from tenants.rules.proof_file import ACCEPT, ACCEPTED
from tenants.rules.roles import ROLE_HINTS, ROLE_LABELS
from tenants.service import claim as claims
from tenants.service.claim import Upload

blueprint = Blueprint("claims", __name__, url_prefix="/claims")
LONGEST_QUESTION = 200
FOUND = 20
NOBODY = "Aucune structure ne porte ce nom dans le registre. Essayez un autre mot, ou un numéro."


@blueprint.get("/new")
@permission("organisation_claim.ask")
def find() -> Response:
    """Look for one's organisation by number, name or town."""
    typed = request.args.get("q", "")[:LONGEST_QUESTION].replace("\0", "")
    error: str | None = None
    hits: list[dict[str, Any]] = []
    if typed.strip():
        found = search_register(actor(), typed, FOUND)
        hits = hit_lines(found.hits)
        error = None if hits else NOBODY
        if len({hit["finess_ej"] for hit in hits}) == 1 and any(character.isdecimal() for character in typed):
            return redirect(url_for(".look", number=hits[0]["finess_ej"]), 303)
    elif "q" in request.args:
        error = "Indiquez un numéro, un nom ou une ville."
    return page("finess/claim_find.html", 422 if error else 200, typed=typed, hits=hits, error=error)


@blueprint.get("/entity")
@permission("organisation_claim.ask")
def look() -> Response:
    """Who it is, and what one is asked."""
    return _page(request.args.get("number", ""))


@blueprint.post("")
@permission("organisation_claim.ask")
def ask() -> Response:
    """Open the account, or send the request."""
    form = request.form
    number = form.get("number", "")
    try:
        found = look_at_entity(actor(), number)
        words = form.get("function", ""), form.get("evidence", "")
        done = claims.claim(actor(), found.entity, *words, _file(), form.get("role", "editor"))
    except (Invalid, Conflict, TooManyRequests) as error:
        return _page(number, error)
    if isinstance(done, Organisation):
        flash(f"Le compte « {done.name} » est ouvert : vous en êtes responsable.", "good")
        return redirect(url_for("members.view", organisation_id=done.id), 303)
    flash("Votre demande est envoyée. La réponse arrivera par courriel.", "good")
    return redirect(url_for("claim_answers.view", claim_id=done.id), 303)


def _file() -> Upload | None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    return Upload(sent.filename, cast(BinaryIO, sent.stream))


def _page(number: str, error: CrrcError | None = None) -> Response:
    form = request.form
    try:
        found = look_at_entity(actor(), number[:LONGEST_QUESTION].replace("\0", ""))
    except Invalid as unknown:
        sentence = unknown.fields.get("number", unknown.sentence)
        return page("finess/claim_find.html", 422, typed=number[:LONGEST_QUESTION], hits=[], error=sentence)
    faults = dict(error.fields) if error else {}
    return page(
        "finess/claim_ask.html",
        error.status if error else 200,
        found=found,
        facts=found.facts,
        proof=PROOF_LABELS.get(found.told.proof or ""),
        function=form.get("function", "")[:200],
        evidence=form.get("evidence", "")[:5000],
        role=form.get("role", "editor"),
        roles=[{"value": one, "text": ROLE_LABELS[one], "hint": ROLE_HINTS[one]} for one in ROLE_HINTS],
        accept=ACCEPT,
        accepted=ACCEPTED,
        errors=faults,
        refusal=error.sentence if error and not faults else None,
    )
