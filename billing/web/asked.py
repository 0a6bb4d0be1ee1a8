"""What addresses and forms of billing say: days, numbers, words, amounts; and a file to answer."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from billing.rules.amounts import read_cents
from kit.errors import Invalid
from kit.typed import identifier, number
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


def amounts(form: Mapping[str, str], prefix: str) -> dict[UUID, int]:
    """What was typed beside each thing, in cents, by its identifier; an empty box is nothing. Raises Invalid by box."""
    found: dict[UUID, int] = {}
    faults: dict[str, str] = {}
    for name, text in form.items():
        one = identifier(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if one is not None and text.strip():
            try:
                found[one] = read_cents(text, name)
            except Invalid as error:
                faults |= error.fields
    if faults:
        raise Invalid("Des montants sont à corriger.", faults)
    return found
