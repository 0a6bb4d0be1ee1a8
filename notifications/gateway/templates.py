"""The texts of mails: app/templates/mail/<package>/<name>.txt, first line « Sujet : … », and maybe <name>.html.

Both extend mail/layout.*, and see `tenant`, `base_url`, `action_url` and the French filters. An unknown variable is an
error. Without <name>.html, the text's body is set in the HTML layout as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context, select_autoescape
from jinja2.exceptions import TemplateNotFound
from jinja2.runtime import Context
from markupsafe import Markup, escape

from kit import french
from kit.host import address_of, origin_of
from kit.settings import PROJECT
from notifications.rules.families import family_of
from notifications.rules.mail import split_subject

FOLDER = PROJECT / "app" / "templates"
BREAK = Markup("<br>\n")
EMPTY_LINES = re.compile(r"\n[ \t]*\n\s*\n")


class Sender(Protocol):
    """In whose name a mail is written: a portal."""

    name: str
    slug: str
    domain: str | None
    zone: str
    colour: str
    contact_email: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's words."""

    title: str
    text: str
    html: str


@pass_context
def _instant(context: Context, at: datetime, weekday: bool = False, seconds: bool = False) -> str:
    return french.instant(at, context["tenant"].zone, weekday, seconds)


@cache
def environment() -> Environment:
    """The engine; templates are compiled once per process."""
    engine = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
        auto_reload=False,
    )
    engine.filters |= {
        "instant": _instant,
        "day": french.day,
        "count": french.count,
        "money": french.money,
        "duration": french.duration,
    }
    return engine


def _html(template: str, source: Template, words: Mapping[str, Any]) -> str:
    own = _own_html(template)
    if own is not None:
        return own.render(words)
    body = "".join(source.blocks["body"](source.new_context(dict(words))))
    paragraphs = (escape(paragraph.strip()) for paragraph in EMPTY_LINES.sub("\n\n", body).strip().split("\n\n"))
    return _bare_html().render(words, paragraphs=[paragraph.replace("\n", BREAK) for paragraph in paragraphs])


@cache
def _own_html(template: str) -> Template | None:
    try:
        return environment().get_template(f"mail/{template}.html")
    except TemplateNotFound:
        return None


@cache
def _bare_html() -> Template:
    return environment().get_template("mail/text.html")


def home_of(tenant: Sender) -> str:
    """The address of the portal, without a slash at its end: every link of a mail begins with it."""
    return address_of(tenant)


def render(template: str, tenant: Sender, path: str, context: Mapping[str, Any]) -> Rendered:
    """Write a mail. `path`: the portal's page its button opens ("" for none); `context` may hold `action_text`, `why`.

    Raises jinja2's errors on an unknown template or variable, ValueError without « Sujet : … ».
    """
    home = home_of(tenant)
    words = {
        "tenant": tenant,
        "base_url": origin_of(tenant),
        "home_url": home,
        "action_url": f"{home}{path}" if path else "",
        "action_text": "Voir sur le portail",
        "choices_url": "" if family_of(template).essential else f"{home}/account/notifications",
        **context,
    }
    source = environment().get_template(f"mail/{template}.txt")
    written = source.make_module(words)
    title, text = split_subject(str(written))
    words |= {"subject": title, "action_text": getattr(written, "action_text", words["action_text"])}
    return Rendered(title, EMPTY_LINES.sub("\n\n", text), _html(template, source, words))
