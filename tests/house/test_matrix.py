"""Role × route × whose, all of it: who may ask what of whose things, compared with the tables and written down.

The first mistake of a portal is a page that forgets to ask. Here every address is asked by everybody.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from app.auth import view_permission
from kit import clock
from tenants.models import Tenant
from tests.house.cells import ABSENT, NO, SIGN_IN, YES, Asker, answer, askers, hopeless, undone
from tests.house.test_isolation import PUBLIC
from tests.house.test_promises import routes
from tests.sides import Sides, two_sides

Cells = dict[tuple[str, str], dict[tuple[str, str], str]]
# Said by anybody, of anything: the signature of a message is its permission, or the secret in its address.
SEALED = {"payment_event.receive", "calendar.follow"}
# Its address is read, and refused, before the endpoint is looked for: 422 for everything, which tells nothing.
READ_FIRST = {"webhook_endpoint.change"}


@pytest.fixture(scope="module")
def sides(own: str, application: Flask, make_tenant: Callable[..., Tenant]) -> Sides:
    """The region whose things are asked for, in a database of its own: twenty thousand questions, asked of few rows."""
    return two_sides(application, make_tenant())


@pytest.fixture(scope="module")
def everybody(application: Flask, sides: Sides, make_tenant: Callable[..., Tenant]) -> list[Asker]:
    """Everybody who asks."""
    return list(askers(application, sides, make_tenant()))


@pytest.fixture(scope="module")
def cells(application: Flask, sides: Sides, everybody: list[Asker]) -> Cells:
    """Every answer: by (method, address), then by (role, whose)."""
    found: Cells = {}
    at = clock.now()
    for method, address, rule in routes(application):
        line = found.setdefault((method, address), {})
        for asker in everybody:
            with undone(), clock.frozen(at):  # else a session that is a minute old is noted as seen, cell after cell
                line[asker.role, asker.whose] = answer(application, asker, method, rule, sides.values)
    return found


def test_every_cell_is_filled(application: Flask, cells: Cells, everybody: list[Asker]) -> None:
    asked = {(method, address) for method, address, _ in routes(application)}
    assert cells.keys() == asked
    assert {len(line) for line in cells.values()} == {len(everybody)}
    assert sum(len(line) for line in cells.values()) > 15_000


def test_nobody_does_what_the_table_refuses(application: Flask, cells: Cells, everybody: list[Asker]) -> None:
    """A view that forgets to ask would answer here."""
    wrong = []
    for method, address, rule in routes(application):
        action = view_permission(application, rule.endpoint, method) or ""
        for asker in everybody:
            if cells[method, address][asker.role, asker.whose] == YES and hopeless(asker, action):
                wrong.append(f"{method} {address} ({action}): {asker.role}, {asker.whose}")
    assert wrong == []


def test_what_is_anothers_is_nobodys(application: Flask, cells: Cells, everybody: list[Asker]) -> None:
    """Of a thing that has an owner, another organisation and another portal are told nothing: it does not exist."""
    wrong = []
    for method, address, rule in routes(application):
        action = view_permission(application, rule.endpoint, method) or ""
        if action in PUBLIC | SEALED | READ_FIRST or not rule.arguments - {"tenant"} or "tenant" not in rule.arguments:
            continue
        for asker in everybody:
            said = cells[method, address][asker.role, asker.whose]
            if asker.whose in ("other", "elsewhere") and said == YES and names_a_thing(rule.arguments):
                wrong.append(f"{method} {address} ({action}): {asker.role}, {asker.whose}")
    assert wrong == []


def test_somebody_may_do_each_thing(cells: Cells) -> None:
    """Else all this would be true of a portal that answers nobody."""
    answered = Counter(said for line in cells.values() for said in line.values())
    assert answered[YES] > 3_000
    assert {YES, NO, ABSENT, SIGN_IN} == answered.keys()


def test_the_matrix_is_the_golden_one(cells: Cells, everybody: list[Asker], golden: Callable[[str, str], None]) -> None:
    columns = [(asker.role, asker.whose) for asker in everybody]
    head = ["# Who is answered what: + done or shown, - refused, · does not exist, ? sign in first", ""]
    head += [f"# {number:2} {role}, {whose}" for number, (role, whose) in enumerate(columns, start=1)]
    lines = [
        f"{method:6} {address:90} {''.join(line[column] for column in columns)}"
        for (method, address), line in sorted(cells.items(), key=lambda one: (one[0][1], one[0][0]))
    ]
    count = sum(len(line) for line in cells.values())
    golden("access.txt", "\n".join([*head, "", *lines, "", f"# {count} cells"]) + "\n")


def names_a_thing(arguments: set[str]) -> bool:
    """Whether an address names something that somebody owns."""
    return any(name.endswith("_id") for name in arguments)
