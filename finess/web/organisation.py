"""The portal's accounts, for its staff: to check, all of them, one; the GRADeS opens, confirms, entrusts, closes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from finess.service import accounts
from kit.errors import Conflict, CrrcError, Invalid, NotFound
from kit.web import actor, page, permission
from tenants.rules.claim import PROOF_LABELS
from tenants.rules.roles import ROLE_LABELS
from tenants.service import checking

blueprint = Blueprint("organisations", __name__, url_prefix="/staff/organisations")
LONGEST_QUESTION = 120


@blueprint.get("")
@permission("organisation.list")
def list_organisations() -> Response:
    """What waits, then every account."""
    typed = request.args.get("q", "")[:LONGEST_QUESTION].replace("\0", "").strip()
    found = accounts.list_portal_accounts(actor(), typed, _after())
    following = url_for(".list_organisations", q=typed or None, after=found.after) if found.after else None
    return page(
        "finess/organisations.html",
        found=found,
        typed=typed,
        later="after" in request.args,
        following=following,
        proofs=PROOF_LABELS,
    )


@blueprint.get("/new")
@permission("organisation.open")
def new() -> Response:
    """For whom to open an account: the number first, then the person."""
    return _new_page(request.args.get("number"))


@blueprint.post("")
@permission("organisation.open")
def open_account() -> Response:
    """Open an account for somebody, who is told by mail."""
    form = request.form
    try:
        organisation, user = accounts.open_account_of(
            actor(), form.get("number", ""), form.get("email", ""), form.get("function", "")
        )
    except (Invalid, Conflict) as error:
        return _new_page(form.get("number", ""), error)
    flash(f"Le compte « {organisation.name} » est ouvert. {user.email} en est prévenu par courriel.", "good")
    return redirect(url_for(".view", organisation_id=organisation.id), 303)


@blueprint.get("/<uuid:organisation_id>")
@permission("organisation.list")
def view(organisation_id: UUID) -> Response:
    """One account beside the register."""
    return _page(organisation_id)


@blueprint.post("/<uuid:organisation_id>/confirm")
@permission("organisation.confirm")
def confirm(organisation_id: UUID) -> Response:
    """It is in the right hands."""
    return _act(organisation_id, "Le compte est confirmé.", checking.confirm_organisation)


@blueprint.post("/<uuid:organisation_id>/transfer")
@permission("organisation.transfer")
def transfer(organisation_id: UUID) -> Response:
    """Entrust it to somebody else."""
    words = (request.form.get("email", ""), request.form.get("function", ""))
    return _act(organisation_id, "Le compte est confié à cette personne.", checking.transfer_organisation, *words)


@blueprint.post("/<uuid:organisation_id>/close")
@permission("organisation.close")
def close(organisation_id: UUID) -> Response:
    """End everybody's access."""
    if request.form.get("sure") != "yes":
        sure = Invalid("Le compte n’est pas fermé.", {"sure": "Cochez la case pour fermer le compte."})
        return _page(organisation_id, sure)
    return _act(organisation_id, "Le compte est fermé : plus personne n’y a accès.", checking.close_organisation)


def _act(organisation_id: UUID, done: str, command: Callable[..., Any], *words: str) -> Response:
    try:
        command(actor(), organisation_id, *words)
    except (Invalid, Conflict) as error:
        return _page(organisation_id, error)
    flash(done, "good")
    if request.form.get("back") == "list":
        return redirect(url_for(".list_organisations"), 303)
    return redirect(url_for(".view", organisation_id=organisation_id), 303)


def _page(organisation_id: UUID, error: CrrcError | None = None) -> Response:
    found = accounts.view_account(actor(), organisation_id)
    faults = dict(error.fields) if error else {}
    return page(
        "finess/organisation.html",
        error.status if error else 200,
        found=found,
        organisation=found.organisation,
        facts=found.facts,
        proofs=PROOF_LABELS,
        role_labels=ROLE_LABELS,
        email=request.form.get("email", "")[:254],
        function=request.form.get("function", "")[:120],
        errors=faults,
        refusal=error.sentence if error and not faults else None,
    )


def _new_page(number: str | None, error: CrrcError | None = None) -> Response:
    facts, faults = None, dict(error.fields) if error else {}
    if number is not None:
        try:
            facts = accounts.look_at_number(actor(), number[:LONGEST_QUESTION].replace("\0", ""))
        except Invalid as unknown:
            faults = dict(unknown.fields)
    return page(
        "finess/organisation_new.html",
        error.status if error else 422 if faults else 200,
        facts=facts,
        number=(number or "")[:LONGEST_QUESTION],
        email=request.form.get("email", "")[:254],
        function=request.form.get("function", "")[:120],
        errors=faults,
        refusal=error.sentence if error and not faults else None,
    )


def _after() -> UUID | None:
    text = request.args.get("after", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound() from None
