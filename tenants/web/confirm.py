"""« Confirmez que c’est vous »: asked in place, so that what was typed goes on once it is proved.

The page carries the fields of the form it interrupts and sends them to the same address, with the proof beside them
(`confirm_*`). The roof proves first (`prove_sent`), then the view reads the form as it was filled in. Files cannot be
carried: the page asks for them again.
"""

from urllib.parse import urlsplit

from flask import flash, g, redirect, request, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from kit.actor import Actor
from kit.errors import CrrcError, Invalid
from kit.french import count
from kit.host import host_name
from kit.settings import settings
from kit.web import actor, page
from tenants.rules.factor import Answer, read_code
from tenants.rules.people import mask_email
from tenants.rules.portal import local_path
from tenants.rules.site import Site, site_at
from tenants.service.second_factor import Ways, ask_code, list_ways, prove
from tenants.service.session import Cookie, find_signed_in
from tenants.web.cookie import renew, session_secret

CODE, RECOVERY, PASSKEY = "confirm_code", "confirm_recovery", "confirm_passkey"
SEND, AGAIN = "confirm_send", "confirm_again"
OURS = frozenset({CODE, RECOVERY, PASSKEY, SEND, AGAIN})
NO_CODE = "Aucun code n’a été lu, et rien n’est perdu. Écrivez le code demandé ci-dessous."
FEW_CODES = 3


def site() -> Site | None:
    """Which of our addresses this browser is at."""
    return site_at(host_name(request.host), settings().base_url, g.tenant.domain)


def carries_proof() -> bool:
    """Whether the form of this request comes from the page below."""
    return request.method == "POST" and not OURS.isdisjoint(request.form.keys())


def prove_sent() -> Response | None:
    """Prove what the form carries, and let it go on to its view (None); else the page again, with everything in it."""
    form = request.form
    try:
        if SEND in form:
            ask_code(actor())
            return ask_confirmation(sent=True)
        if AGAIN not in form:
            _prove(_answer())
    except CrrcError as error:
        return ask_confirmation(error)
    kept = [(name, value) for name, value in form.items(multi=True) if name not in OURS]
    request.__dict__["form"] = ImmutableMultiDict(kept)  # the view reads the form as it was filled in
    return None


def ask_confirmation(error: CrrcError | None = None, sent: bool = False) -> Response:
    """The page that asks. An address that was only looked at is looked at again once it is proved."""
    if request.headers.get("HX-Request") == "true":
        return _elsewhere(_page_before())
    ways = list_ways(actor(), site())
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS | {"csrf_token"}]
    here = request.full_path.rstrip("?")
    if request.method in ("GET", "HEAD"):
        action, carried = url_for("second_factor.prove_page"), [("next", here)]
    else:
        action = here
    return _asked(ways, action, carried, error, sent)


def ask_second_factor() -> Response:
    """What somebody held back is told, wherever they go: in place for a form, which then goes on."""
    if request.headers.get("HX-Request") == "true":
        return _elsewhere(_page_before())
    if request.method == "POST":
        return ask_confirmation()
    return redirect(url_for("second_factor.prove_page", next=request.full_path.rstrip("?")), 303)


def next_path() -> str:
    """Where to go on, inside the portal."""
    return local_path(request.values.get("next", ""), g.tenant.slug)


def ask_here(ways: Ways, error: CrrcError | None = None) -> Response:
    """The same, on its own page: after a sign-in."""
    return _asked(ways, url_for("second_factor.prove_page"), [("next", next_path())], error, False)


def _asked(ways: Ways, action: str, carried: list[tuple[str, str]], error: CrrcError | None, sent: bool) -> Response:
    errors = dict(error.fields) if error else {}
    if ways.codes_left and request.form.get(RECOVERY) and CODE in errors:
        errors = {RECOVERY: errors[CODE]}  # beside the field that was filled in
    return page(
        "tenants/security/confirm.html",
        error.status if error else 403 if request.method == "POST" and not sent else 200,
        ways=ways,
        mailbox=mask_email(ways.email),
        action=action,
        carried=carried,
        files=sorted({(name, file.filename or "") for name, file in request.files.items(multi=True)}),
        after_sign_in=bool(actor().held_back),
        enrols=ways.wanted and not ways.has_factor,
        fresh=not actor().stale,
        minutes=g.tenant.step_up_minutes,
        next_path=dict(carried).get("next") or f"/{g.tenant.slug}/",
        errors=errors,
        refusal=error.sentence if error and not errors else None,
        sent=sent or ways.sent,
        just_sent=sent,
    )


def _prove(answer: Answer | None) -> None:
    if answer is None:
        raise Invalid(NO_CODE, {CODE: NO_CODE})
    proved(prove(actor(), session_secret(), answer, site()))
    if answer.kind == "recovery":
        _tell_codes_left(g.actor)


def proved(cookie: Cookie) -> None:
    """The session has another secret, and its person maybe more roles: from now on, in this request too."""
    before = actor()
    renew(cookie)
    g.actor = find_signed_in(before.tenant_id, cookie.secret, before.request_id, before.ip) or before


def _answer() -> Answer | None:
    form = request.form
    shown = form.get(PASSKEY, "")
    return Answer("passkey", shown) if shown else read_code(form.get(RECOVERY, "").strip() or form.get(CODE, ""))


def _tell_codes_left(who: Actor) -> None:
    left = list_ways(who, None).codes_left
    words = f"Il vous reste {count(left, 'code')} de secours." if left else "C’était votre dernier code de secours."
    flash(f"{words} Si vous avez perdu votre téléphone ou votre clé, remplacez-les dans « Mon compte ».", "wait")


def _page_before() -> str:
    """The page that a script of ours asked from."""
    before = urlsplit(request.headers.get("HX-Current-URL", ""))
    return local_path(f"{before.path}?{before.query}".rstrip("?"), g.tenant.slug)


def _elsewhere(path: str) -> Response:
    address = url_for("second_factor.prove_page", next=path)
    return Response(status=403, headers={"HX-Redirect": address})
