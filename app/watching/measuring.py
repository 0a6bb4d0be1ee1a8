"""Measuring: each answer, each transaction, each connection lent. No label comes from what anybody typed."""

import os
import time
from functools import cache
from typing import Any

from flask import Flask, request
from prometheus_client import Counter, Histogram
from sqlalchemy import Pool, event
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.arrival import STARTED
from app.watching.meters import meters

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNSEEN = frozenset({"static", "healthz", "readyz", "metrics"})
NOWHERE = "none"
BUSY = "busy"  # in place of a route: turned away before anybody looked where it leads
_BEGUN = "watching.begun"


def install(app: Flask) -> None:
    """Measure every answer but those of files and probes, and what the database is asked for."""
    app.after_request(_answered)
    for target, name, listener in (
        (Session, "after_begin", _begun),
        (Session, "after_commit", _committed),
        (Session, "after_rollback", _undone),
        (Pool, "checkout", _lent),
        (Pool, "checkin", _given_back),
    ):
        if not event.contains(target, name, listener):
            event.listen(target, name, listener)
    meters().pool.set(int(os.environ.get("CRRC_POOL_SIZE", "5")))  # as kit.db reads it


def count_turned_away(environ: dict[str, Any]) -> None:
    """A request that was told to come back (app/admission.py), among the others and by itself."""
    meters().turned_away.inc()
    _measure(BUSY, environ, 503)


def _answered(response: Response) -> Response:
    endpoint = request.endpoint or NOWHERE
    if endpoint not in UNSEEN:
        _measure(endpoint, request.environ, response.status_code)
    return response


def _measure(endpoint: str, environ: dict[str, Any], status: int) -> None:
    asked = environ["REQUEST_METHOD"]
    _count(endpoint, asked if asked in METHODS else "OTHER", status).inc()
    begun = environ.get(STARTED)
    if begun is not None:
        _length(endpoint).observe(time.perf_counter() - begun)


# `labels` looks its child up under a lock and with checks; these are a dictionary's look-up.
@cache
def _count(endpoint: str, method: str, status: int) -> Counter:
    return meters().requests.labels(endpoint, method, str(status))


@cache
def _length(endpoint: str) -> Histogram:
    return meters().seconds.labels(endpoint)


@cache
def _outcome(word: str) -> Counter:
    return meters().transactions.labels(word)


@cache
def _action(name: str) -> Counter:
    return meters().commands.labels(name)


def _begun(session: Session, *_: Any) -> None:
    session.info.setdefault(_BEGUN, time.perf_counter())


def _committed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    begun = session.info.pop(_BEGUN, None)
    if begun is None:
        return  # nothing was asked of the database
    _outcome("commit").inc()
    meters().transaction_seconds.observe(time.perf_counter() - begun)
    for line in getattr(session, "lines", ()):
        _action(line["action"]).inc()


def _undone(session: Session) -> None:
    if not session.in_nested_transaction() and session.info.pop(_BEGUN, None) is not None:
        _outcome("rollback").inc()


def _lent(*_: Any) -> None:
    meters().in_use.inc()


def _given_back(*_: Any) -> None:
    meters().in_use.dec()
