"""`crrc time verify`: silent when the books are true, and names the account when somebody forced the database."""

from collections.abc import Callable

import psycopg
import pytest

from app.cli import run
from tenants.models import Tenant
from tests.bookings.time_of import half_days_of
from tests.services_catalog.market import a_facility

Verify = Callable[[Tenant], tuple[int, str, str]]


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Verify:
    """Run the command: exit code, standard output, standard error."""

    def call(tenant: Tenant) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["time", "verify", tenant.slug])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_the_books_are_true(tenant: Tenant, verify: Verify) -> None:
    half_days_of(tenant, a_facility(tenant), 6)
    code, out, err = verify(tenant)
    assert (code, err) == (0, "")
    assert "Dotations\xa0: -6\n" in out
    assert "Disponible\xa0: 6\n" in out
    assert "Le carnet est juste" in out


def test_an_account_that_differs_is_named(tenant: Tenant, verify: Verify, database: str) -> None:
    """Only whoever owns the server can do this: the application's role is refused by the triggers."""
    packet = half_days_of(tenant, a_facility(tenant), 6)
    with psycopg.connect(database.replace("+psycopg", "")) as forced:
        forced.execute("set session_replication_role = replica")
        forced.execute(
            "update time_account set balance = 7 where packet_id = %s and kind = 'available'", [str(packet.id)]
        )
        forced.execute("update time_entry set half_days = 8 where tenant_id = %s and half_days > 0", [str(tenant.id)])
    code, _, err = verify(tenant)
    assert code == 1
    assert "La somme des comptes est de 1 au lieu de 0." in err
    assert f"(Disponible, lot {packet.id})\xa0: solde 7, écritures 8." in err
    assert "la somme de ses écritures n’est pas nulle." in err
