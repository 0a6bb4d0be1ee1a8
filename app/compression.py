"""Pages and their files leave compressed, for a browser that says it can read that.

A proxy that compresses by itself (infra/debian) asks for them plain, and saves us the time. JSON stays as it is: an
answer of the API carries a strong ETag, and most are small.
"""

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

READ = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})
SAID = frozenset({200, 304})  # « unchanged » says of itself what the whole answer would: caches take its headers
LEAST = 1000  # bytes: below, it does not pay
LEVEL, BEST = 5, 9  # of what is written for one answer; of what is kept
BUILT = "/static/build/"


def install(app: Flask) -> None:
    """The last thing done to an answer."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in READ or response.status_code not in SAID or "Content-Encoding" in response.headers:
        return response
    built = request.path.startswith(BUILT)
    if not built and (response.is_streamed or response.direct_passthrough):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or (response.content_length or 0) < LEAST:
        return response
    plain_tag = response.get_etag()[0]
    if response.status_code == 200:
        _pack(response, built)
    if plain_tag is not None:
        response.set_etag(plain_tag, weak=True)  # the same thing, in other bytes
    return response


def _pack(response: Response, built: bool) -> None:
    if built:
        response.close()  # the file that would have been sent
        response.direct_passthrough = False
        response.set_data(_kept(request.path.removeprefix(BUILT)))
    else:
        response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"


@lru_cache(32)
def _kept(name: str) -> bytes:
    """A built file, compressed once: its name holds its content."""
    return gzip.compress((Path(current_app.static_folder or "") / "build" / name).read_bytes(), BEST, mtime=0)
