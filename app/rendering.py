"""How pages are written: French filters in the portal's time zone, the frame's context, built files by their name."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, get_flashed_messages
from jinja2 import StrictUndefined
from markupsafe import Markup

from app import frame
from app.headers import csp_nonce
from app.rooms import act, permissions
from finess.rules.names import readable
from kit import french
from kit.permissions import allows
from kit.web import csrf_token

TONES = frozenset({"neutral", "info", "good", "wait", "bad"})
MANIFEST = Path(__file__).parent / "static" / "build" / "manifest.json"


def install(app: Flask) -> None:
    """Give templates their filters and functions."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.filters.update(
        when=when,
        day=day,
        hour=hour,
        money=french.money,
        count=french.count,
        grouped=french.grouped,
        duration=french.duration,
        siret=french.siret,
        weight=french.weight,
        readable=readable,
        act=act,
    )
    environment.globals.update(asset=asset, csrf_token=csrf_token, csrf_field=csrf_field, can=can)
    app.context_processor(_context)


def zone() -> str:
    """The portal's time zone."""
    tenant = g.get("tenant")
    return tenant.zone if tenant else "Europe/Paris"


def when(at: datetime, weekday: bool = False, seconds: bool = False) -> str:
    """« 23 septembre 2025 à 23 h 59 (heure de Paris) »."""
    return french.instant(at, zone(), weekday, seconds)


def day(on: date | datetime, weekday: bool = False) -> str:
    """« 23 septembre 2025 » : of an instant, the day it is in the portal's zone."""
    return french.day(on.astimezone(ZoneInfo(zone())).date() if isinstance(on, datetime) else on, weekday)


def hour(at: datetime, seconds: bool = False) -> str:
    """« 23 h 59 » in the portal's zone."""
    return french.hour(at.astimezone(ZoneInfo(zone())), seconds)


def asset(name: str) -> str:
    """The address of a built file, which changes with its content."""
    stamp = MANIFEST.stat().st_mtime_ns if MANIFEST.exists() else 0
    return f"/static/build/{_manifest(stamp).get(name, name)}"


def csrf_field() -> Markup:
    """The hidden field of every form."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(csrf_token())


def can(action: str, thing: Any = None) -> bool:
    """Whether whoever reads this page may do `action` to `thing`."""
    return allows(permissions(), g.actor, action, thing)


@cache
def _manifest(stamp: int) -> dict[str, str]:
    return dict(json.loads(MANIFEST.read_text())) if stamp else {}


def _notices() -> Iterator[dict[str, Any]]:
    """What has just happened, said once: `flash(sentence, "good")`. Read only by a page that shows it."""
    for message in get_flashed_messages(with_categories=True):
        tone, title = message[0], message[1]
        yield {"tone": tone if tone in TONES else "info", "title": title, "text": None}


def _context() -> dict[str, Any]:
    return {
        "csp_nonce": csp_nonce(),
        "request_id": g.get("request_id"),
        "actor": g.get("actor"),
        "notices": _notices(),
        **frame.context(),
    }
