"""Where an order is: one step under way, those before it done, those after it to come."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bookings.rules.approval import check_approver, waits
from bookings.rules.states import MISSION
from bookings.rules.track import track
from kit.db import uuid7
from kit.errors import Conflict

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
ANNE, BRICE = uuid7(), uuid7()


@dataclass
class Bought:
    state: str
    placed_at: datetime | None = AT
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    requested_at: datetime = AT


@dataclass
class Done:
    state: str
    starts_at: datetime | None = AT
    delivered_at: datetime | None = None


def told(order: Bought, mode: str = "mission", *missions: str) -> str:
    """« Demande+ Commande* Date- »: done, current, next."""
    signs = {"done": "+", "current": "*", "next": "-"}
    return " ".join(f"{step.name}{signs[step.state]}" for step in track(order, mode, [Done(one) for one in missions]))


@pytest.mark.parametrize(
    ("order", "mode", "missions", "steps"),
    [
        (Bought("requested", None), "mission", [], "Demande+ Commande* Date- Mission- Service fait-"),
        (Bought("placed"), "mission", ["created"], "Demande+ Commande+ Date* Mission- Service fait-"),
        (Bought("placed"), "session", ["planned"], "Demande+ Commande+ Séance+ Mission* Service fait-"),
        (Bought("placed"), "mission", ["running"], "Demande+ Commande+ Date+ Mission* Service fait-"),
        (Bought("placed"), "mission", ["reserved"], "Demande+ Commande+ Date+ Mission+ Service fait*"),
        (Bought("placed"), "mission", ["cancelled", "assigned"], "Demande+ Commande+ Date* Mission- Service fait-"),
        (Bought("completed"), "mission", ["accepted"], "Demande+ Commande+ Date+ Mission+ Service fait+"),
        (Bought("placed"), "time", [], "Demande+ Commande+ Demi-journées+ Utilisation*"),
        (Bought("completed", completed_at=AT), "time", [], "Demande+ Commande+ Demi-journées+ Utilisation+"),
        (Bought("requested", None), "time", [], "Demande+ Commande* Demi-journées- Utilisation-"),
        (Bought("refused", None), "mission", [], "Demande+ Refus+"),
        (Bought("cancelled", cancelled_at=AT), "mission", ["cancelled"], "Demande+ Commande+ Annulation+"),
    ],
)
def test_where_an_order_is(order: Bought, mode: str, missions: list[str], steps: str) -> None:
    assert told(order, mode, *missions) == steps


@pytest.mark.parametrize("state", MISSION.states)
def test_every_state_of_a_mission_has_one_step_under_way_at_most(state: str) -> None:
    assert told(Bought("placed"), "mission", state).count("*") == 1


def test_who_is_a_second_person() -> None:
    assert [waits(second, member) for second in (True, False) for member in (True, False)] == [True, True, False, True]
    check_approver(False, ANNE, ANNE)
    check_approver(True, ANNE, BRICE)
    check_approver(True, None, ANNE)
    for asked_by, approver in ((ANNE, ANNE), (ANNE, None), (None, None)):
        with pytest.raises(Conflict):
            check_approver(True, asked_by, approver)
