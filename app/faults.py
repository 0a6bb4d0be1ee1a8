"""What people and programs are told when something fails: a sentence, never the inside."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, g, request
from redis.exceptions import ConnectionError as RedisUnreachable
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.auth import ask_to_sign_in, is_api, is_script
from app.fault_answer import answer
from app.words import in_french
from kit.errors import CrrcError, Unauthenticated, Unconfirmed
from kit.storage import StorageAway
from tenants.web.confirm import ask_confirmation

log = structlog.get_logger("crrc.faults")
UNREACHABLE = (
    "Le portail ne peut pas répondre pour le moment. Ce qui était enregistré l’est toujours\N{NO-BREAK SPACE}: "
    "recommencez dans quelques minutes."
)
UNREACHABLE_FOR = timedelta(seconds=30)
UNEXPECTED = "Une erreur inattendue s’est produite. Elle est enregistrée sous la référence ci-dessous."
SENTENCES = {
    400: "La demande n’est pas complète ou n’est pas lisible.",
    404: "Cette page n’existe pas, ou vous n’y avez pas accès.",
    405: "Cette adresse ne se demande pas de cette façon.",
    408: "L’envoi a été interrompu avant la fin.",
    413: "Ce que vous envoyez est trop volumineux.",
    414: "Cette adresse est trop longue.",
    415: "Ce type de contenu n’est pas accepté à cette adresse.",
    422: "Certaines valeurs ne peuvent pas être prises en compte.",
}
NOT_STORABLE = "Un texte contient un caractère qui ne peut pas être enregistré, ou un nombre est trop grand."


def install(app: Flask) -> None:
    """Answer every failure."""
    app.register_error_handler(CrrcError, _refused)
    app.register_error_handler(HTTPException, _http)
    for unreachable in (OperationalError, PoolExhausted, RedisUnreachable, StorageAway):
        app.register_error_handler(unreachable, _unreachable)
    for not_storable in (DataError, UnicodeEncodeError):
        app.register_error_handler(not_storable, _not_storable)
    app.register_error_handler(ValueError, _too_long)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: CrrcError) -> Response:
    if isinstance(error, Unauthenticated) and g.get("tenant") is not None and not is_api() and not is_script():
        return ask_to_sign_in()
    if isinstance(error, Unconfirmed) and g.get("tenant") is not None and not is_api() and not is_script():
        return ask_confirmation()
    return answer(error.status, error.sentence, error.code, error.fields, getattr(error, "wait", None))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status >= 500:
        return _unexpected(error)
    fields = _flat(getattr(error, "data", {}).get("messages", {}))
    sentence = SENTENCES.get(status, SENTENCES[400])
    response = answer(status, sentence, HTTPStatus(status).name.lower(), fields)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _flat(messages: Any, path: str = "") -> dict[str, str]:
    """webargs' nested messages as {path: sentence}: `windows.0.closes_at`, without the place (json, query)."""
    if isinstance(messages, dict):
        places = ("json", "query", "form", "headers", "files", "_schema")
        found: dict[str, str] = {}
        for key, inner in messages.items():
            here = path if key in places else f"{path}.{key}".lstrip(".")
            found.update(_flat(inner, here))
        return found
    sentences = messages if isinstance(messages, list) else [messages]
    return {path: " ".join(in_french(str(sentence)) for sentence in sentences)} if path else {}


def _unreachable(error: Exception) -> Response:
    log.error("fault.unreachable", kind=type(error).__name__, request_id=g.get("request_id"), exc_info=error)
    return answer(503, UNREACHABLE, "unavailable", wait=UNREACHABLE_FOR)


def _not_storable(error: Exception) -> Response:
    log.warning("fault.not_storable", kind=type(error).__name__, request_id=g.get("request_id"))
    return answer(400, NOT_STORABLE, "bad_request")


def _too_long(error: ValueError) -> Response:
    """Python reads no number of thousands of digits; the JSON of a request may hold one."""
    return _not_storable(error) if "integer string conversion" in str(error) else _unexpected(error)


def _too_deep(error: Exception) -> Response:
    log.warning("fault.too_deep", request_id=g.get("request_id"), exc_info=error)
    return answer(400, SENTENCES[400], "bad_request")


def _unexpected(error: Exception) -> Response:
    log.error("fault.unexpected", path=_route(), request_id=g.get("request_id"), exc_info=error)
    return answer(500, UNEXPECTED, "internal")


def _route() -> str:
    """The address without what it carries: a sign-in link's secret never reaches a log."""
    return request.url_rule.rule if request.url_rule else "?"
