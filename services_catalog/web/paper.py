"""What the pages of a provider's papers share: the form, what was typed, where one lands."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from finess.rules.geography import departments
from kit.errors import CrrcError, NotFound
from kit.web import actor, page
from services_catalog.rules.states import QUALIFICATION_LABELS
from services_catalog.service.paper import tag_of
from services_catalog.service.provider_file import ProviderFile, view_provider
from services_catalog.web.typed import boxes, boxes_of

LISTS: dict[str, Callable[[ProviderFile], Sequence[Any]]] = {
    "qualification": lambda file: file.qualifications,
    "insurance": lambda file: file.insurances,
    "subcontractor": lambda file: file.subcontractors,
    "consultant": lambda file: file.consultants,
}


def show(kind: str, provider_id: UUID, filed_id: UUID | None = None, error: CrrcError | None = None) -> Response:
    """The form of a new paper, or of one of the file, with what was typed if it was refused. Raises NotFound."""
    file = view_provider(actor(), provider_id, f"{kind}.write")
    filed = next((one for one in LISTS[kind](file) if one.id == filed_id), None)
    if filed_id is not None and filed is None:
        raise NotFound()
    form = request.form
    return page(
        f"providers/{kind}.html",
        error.status if error else 200,
        provider=file.provider,
        filed=filed,
        tag=tag_of(filed) if filed else "",
        value=lambda name: form.get(name, "") if error else (getattr(filed, name) or "" if filed else ""),
        day=lambda name: boxes(form, name) if error else boxes_of(getattr(filed, name) if filed else None),
        ticked=form.get("active") == "yes" if error else getattr(filed, "active", True),
        kinds=list(QUALIFICATION_LABELS.items()),
        departments=[(code, f"{one.name} ({code})") for code, one in departments().items()],
        errors=(dict(error.fields) or {"form": error.sentence}) if error else {},
    )


def keep(kind: str, provider_id: UUID, filed_id: UUID | None, save: Callable[[], object], done: str) -> Response:
    """Save, and go back to the file; what refuses it is said on the form, with what was typed."""
    try:
        save()
    except NotFound:
        raise
    except CrrcError as error:
        return show(kind, provider_id, filed_id, error)
    flash(done, "good")
    return redirect(url_for("providers.view_provider", provider_id=provider_id, _anchor=f"{kind}s"), 303)
