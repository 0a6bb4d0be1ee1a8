"""A request that waits for somebody else's server keeps nobody from being served here."""

import socket
from threading import BoundedSemaphore

import pytest

from kit.actor import system
from kit.outgoing import call
from kit.place import held, lent
from kit.transaction import transaction
from tenants.models import Tenant
from tests.kit.far import OK, far


@pytest.fixture
def places() -> BoundedSemaphore:
    """One place, and somebody in it."""
    made = BoundedSemaphore(1)
    assert made.acquire(blocking=False)
    return made


def is_free(places: BoundedSemaphore) -> bool:
    """Whether another request would be let in now."""
    found = places.acquire(blocking=False)
    if found:
        places.release()
    return found


def test_another_goes_in_while_one_waits(places: BoundedSemaphore) -> None:
    with held(places):
        assert not is_free(places)
        with lent():
            assert is_free(places)
        assert not is_free(places), "it is back in its place"
    assert is_free(places)


def test_what_fails_elsewhere_comes_back_to_its_place(places: BoundedSemaphore) -> None:
    with held(places):
        with pytest.raises(ZeroDivisionError), lent():
            raise ZeroDivisionError
        assert not is_free(places)
    assert is_free(places)


def test_nothing_is_lent_while_rows_are_held(places: BoundedSemaphore, tenant: Tenant) -> None:
    """Whoever took the place could wait for those rows, and we for the place."""
    with held(places), transaction(system(tenant.id, "t")), lent():
        assert not is_free(places)


def test_outside_a_request_there_is_nothing_to_lend() -> None:
    with lent():
        pass


def test_a_call_to_another_system_lends_it(places: BoundedSemaphore) -> None:
    seen: list[bool] = []

    def answer(wire: socket.socket, _: bytes) -> None:
        seen.append(is_free(places))
        wire.sendall(OK)

    with far(answer) as port, held(places):
        call("Le programme", "GET", f"http://127.0.0.1:{port}/", {})
        assert not is_free(places)
    assert seen == [True]
