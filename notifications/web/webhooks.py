"""The addresses that are told what happens here: their settings, their secret once, what was told and telling again."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kit import clock
from kit.errors import Conflict, CrrcError, Invalid, Stale
from kit.french import count
from kit.typed import identifier
from kit.web import actor, page, permission, revision_sent
from notifications.rules.webhook import DELIVERY_STATES, read_since
from notifications.service import webhook as service
from notifications.service import webhook_log as log
from notifications.service.webhook import Listed

webhooks = Blueprint("webhooks", __name__, url_prefix="/staff/webhooks")

PER_PAGE = 50
STATES = {
    "due": ("En attente", "wait", "hourglass"),
    "delivered": ("Remise", "good", "check-circle"),
    "failed": ("Essai manqué", "bad", "cross-circle"),
    "skipped": ("Abandonnée", "neutral", "back"),
}


@webhooks.get("")
@permission("webhook_endpoint.view")
def list_endpoints() -> Response:
    """Every address, and whether it takes what it is told."""
    found = service.list_endpoints(actor())
    return page("notifications/webhooks/list.html", rows=[(one, _state(one)) for one in found])


@webhooks.get("/new")
@permission("webhook_endpoint.create")
def new() -> Response:
    """The form of an address."""
    return _form(None, {"name": "", "url": ""}, [])


@webhooks.post("/new")
@permission("webhook_endpoint.create")
def create() -> Response:
    """Tell an address from now on, and show its secret."""
    name, url, topics = _typed()
    try:
        made, secret = service.create_endpoint(actor(), name, url, topics, known_topics=known_topics())
    except (Invalid, Conflict) as error:
        return _form(None, {"name": name, "url": url}, topics, error)
    return page("notifications/webhooks/made.html", endpoint=made, secret=secret, renewed=False)


@webhooks.get("/<uuid:endpoint_id>")
@permission("webhook_endpoint.view")
def view(endpoint_id: UUID) -> Response:
    """One address and its log."""
    return _view(endpoint_id)


@webhooks.get("/<uuid:endpoint_id>/edit")
@permission("webhook_endpoint.change")
def edit(endpoint_id: UUID) -> Response:
    """Its settings."""
    found = service.view_endpoint(actor(), endpoint_id).endpoint
    return _form(found, {"name": found.name, "url": found.url}, found.topics)


@webhooks.post("/<uuid:endpoint_id>/edit")
@permission("webhook_endpoint.change")
def change(endpoint_id: UUID) -> Response:
    """Keep them."""
    name, url, topics = _typed()
    try:
        service.change_endpoint(actor(), endpoint_id, revision_sent(), name, url, topics, known_topics=known_topics())
    except (Invalid, Stale) as error:
        found = service.view_endpoint(actor(), endpoint_id).endpoint
        return _form(found, {"name": name, "url": url}, topics, error)
    flash("Les réglages sont enregistrés.", "good")
    return _back(endpoint_id)


@webhooks.post("/<uuid:endpoint_id>/renew")
@permission("webhook_endpoint.renew")
def renew(endpoint_id: UUID) -> Response:
    """Another secret, shown once."""
    made, secret = service.renew_secret(actor(), endpoint_id)
    return page("notifications/webhooks/made.html", endpoint=made, secret=secret, renewed=True)


@webhooks.post("/<uuid:endpoint_id>/test")
@permission("webhook_endpoint.test")
def test(endpoint_id: UUID) -> Response:
    """Send a test."""
    service.send_test(actor(), endpoint_id)
    flash("L’essai part dans quelques secondes. Rechargez la page pour voir ce que l’adresse a répondu.", "good")
    return _back(endpoint_id)


@webhooks.post("/<uuid:endpoint_id>/pause")
@permission("webhook_endpoint.pause")
def pause(endpoint_id: UUID) -> Response:
    """Tell it nothing for now."""
    return _done(endpoint_id, service.pause_endpoint, "Les envois sont en pause. Ce qui se passe d’ici là attend.")


@webhooks.post("/<uuid:endpoint_id>/resume")
@permission("webhook_endpoint.resume")
def resume(endpoint_id: UUID) -> Response:
    """Tell it again."""
    return _done(endpoint_id, service.resume_endpoint, "Les envois reprennent, en commençant par ce qui attendait.")


@webhooks.post("/<uuid:endpoint_id>/remove")
@permission("webhook_endpoint.remove")
def remove(endpoint_id: UUID) -> Response:
    """Tell it nothing any more."""
    service.remove_endpoint(actor(), endpoint_id)
    flash("Cette adresse n’est plus prévenue.", "good")
    return redirect(url_for(".list_endpoints"), 303)


@webhooks.post("/<uuid:endpoint_id>/replay")
@permission("webhook_delivery.replay")
def replay_since(endpoint_id: UUID) -> Response:
    """Tell again all the news since a day."""
    try:
        since = read_since(request.form.get("since-date", ""), request.form.get("since-time", ""), g.tenant.zone)
        again = log.replay_since(actor(), endpoint_id, since)
    except (Invalid, Conflict) as error:
        return _view(endpoint_id, error)
    flash(f"{count(again, 'nouvelle est remise', 'nouvelles sont remises')} dans la file, dans leur ordre.", "good")
    return _back(endpoint_id)


@webhooks.post("/<uuid:endpoint_id>/deliveries/<uuid:message_id>/replay")
@permission("webhook_delivery.replay")
def replay(endpoint_id: UUID, message_id: UUID) -> Response:
    """Tell one piece of news again."""
    return _done(endpoint_id, lambda who, key: log.replay(who, key, message_id), "La nouvelle est remise dans la file.")


@webhooks.post("/<uuid:endpoint_id>/deliveries/<uuid:message_id>/skip")
@permission("webhook_delivery.skip")
def skip(endpoint_id: UUID, message_id: UUID) -> Response:
    """Give one up."""
    return _done(
        endpoint_id, lambda who, key: log.skip(who, key, message_id), "Elle est abandonnée, les autres passent."
    )


def known_topics() -> Mapping[str, str]:
    """Topic → sentence, of everything that is told outside (app.topics)."""
    return {topic: text for part in current_app.extensions["crrc_topics"].values() for topic, text in part.items()}


def _done(endpoint_id: UUID, act: Any, sentence: str) -> Response:
    try:
        act(actor(), endpoint_id)
    except Conflict as error:
        flash(error.sentence, "wait")
    else:
        flash(sentence, "good")
    return _back(endpoint_id)


def _back(endpoint_id: UUID) -> Response:
    return redirect(url_for(".view", endpoint_id=endpoint_id), 303)


def _typed() -> tuple[str, str, list[str]]:
    form = request.form
    return form.get("name", ""), form.get("url", ""), form.getlist("topics")


def _form(found: Any, value: Mapping[str, str], topics: Sequence[str], error: CrrcError | None = None) -> Response:
    errors = dict(error.fields) if error else {}
    return page(
        "notifications/webhooks/form.html",
        error.status if error else 200,
        found=found,
        value=value,
        chosen=topics,
        parts=current_app.extensions["crrc_topics"],
        errors=errors,
        refusal=error.sentence if error and not errors else None,
    )


def _view(endpoint_id: UUID, error: CrrcError | None = None) -> Response:
    found = service.view_endpoint(actor(), endpoint_id)
    wanted = request.args.get("state", "")
    state = wanted if wanted in DELIVERY_STATES else None
    lines = log.list_deliveries(actor(), endpoint_id, PER_PAGE + 1, identifier(request.args.get("before", "")), state)
    errors = {"since": error.sentence} if error else {}
    return page(
        "notifications/webhooks/view.html",
        error.status if error else 200,
        found=found,
        endpoint=found.endpoint,
        state=_state(found),
        lines=lines[:PER_PAGE],
        older=lines[PER_PAGE - 1].message_id if len(lines) > PER_PAGE else None,
        wanted=state or "",
        words=STATES,
        sentences={**known_topics(), "webhook.test": "Un essai."},
        typed={name: request.form.get(f"since-{name}", "") for name in ("date", "time")},
        errors=errors,
        now=clock.now(),
    )


def _state(one: Listed) -> tuple[str, str, str]:
    """How it goes, as a tag."""
    endpoint = one.endpoint
    if endpoint.state == "paused":
        return ("Arrêtée", "bad", "alert") if endpoint.pause_reason else ("En pause", "neutral", "lock")
    if endpoint.failing_since is not None:
        return ("En échec", "wait", "alert")
    late = endpoint.read_at < clock.now() and one.waiting > 0
    return ("En cours", "info", "send") if late else ("À jour", "good", "check-circle")
