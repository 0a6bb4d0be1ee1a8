"""What the forms of orders send, and how a paper is sent back."""

from collections.abc import Mapping

from werkzeug.wrappers import Response

from bookings.rules.details import CONTACT, LONGEST


def contact_typed(form: Mapping[str, str]) -> dict[str, str]:
    """The contact as typed, by short name."""
    return {field.key.partition(".")[2]: form.get(field.key, "") for field in CONTACT}


def details_typed(form: Mapping[str, str]) -> dict[str, str]:
    """What the fields of an order show again: what was typed, cut where nobody types that much."""
    return {name: form.get(name, "")[:500] for name in (*LONGEST, *(field.key for field in CONTACT))}


def send_pdf(name: str, content: bytes) -> Response:
    """A PDF to read in the browser or to keep; nobody else's cache keeps it."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, mimetype="application/pdf", headers=headers)
