"""A lot of an agreement: its ceiling, how orders are shared, who holds it."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import CrrcError, Invalid, Stale
from kit.typed import identifier
from kit.web import actor, page, permission, revision_sent
from services_catalog.models import FrameworkAgreement
from services_catalog.rules.agreement import MOST_HOLDERS
from services_catalog.rules.states import ASSIGNMENT_LABELS
from services_catalog.service import agreement as agreements
from services_catalog.service import lot as lots
from services_catalog.service.agreement import LotPicture
from services_catalog.web.market import blueprint
from services_catalog.web.typed import whole

HINTS = {
    "single": "Toutes les commandes vont au même prestataire.",
    "ranked": "Au premier, puis au suivant quand il ne peut pas.",
    "in_turn": "À celui qui a reçu le moins de commandes.",
}
SPARE = 2  # empty places for holders, beside those that are filled
NO_HOLDER = UUID(int=0)


@blueprint.get("/staff/market/<uuid:agreement_id>/lots/new")
@permission("agreement.write")
def ask_lot(agreement_id: UUID) -> Response:
    """The form of a new lot."""
    found = agreements.view_agreement(actor(), agreement_id, "agreement.write")
    number = max((one.lot.number for one in found.lots), default=0) + 1
    return _form(found.agreement, None, {"number": number, "title": "", "maximum": "", "assignment": "single"}, [])


@blueprint.post("/staff/market/<uuid:agreement_id>/lots/new")
@permission("agreement.write")
def make_lot(agreement_id: UUID) -> Response:
    """Add a lot."""
    agreement = agreements.view_agreement(actor(), agreement_id, "agreement.write").agreement
    try:
        made = lots.make_lot(actor(), agreement_id, _sent(), revision_sent())
    except (Invalid, Stale) as error:
        return _form(agreement, None, request.form, request.form.getlist("holder"), error)
    flash(f"Le lot {made.number} est créé. Importez les prix de ses titulaires.", "good")
    return redirect(url_for(".view_agreement", agreement_id=agreement_id), 303)


@blueprint.get("/staff/lots/<uuid:lot_id>/edit")
@permission("agreement.write")
def edit_lot(lot_id: UUID) -> Response:
    """The form of a lot."""
    agreement, picture = lots.view_lot(actor(), lot_id, "agreement.write")
    lot = picture.lot
    maximum = f"{lot.maximum_cents // 100},{lot.maximum_cents % 100:02}"
    values = {"number": lot.number, "title": lot.title, "maximum": maximum, "assignment": lot.assignment}
    return _form(agreement, picture, values, [str(holder.provider_id) for holder in picture.holders])


@blueprint.post("/staff/lots/<uuid:lot_id>/edit")
@permission("agreement.write")
def change_lot(lot_id: UUID) -> Response:
    """Change a lot."""
    agreement, picture = lots.view_lot(actor(), lot_id, "agreement.write")
    try:
        lots.change_lot(actor(), lot_id, _sent(), revision_sent())
    except (Invalid, Stale) as error:
        return _form(agreement, picture, request.form, request.form.getlist("holder"), error)
    flash(f"Le lot {picture.lot.number} est modifié.", "good")
    return redirect(url_for(".view_agreement", agreement_id=agreement.id), 303)


def _form(
    agreement: FrameworkAgreement,
    picture: LotPicture | None,
    values: Any,
    holders: list[str],
    error: CrrcError | None = None,
) -> Response:
    chosen = [holder for holder in holders if holder]
    known = [(str(provider_id), name) for provider_id, name in lots.list_possible_holders(actor())]
    held = [(str(one.provider_id), one.name) for one in picture.holders] if picture else []
    return page(
        "market/lot.html",
        error.status if error else 200,
        agreement=agreement,
        picture=picture,
        values={name: values.get(name, "") for name in ("number", "title", "maximum", "assignment")},
        places=(chosen + [""] * SPARE)[:MOST_HOLDERS],
        providers=[("", "Personne"), *dict([*held, *known]).items()],
        assignments=[
            {"value": code, "text": text.capitalize(), "hint": HINTS[code]} for code, text in ASSIGNMENT_LABELS.items()
        ],
        revision=request.form.get("revision") or agreement.revision,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _sent() -> dict[str, Any]:
    return {
        "number": whole(request.form.get("number", "")),
        "title": request.form.get("title", ""),
        "assignment": request.form.get("assignment", ""),
        "maximum": request.form.get("maximum", ""),
        "holders": [_holder(text) for text in request.form.getlist("holder") if text],
    }


def _holder(text: str) -> UUID:
    """A provider; one that nobody is, when what was sent is no identifier."""
    return identifier(text) or NO_HOLDER
