"""Suspending and resuming a provider: a page says what it does to its missions, then it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from kit.actor import Actor
from kit.errors import Conflict
from kit.web import actor, page, permission
from services_catalog.service import provider as writing
from services_catalog.service import provider_file as reading

blueprint = Blueprint("provider_moves", __name__)


@dataclass(frozen=True)
class Words:
    """What a confirmation says: the question, what will happen, the button, and what is said once done."""

    question: str
    means: tuple[str, ...]
    button: str
    done: str


WORDS = {
    "suspend": Words(
        "Suspendre ce prestataire ?",
        (
            "Aucune nouvelle mission ne lui est confiée, ni par un lot ni à la main.",
            "Ses missions en cours continuent jusqu’à leur terme, aux dates prévues. Pour en arrêter une, annulez-la "
            "depuis sa page.",
            "Ses missions sans date restent les siennes : confiez-les à un autre depuis le tableau des missions.",
            "Ses personnes gardent leur accès, et ses responsables sont prévenus par courriel.",
        ),
        "Suspendre",
        "Le prestataire est suspendu.",
    ),
    "resume": Words(
        "Lever la suspension de ce prestataire ?",
        (
            "De nouvelles missions peuvent lui être confiées, si sa fiche le permet : zones, titres, assurance.",
            "Ses responsables sont prévenus par courriel.",
        ),
        "Lever la suspension",
        "Le prestataire peut recevoir de nouvelles missions.",
    ),
}


@blueprint.get("/providers/<uuid:provider_id>/suspend")
@permission("provider.suspend")
def ask_suspend(provider_id: UUID) -> Response:
    """What suspending means."""
    return _ask(provider_id, "suspend")


@blueprint.post("/providers/<uuid:provider_id>/suspend")
@permission("provider.suspend")
def suspend(provider_id: UUID) -> Response:
    """Suspend it."""
    return _make(provider_id, "suspend", writing.suspend_provider)


@blueprint.get("/providers/<uuid:provider_id>/resume")
@permission("provider.resume")
def ask_resume(provider_id: UUID) -> Response:
    """What resuming means."""
    return _ask(provider_id, "resume")


@blueprint.post("/providers/<uuid:provider_id>/resume")
@permission("provider.resume")
def resume(provider_id: UUID) -> Response:
    """Resume it."""
    return _make(provider_id, "resume", writing.resume_provider)


def _ask(provider_id: UUID, move: str, error: Conflict | None = None) -> Response:
    provider = reading.view_provider(actor(), provider_id, f"provider.{move}").provider
    refusal = error.sentence if error else None
    words = WORDS[move]
    status = error.status if error else 200
    return page("providers/confirm.html", status, provider=provider, move=move, words=words, refusal=refusal)


def _make(provider_id: UUID, move: str, act: Callable[[Actor, UUID], object]) -> Response:
    try:
        act(actor(), provider_id)
    except Conflict as error:
        return _ask(provider_id, move, error)
    flash(WORDS[move].done, "good")
    return redirect(url_for("providers.view_provider", provider_id=provider_id), 303)
