"""What a French public site says of itself: six short pages, made from what the portal knows and from nothing else."""

from datetime import timedelta

from flask import Blueprint, current_app, g, url_for
from werkzeug.wrappers import Response

from app.headers import HALF_A_YEAR
from campaigns.service.reading import public_calls
from campaigns.web.countdown import one_line
from finess.rules.geography import departments
from kit.web import actor, browser_cookie, page, permission
from privacy.service.retention import public_periods
from tenants.rules.profile import ACCESSIBILITY_LABELS
from tenants.service.profile import public_profile
from tenants.service.retention import KEPT_AFTER_END
from tenants.service.session import SESSION_LIFETIME
from tenants.service.sign_in import LINK_LIFETIME, WINDOW
from tenants.web.cookie import session_cookie

legal = Blueprint("legal", __name__)

# (words, endpoint): at the foot of every page of a portal. French public sites call them so.
LINKS = (
    ("Plan du site", "legal.site_map"),
    ("Accessibilité\N{NO-BREAK SPACE}: {state}", "legal.accessibility"),
    ("Mentions légales", "legal.legal_notice"),
    ("Données personnelles", "legal.personal_data"),
    ("Gestion des cookies", "legal.cookies"),
    ("Contact", "legal.contact"),
    ("État du service", "status.view"),
)
# Public pages that no menu names.
PLACES = (
    ("Vérifier une éligibilité", "campaigns.check_everywhere"),
    ("Vérifier un accusé de réception", "receipts.find_receipt"),
)


def links(accessibility_state: str) -> list[tuple[str, str]]:
    """LINKS, with the state of conformity that the law wants on every page."""
    state = ACCESSIBILITY_LABELS[accessibility_state]
    return [(words.format(state=state), endpoint) for words, endpoint in LINKS]


@legal.get("/site-map")
@permission("public.view")
def site_map() -> Response:
    """Every page that can be reached without a name or a number, and every published call."""
    calls = public_calls(actor())
    return page(
        "legal/site_map.html",
        places=[{"text": text, "href": url_for(endpoint)} for text, endpoint in PLACES],
        calls=[
            {
                "text": call.campaign.title,
                "href": url_for("campaigns.view", slug=call.campaign.slug),
                "detail": one_line(call.moment, calls.now, call.campaign.zone),  # titles come back every year
            }
            for call in calls.items
        ],
    )


@legal.get("/accessibility")
@permission("public.view")
def accessibility() -> Response:
    """The statement: not conforming, until an audit says more."""
    return page(
        "legal/accessibility.html",
        since=g.tenant.created_at,
        profile=public_profile(actor()),
        state=g.tenant.accessibility_state,
        label=ACCESSIBILITY_LABELS[g.tenant.accessibility_state],
    )


@legal.get("/legal-notice")
@permission("public.view")
def legal_notice() -> Response:
    """Who publishes, who hosts, and whose data and components these are."""
    profile = public_profile(actor())
    served = [departments()[code].name for code in profile.departments if code in departments()]
    return page("legal/legal_notice.html", profile=profile, served=", ".join(served))


@legal.get("/personal-data")
@permission("public.view")
def personal_data() -> Response:
    """What is kept about people, as the code keeps it."""
    return page(
        "legal/personal_data.html",
        periods=public_periods(actor()),
        link=LINK_LIFETIME,
        session=SESSION_LIFETIME,
        after=KEPT_AFTER_END,
        window=WINDOW,
        profile=public_profile(actor()),
    )


@legal.get("/cookies")
@permission("public.view")
def cookies() -> Response:
    """The three cookies."""
    return page(
        "legal/cookies.html",
        session=session_cookie(),
        session_life=SESSION_LIFETIME,
        browser=browser_cookie(),
        browser_life=timedelta(seconds=HALF_A_YEAR),
        notice=current_app.config["SESSION_COOKIE_NAME"],
    )


@legal.get("/contact")
@permission("public.view")
def contact() -> Response:
    """Whom to write to."""
    return page("legal/contact.html", profile=public_profile(actor()))
