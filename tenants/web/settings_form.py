"""A form of the settings: shown, saved, shown again with its faults or with what somebody else has saved meanwhile."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import CrrcError, Stale
from kit.web import actor, page
from tenants.service.profile import Portal, own, view_portal


def show(
    part: str, action: str, typed: Mapping[str, Any] | None = None, error: CrrcError | None = None, **more: Any
) -> Response:
    """The page of one part. What was typed stays, whatever happened; `version` is always today's."""
    found = view_portal(actor(), action)
    shown = {name: as_text(value) for name, value in found.values(part).items()} if typed is None else typed
    return page(
        f"tenants/settings/{part}.html",
        error.status if error else 200,
        found=found,
        part=part,
        version=found.version(part),
        value=lambda name, default="": shown.get(name, default),
        errors=dict(error.fields) if error else {},
        is_stale=isinstance(error, Stale),
        theirs=differences(found, part, shown) if isinstance(error, Stale) else [],
        **more,
    )


def save(command: Callable[[str], Any], again: Callable[[CrrcError], Response], sentence: str, back: str) -> Response:
    """Run the command with the version the form was made from; then back to the page `back`, with a sentence."""
    try:
        command(request.form.get("version", ""))
    except CrrcError as error:
        return again(own(error))
    flash(sentence, "good")
    return redirect(url_for(back), 303)


def as_text(value: Any) -> Any:
    """A value as a form's field holds it."""
    return value if isinstance(value, list) else "" if value is None else str(value)


def differences(found: Portal, part: str, shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is saved now and is not what was typed: (field, value)."""
    return [
        (name, value if isinstance(value, str) else ", ".join(value))
        for name, value in ((name, as_text(value)) for name, value in found.values(part).items())
        if name in shown and shown[name] != value
    ]
