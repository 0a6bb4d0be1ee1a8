"""How often a program may call and a stranger may send, by token and by address; answers say where the count stands.

Counters are in Redis (kit.limits), in this process while Redis is away. Whoever is signed in on a page is limited by
what each act limits itself (links, codes, calls of other systems).
"""

from datetime import timedelta

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from kit import limits
from kit.errors import TooManyRequests
from kit.french import NBSP
from kit.settings import settings
from kit.web import UNSAFE

MINUTE = timedelta(minutes=1)
API = "/api/"
FREE = frozenset({"static", "healthz", "readyz", "metrics"})
# Strangers: a fifth of what a token may. Wrong tokens: a tenth.
STRANGERS, GUESSES = 5, 10
SOON = "Réessayez dans moins d’une minute."
OF_TOKEN = f"Ce jeton a fait trop d’appels{NBSP}: {{most}} par minute au plus. {SOON}"
OF_ADDRESS = f"Trop de demandes viennent de votre adresse{NBSP}: {{most}} par minute au plus. {SOON}"
OF_GUESSES = f"Trop de jetons qui ne sont pas valables viennent de votre adresse. {SOON}"


def install(app: Flask) -> None:
    """After app.auth, which says who asks; answers of the API carry RateLimit headers."""
    app.before_request(_limit)
    app.after_request(_say)


def count_guess() -> None:
    """Note a token that is not valid. Raises TooManyRequests when they are too many from this address.

    A valid one from the same address still passes: a hospital's programs share one.
    """
    _count("guess", address(), max(settings().api_per_minute // GUESSES, 1), OF_GUESSES)


def address() -> str:
    """Where the request comes from (kit.limits.subscriber)."""
    return limits.subscriber(request.remote_addr)


def _limit() -> None:
    if request.endpoint in FREE:
        return
    most = settings().api_per_minute
    actor = g.actor
    if request.path.startswith(API):
        if actor.is_known:
            _count("token", str(actor.session_id), most, OF_TOKEN)
        else:
            _count("stranger", address(), max(most // STRANGERS, 1), OF_ADDRESS)
    elif request.method in UNSAFE and not actor.is_known and not _is_signed(request.endpoint):
        _count("form", address(), max(most // STRANGERS, 1), OF_ADDRESS)


def _is_signed(endpoint: str | None) -> bool:
    """A payment platform tells many things from one address, and signs them (kit.web.signed)."""
    return endpoint is not None and getattr(current_app.view_functions[endpoint], "signed", False) is True


def _count(name: str, subject: str, most: int, sentence: str) -> None:
    g.standing = standing = limits.count_one(name, subject, most, MINUTE)
    if standing.is_over:
        raise TooManyRequests(sentence.format(most=most), timedelta(seconds=standing.seconds))


def _say(response: Response) -> Response:
    """Where the count stands (draft-ietf-httpapi-ratelimit-headers)."""
    standing = g.get("standing")
    if standing is not None and request.path.startswith(API):
        response.headers["RateLimit-Limit"] = str(standing.most)
        response.headers["RateLimit-Remaining"] = str(max(standing.most - standing.count, 0))
        response.headers["RateLimit-Reset"] = str(standing.seconds)
    return response
