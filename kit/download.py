"""A file that somebody sent, given to somebody else: always saved, never shown, and nothing in it runs."""

from base64 import b64encode
from io import BytesIO

from flask import request
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

# Whatever a browser makes of it, it runs nothing and reaches nothing of the portal.
SANDBOX = "default-src 'none'; sandbox"


def attachment(content: bytes, content_type: str, name: str, sha256: str) -> Response:
    """The answer that carries a file under its own type and name; `sha256` is its hexadecimal digest."""
    response = send_file(
        BytesIO(content),
        request.environ,
        mimetype=content_type,
        as_attachment=True,
        download_name=name,
        etag=sha256,
    )
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"  # RFC 9530
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
