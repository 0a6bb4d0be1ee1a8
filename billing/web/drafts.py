"""Drafts: the list by customer and month, grouping, discarding, sending to be issued; the work not charged yet."""

from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.queries.draft import PAGE, DraftFilter
from billing.service import draft as service
from billing.service.draft import DraftList
from billing.service.grouping import group_drafts
from billing.service.queueing import MOST_IN_A_RUN, found_ids, queue_drafts, queue_found
from billing.service.work import charge_unbilled
from billing.web.invoice_words import customer_choice, draft_card, month_code, month_words
from campaigns.rules.form.reading import tidy
from kit.errors import Conflict, CrrcError, NotFound
from kit.french import NBSP, count
from kit.typed import identifier, number
from kit.web import actor, page, permission

blueprint = Blueprint("drafts", __name__)
LAST_PAGE = 10_000
STATES = ("draft", "refused", "discarded")


@blueprint.get("/staff/billing/drafts")
@permission("draft.view")
def list_drafts() -> Response:
    """The drafts that a filter finds, fifty a page."""
    return _list_page()


@blueprint.get("/staff/billing/drafts/queue")
@permission("draft.view")
def confirm_queue() -> Response:
    """What issuing everything that the filter finds means, before it is done."""
    wanted = _wanted()
    found = service.list_drafts(actor(), wanted)
    return page("billing/draft_queue.html", found=found, kept=_kept(wanted), most=MOST_IN_A_RUN)


@blueprint.post("/staff/billing/drafts/queue")
@permission("invoice.queue")
def queue() -> Response:
    """Send what is ticked, or everything that the filter finds, to be issued."""
    try:
        run = queue_found(actor(), _wanted()) if request.form.get("all") == "yes" else queue_drafts(actor(), _ticked())
    except (Conflict, NotFound) as error:
        return _list_page(error)
    return redirect(url_for("issue_runs.view_run", run_id=run.id), 303)


@blueprint.post("/staff/billing/drafts/group")
@permission("draft.group")
def group() -> Response:
    """Make one draft of what is ticked, or of a customer's month."""
    wanted = _wanted()
    whole = wanted.customer_id is not None and wanted.month is not None and request.args.get("whole") == "yes"
    try:
        draft = group_drafts(actor(), found_ids(actor(), wanted) if whole else _ticked())
    except (Conflict, NotFound) as error:
        return _list_page(error)
    flash("Les brouillons sont regroupés en un seul.", "good")
    return redirect(url_for(".view_draft", invoice_id=draft.id), 303)


@blueprint.post("/staff/billing/drafts/discard")
@permission("invoice.discard")
def discard() -> Response:
    """Set aside what is ticked."""
    return _move(service.discard_drafts, "écarté", "Vous les retrouverez parmi les brouillons écartés.")


@blueprint.post("/staff/billing/drafts/restore")
@permission("invoice.restore")
def restore() -> Response:
    """Take back what is ticked."""
    return _move(service.restore_drafts, "repris", "")


@blueprint.post("/staff/billing/drafts/charge")
@permission("draft.create")
def charge() -> Response:
    """Make the drafts of the accepted work that has none."""
    made = charge_unbilled(actor())
    done = count(made, "nouveau brouillon", "nouveaux brouillons")
    flash(f"{done}." if made else "Tout le travail accepté a son brouillon.", "good")
    return redirect(url_for(".list_drafts"), 303)


def _move(act: Any, word: str, more: str) -> Response:
    try:
        moved = act(actor(), _ticked())
    except (Conflict, NotFound) as error:
        return _list_page(error)
    flash(f"{count(moved, f'brouillon {word}', f'brouillons {word}s')}. {more}".strip(), "good")
    return redirect(url_for(".list_drafts", **_kept(_wanted())), 303)


def _ticked() -> list[UUID]:
    found = [identifier(text) for text in request.form.getlist("draft")]
    return [one for one in found if one is not None]


def _wanted() -> DraftFilter:
    """The filter, from the address; from the form where a page sends it on."""
    args = request.values
    state = args.get("state", "")
    return DraftFilter(
        state if state in STATES else "draft",
        identifier(args.get("customer", "")),
        _month(args.get("month", "")),
        tidy(args.get("words", ""))[:100],
    )


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def _kept(wanted: DraftFilter) -> dict[str, Any]:
    """The filter as an address holds it."""
    values = {
        "state": wanted.state if wanted.state != "draft" else "",
        "customer": str(wanted.customer_id or ""),
        "month": month_code(wanted.month) if wanted.month else "",
        "words": wanted.words,
    }
    return {name: value for name, value in values.items() if value}


def _list_page(error: CrrcError | None = None) -> Response:
    wanted = _wanted()
    asked = min(number(request.args.get("page", ""), 5) or 1, LAST_PAGE)
    found = service.list_drafts(actor(), wanted, asked)
    kept = _kept(wanted)
    return page(
        "billing/drafts.html",
        error.status if error else 200,
        groups=_groups(found),
        whole=found.whole,
        wanted=wanted,
        kept=kept,
        month=kept.get("month", ""),
        customers=[("", "Tous"), *map(customer_choice, found.customers)],
        months=[("", "Tous"), *((month_code(one), month_words(one)) for one in found.known_months)],
        ticked={str(one) for one in _ticked()},
        page_number=asked,
        page_count=max(1, -(-found.whole.count // PAGE)),
        url=lambda to: url_for(".list_drafts", page=to, **kept),
        refusal=error.sentence if error else None,
    )


def _groups(found: DraftList) -> list[dict[str, Any]]:
    """The drafts of the page, by customer and month, each group with what it comes to on every page."""
    groups = []
    for (customer_id, month), lines in groupby(found.lines, key=lambda line: (line.customer.id, line.month)):
        cards = list(lines)
        referring = any(line.draft.reference_id for line in cards)
        total = found.months[customer_id, month]
        values: dict[str, Any] = {"customer": customer_id, "month": month_code(month), "whole": "yes"}
        groups.append(
            {
                "id": f"{customer_id}-{month_code(month)}",
                "title": f"{cards[0].customer.name}{NBSP}– {month_words(month)}",
                "customer": cards[0].customer,
                "count": total.count,
                "total_cents": total.total_cents,
                "cards": [draft_card(line) for line in cards],
                "group_url": url_for(".group", **values) if total.count > 1 and not referring else None,
            }
        )
    return groups
