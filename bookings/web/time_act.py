"""Every act on half-days in two steps: a form, then what it would do, then it is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import flash, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bookings.service.time_rehearsal import rehearse
from kit.actor import Actor
from kit.errors import Conflict, CrrcError, Invalid
from kit.transaction import Tx
from kit.typed import identifier as read_identifier
from kit.web import actor, page
from services_catalog.rules.figures import read_day, whole

Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Act:
    """An act: `read` makes what is asked of a form, `step` rehearses it, `command` does it and says where to go next.

    `facts` say again what is asked; `owners` are the organisations whose balances it changes; `words` go to both
    templates.
    """

    template: str
    question: str
    button: str
    read: Callable[[Form], Any]
    step: Callable[[Tx, Any], object]
    command: Callable[[Actor, Any], str]
    owners: Callable[[Any], Sequence[UUID]]
    facts: Callable[[Any], Sequence[tuple[str, str]]]
    done: str
    back: str
    words: dict[str, Any] = field(default_factory=dict)


def ask(act: Act, typed: dict[str, str] | None = None) -> Response:
    """The form, empty or with what the address suggests."""
    return _form(act, typed or {})


def answer(act: Act) -> Response:
    """What was sent: the form again with its faults, what it would do, or the page after it is done."""
    form = request.form
    try:
        asked = act.read(form)
        if form.get("again"):
            return _form(act, form)
        if form.get("sure") != "yes":
            changes = rehearse(actor(), lambda tx: act.step(tx, asked), *act.owners(asked))
            kept = [(name, text) for name, text in form.items(multi=True) if name != "csrf_token"]
            facts = [fact for fact in act.facts(asked) if fact[1]]
            return page("time/confirm.html", act=act, facts=facts, changes=changes, kept=kept, **act.words)
        following = act.command(actor(), asked)
    except (Invalid, Conflict) as error:
        return _form(act, form, error)
    flash(act.done, "good")
    return redirect(following, 303)


def half_days(form: Form, name: str = "half_days") -> int:
    """A number of half-days; one that is none is out of range, so that the rule refuses it with its sentence."""
    number = whole(form.get(name, ""))
    return number if number is not None and number < 10**6 else 0


def day(form: Form, name: str) -> Any:
    """A day. Raises Invalid when it is none."""
    found = read_day(form.get(name, ""))
    if found is None:
        raise Invalid("Cette date n’est pas lisible.", {name: "Écrivez une date, par exemple 30/06/2027."})
    return found


def identifier(form: Form, name: str) -> UUID:
    """Something that was chosen in a list. Raises Invalid when it is not of the list."""
    found = read_identifier(form.get(name, ""))
    if found is None:
        raise Invalid("Ce choix n’est pas possible.", {name: "Choisissez une ligne de la liste."})
    return found


def _form(act: Act, typed: Any, error: CrrcError | None = None) -> Response:
    errors = (dict(error.fields) or {"half_days": error.sentence}) if error else {}
    return page(act.template, error.status if error else 200, act=act, typed=typed, errors=errors, **act.words)
