"""The browsers one is signed in with."""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from kit.french import count
from kit.web import actor, page, permission
from tenants.rules.identity import PROVIDER_NAMES
from tenants.service import own_sessions as service

METHODS = {"link": "Lien reçu par courriel", "passkey": "Clé d’accès", **PROVIDER_NAMES}

own_sessions = Blueprint("own_sessions", __name__, url_prefix="/account/sessions")


@own_sessions.get("")
@permission("session.view")
def list_sessions() -> Response:
    """All of them, this one first."""
    found = sorted(service.list_own_sessions(actor()), key=lambda one: one.id != actor().session_id)
    return page("tenants/security/sessions.html", sessions=found, mine=actor().session_id, methods=METHODS)


@own_sessions.post("/<uuid:session_id>/revoke")
@permission("session.revoke")
def revoke(session_id: UUID) -> Response:
    """End one."""
    service.revoke_session(actor(), session_id)
    flash("Cette connexion est fermée.", "good")
    return redirect(url_for("own_sessions.list_sessions"), 303)


@own_sessions.post("/revoke-others")
@permission("session.revoke")
def revoke_others() -> Response:
    """End all but this one."""
    ended = service.revoke_others(actor())
    words = count(ended, "autre connexion fermée", "autres connexions fermées")
    flash(f"{words[:1].upper()}{words[1:]}." if ended else "Il n’y avait pas d’autre connexion.", "good")
    return redirect(url_for("own_sessions.list_sessions"), 303)
