"""What a French public site says of itself: six short pages, made from what the portal knows and from nothing else."""

from datetime import timedelta

from flask import Blueprint, current_app, g, url_for
from werkzeug.wrappers import Response

from app.headers import HALF_A_YEAR
from campaigns.service.reading import public_calls
from campaigns.web.countdown import one_line
from kit.web import BROWSER_COOKIE, actor, page, permission
from tenants.service.retention import KEPT_AFTER_END
from tenants.service.session import SESSION_LIFETIME
from tenants.service.sign_in import LINK_LIFETIME, WINDOW
from tenants.web.cookie import SESSION_COOKIE

legal = Blueprint("legal", __name__)

# (words, endpoint): at the foot of every page of a portal. French public sites call them so.
LINKS = (
    ("Plan du site", "legal.site_map"),
    ("Accessibilité\N{NO-BREAK SPACE}: non conforme", "legal.accessibility"),
    ("Mentions légales", "legal.legal_notice"),
    ("Données personnelles", "legal.personal_data"),
    ("Gestion des cookies", "legal.cookies"),
    ("Contact", "legal.contact"),
)
# Public pages that no menu names.
PLACES = (
    ("Vérifier une éligibilité", "campaigns.check_everywhere"),
    ("Vérifier un accusé de réception", "receipts.find_receipt"),
)


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
    """The statement: not conforming, since nobody audited."""
    return page("legal/accessibility.html", since=g.tenant.created_at)


@legal.get("/legal-notice")
@permission("public.view")
def legal_notice() -> Response:
    """Who publishes, and whose data and components these are."""
    return page("legal/legal_notice.html")


@legal.get("/personal-data")
@permission("public.view")
def personal_data() -> Response:
    """What is kept about people, as the code keeps it."""
    return page(
        "legal/personal_data.html", link=LINK_LIFETIME, session=SESSION_LIFETIME, after=KEPT_AFTER_END, window=WINDOW
    )


@legal.get("/cookies")
@permission("public.view")
def cookies() -> Response:
    """The three cookies."""
    return page(
        "legal/cookies.html",
        session=SESSION_COOKIE,
        session_life=SESSION_LIFETIME,
        browser=BROWSER_COOKIE,
        browser_life=timedelta(seconds=HALF_A_YEAR),
        notice=current_app.config["SESSION_COOKIE_NAME"],
    )


@legal.get("/contact")
@permission("public.view")
def contact() -> Response:
    """Whom to write to."""
    return page("legal/contact.html")
