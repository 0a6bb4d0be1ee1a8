"""What the addresses of the accounts say: days, numbers, words; and the links that other pages may not have yet."""

from datetime import date
from typing import Any

from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Invalid
from kit.typed import number
from services_catalog.rules.figures import read_day

LONGEST = 120


def day(name: str) -> date | None:
    """The day of an argument; None when there is none. Raises Invalid, the field being its name."""
    typed = request.args.get(name, "").strip()
    found = read_day(typed) if typed else None
    if typed and found is None:
        raise Invalid("Cette date n’est pas lisible.", {name: "Écrivez une date, par exemple 12/03/2027."})
    return found


def words(name: str) -> str:
    """The text of an argument, bounded."""
    return request.args.get(name, "")[:LONGEST].replace("\0", "").strip()


def whole(name: str, otherwise: int) -> int:
    """The number of an argument, or another when it is none."""
    found = number(request.args.get(name, ""))
    return otherwise if found is None else found


def file(content: bytes, content_type: str, name: str) -> Response:
    """A file made for whoever asks, kept nowhere."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, content_type=content_type, headers=headers)


def link(endpoint: str, **values: Any) -> str | None:
    """The address of a page, None where this portal has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
