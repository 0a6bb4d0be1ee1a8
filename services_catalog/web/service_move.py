"""Publishing and withdrawing a service: each is confirmed on a page that says what it does, then done."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid, Stale
from kit.web import actor, page, permission, revision_sent
from services_catalog.service import publication
from services_catalog.web.service_draft import blueprint
from services_catalog.web.service_form import told


@blueprint.get("/staff/services/<service_slug>/publish")
@permission("service.publish")
def ask_publish(service_slug: str) -> Response:
    """What publishing would change."""
    return _publish_page(service_slug)


@blueprint.post("/staff/services/<service_slug>/publish")
@permission("service.publish")
def publish(service_slug: str) -> Response:
    """Publish the draft that was shown."""
    revision = revision_sent()
    try:
        made = publication.publish_service(actor(), service_slug, revision)
    except (Conflict, Stale, Invalid) as error:
        return _publish_page(service_slug, error)
    flash(f"La version {made.version} est au catalogue.", "good")
    return redirect(url_for(".edit", service_slug=service_slug), 303)


@blueprint.get("/staff/services/<service_slug>/withdraw")
@permission("service.withdraw")
def ask_withdraw(service_slug: str) -> Response:
    """What withdrawing would do."""
    return _withdraw_page(service_slug)


@blueprint.post("/staff/services/<service_slug>/withdraw")
@permission("service.withdraw")
def withdraw(service_slug: str) -> Response:
    """Take the service off sale."""
    try:
        publication.withdraw_service(actor(), service_slug)
    except Conflict as error:
        return _withdraw_page(service_slug, error)
    flash("La prestation n’est plus au catalogue.", "good")
    return redirect(url_for(".edit", service_slug=service_slug), 303)


def _publish_page(slug: str, error: CrrcError | None = None) -> Response:
    ahead = publication.foresee_publication(actor(), slug)
    return page(
        "services/publish.html",
        error.status if error else 200,
        ahead=ahead,
        service=ahead.service,
        findings=told(ahead.findings),
        refusal=error.sentence if error else None,
    )


def _withdraw_page(slug: str, error: CrrcError | None = None) -> Response:
    ahead = publication.foresee_publication(actor(), slug, "service.withdraw")
    return page(
        "services/withdraw.html",
        error.status if error else 200,
        service=ahead.service,
        refusal=error.sentence if error else None,
    )
