"""What programs send: one place that looks at every JSON body before a view does (kit.strict_json)."""

from functools import cache
from typing import Any

from flask import Flask, current_app, request
from werkzeug.exceptions import UnsupportedMediaType

from kit.errors import CrrcError
from kit.strict_json import NotStrict, read
from kit.web import UNSAFE

API = "/api/"


def install(app: Flask) -> None:
    """After app.limits: whoever may not call is not read."""
    app.before_request(_look)


def _look() -> None:
    """Refuse a body that is no strict JSON, or of another type, where a view reads JSON."""
    if request.method not in UNSAFE or request.endpoint is None or not request.path.startswith(API):
        return
    if not _reads_json(current_app.view_functions[request.endpoint], request.method.lower()):
        return
    if not request.is_json:
        if request.get_data(cache=True) or request.form or request.files:
            raise UnsupportedMediaType()
        return
    content = request.get_data(cache=True)
    if not content:
        return  # the view says which values are missing
    try:
        read(content)
    except NotStrict as error:
        raise CrrcError(error.sentence) from error


@cache
def _reads_json(view: Any, method: str) -> bool:
    """Whether a view of flask-smorest takes a JSON body."""
    by_method = getattr(getattr(view, "view_class", None), method, None)
    described = getattr(by_method or view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return any(one["in"] == "json" for one in described)
