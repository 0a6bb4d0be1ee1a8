"""The pages of the local mailbox. A mail is a stranger's text: nothing in it is trusted."""

from datetime import datetime
from email.message import EmailMessage
from io import BytesIO
from itertools import islice
from typing import cast

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, send_file

from app.mailbox import parts
from app.mailbox.store import Mail, Store
from kit import french

PAGE = 50
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; "
    "img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
# The HTML part lives in a sandbox: no script, no form, nothing fetched; its links open, in another tab.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
views = Blueprint("mailbox", __name__)


def create_page(store: Store) -> Flask:
    """The mailbox's own small application: it shares nothing with the portal but folders."""
    page = Flask("app", static_folder="static/mailbox", static_url_path="/static")
    # Another site's page cannot reach us under a name of its own (DNS rebinding).
    page.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    page.extensions["mailbox"] = store
    page.jinja_env.filters |= {"instant": in_paris, "size": size, "with_links": parts.with_links}
    page.register_blueprint(views)
    return page


def in_paris(at: datetime) -> str:
    """An instant as people read it."""
    return french.instant(at, "Europe/Paris")


def size(length: int) -> str:
    """A number of bytes as people read it."""
    if length < 1000:
        return french.count(length, "octet")
    return f"{french.grouped(max(1, round(length / 1000)))}{french.NBSP}ko"


@views.get("/")
def mails() -> str:
    """The mails, newest first, of one recipient on request."""
    to, number = request.args.get("to", "").strip(), max(1, request.args.get("page", 1, int))
    found = list(islice(_store().newest(to), (number - 1) * PAGE, number * PAGE + 1))
    return render_template("mailbox/list.html", mails=found[:PAGE], to=to, number=number, has_older=len(found) > PAGE)


@views.get("/mails/<name>")
def mail(name: str) -> str:
    """One mail: envelope, text, HTML in its sandbox, attachments."""
    summary, message = _found(name)
    return render_template(
        "mailbox/mail.html",
        mail=summary,
        text=parts.text(message),
        has_html=parts.html(message) is not None,
        attachments=parts.attachments(message),
    )


@views.get("/mails/<name>/html")
def html_part(name: str) -> Response:
    """The HTML part alone, for the sandboxed frame."""
    html = parts.html(_found(name)[1])
    answer = Response(abort(404) if html is None else html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    return answer


@views.get("/mails/<name>/attachments/<int:number>")
def attachment(name: str, number: int) -> Response:
    """The attachment of that number (from 1), as a download."""
    attached = parts.attachments(_found(name)[1])
    if not 0 < number <= len(attached):
        abort(404)
    return _download(attached[number - 1].content, attached[number - 1].file_name)


@views.get("/mails/<name>/source")
def source(name: str) -> Response:
    """The mail as it was received."""
    return _download(_store().raw(name) or abort(404), f"{name}.eml")


@views.after_app_request
def protect(answer: Response) -> Response:
    """No script anywhere, nothing from elsewhere, and the address of a mail is told to nobody."""
    answer.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _store() -> Store:
    return cast(Store, current_app.extensions["mailbox"])


def _found(name: str) -> tuple[Mail, EmailMessage]:
    summary, message = _store().find(name), _store().message(name)
    if summary is None or message is None:
        abort(404)
    return summary, message


def _download(content: bytes, file_name: str) -> Response:
    # Never as what it says it is: nothing that came by mail is opened by the browser.
    return send_file(BytesIO(content), "application/octet-stream", as_attachment=True, download_name=file_name)
