"""Files and rows: the file first and nothing held meanwhile; one without its row goes a day later, no other does."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from app import errands, sweeping
from bookings.service.deliverable import read_deliverable
from campaigns.service.attachment import remove_attachment
from campaigns.service.upload import begin_upload, cancel_upload, receive_piece
from kit import clock, queue
from kit.db import uuid7
from kit.errors import CrrcError
from kit.folder_storage import FolderStorage
from kit.storage import keep_bytes, kept_first, storage
from privacy.service import exporting
from tenants.models import Tenant
from tenants.service import export
from tenants.service.claim import claim
from tests.bookings.doing import a_scene, add_file
from tests.campaigns.applying import DURING
from tests.campaigns.files import a_person
from tests.campaigns.joining import add, begun
from tests.services_catalog.bpu_files import a_draft, a_line
from tests.services_catalog.market import a_market
from tests.tenants.claiming import LILAS, a_proof, ask

pytestmark = pytest.mark.usefixtures("no_limits")


@pytest.fixture
def held(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many transactions were open in the database each time a file was kept, or forgotten."""
    seen: list[int] = []
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as beside:
        others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"

        def watched(act: Callable[..., None]) -> Callable[..., None]:
            def look_first(*args: Any) -> None:
                row = beside.execute(f"{others} and xact_start is not null").fetchone()
                seen.append(row[0] if row else -1)
                act(*args)

            return look_first

        for name in ("keep", "forget"):
            monkeypatch.setattr(FolderStorage, name, watched(getattr(FolderStorage, name)))
        yield seen


def a_deliverable(tenant: Tenant) -> Any:
    return add_file(a_scene(tenant))


def a_schedule(tenant: Tenant) -> Any:
    market = a_market(tenant)
    return a_draft(a_person(tenant, "grades_manager"), market.lot, market.supplier, a_line("A"))


def a_claim(tenant: Tenant) -> Any:
    claim(a_person(tenant), LILAS, "Directrice", "Annuaire")
    return ask(a_person(tenant), file=a_proof())


def an_attachment(tenant: Tenant) -> Any:
    person, file = begun(tenant)
    return add(person, file.id).attachment


def a_copy(tenant: Tenant) -> Any:
    asked = exporting.ask_export(a_person(tenant))
    assert exporting.make_next(tenant.id)
    return asked


MAKERS = (a_deliverable, a_schedule, a_claim, an_attachment, a_copy)


@pytest.mark.parametrize("make", MAKERS)
def test_a_slow_storage_holds_no_transaction(tenant: Tenant, held: list[int], make: Callable[[Tenant], Any]) -> None:
    """Nor locks, nor a connection: across a network they would wait for the storage, and people for them."""
    make(tenant)
    assert held
    assert set(held) == {0}


def test_nor_what_people_take_away(tenant: Tenant, held: list[int]) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id).attachment
    with clock.frozen(DURING):
        remove_attachment(person, kept.id)
        upload = begin_upload(person, file.id, "proof", "a.pdf", 10)
        receive_piece(person, upload.id, 0, b"%PDF-")
        cancel_upload(person, upload.id)
    assert held == [0, 0, 0, 0]
    assert storage().names(tenant.id) == []


@pytest.mark.parametrize("make", MAKERS)
def test_what_a_row_names_stays_and_what_none_names_goes(tenant: Tenant, make: Callable[[Tenant], Any]) -> None:
    row = make(tenant)
    names = storage().names(tenant.id)
    assert names
    lost = [name.replace(str(row.id), str(uuid7())) for name in names]
    for name in lost:
        keep_bytes(name, b"what a dead machine had kept")
    assert sweeping.sweep(tenant.id) == 0, "its row may be on its way"
    assert set(storage().names(tenant.id)) == {*names, *lost}
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        assert sweeping.sweep(tenant.id) == len(lost)
        assert sweeping.sweep(tenant.id) == 0
    assert storage().names(tenant.id) == names


def test_what_is_named_after_its_digest_is_left_alone(tenant: Tenant) -> None:
    names = [f"{kind}/{tenant.id}/ab/{'ab' * 32}" for kind in ("deliverables", "claims", "schedules", "invoices")]
    names += [f"logos/{tenant.id}/{uuid7()}.png"]
    for name in names:
        keep_bytes(name, b"x")
    with clock.frozen(clock.now() + timedelta(days=400)):
        assert sweeping.sweep(tenant.id) == 0
    assert storage().names(tenant.id) == sorted(names)


def test_once_a_day(tenant: Tenant) -> None:
    queue.redis().flushdb()
    keep_bytes(f"deliverables/{tenant.id}/ab/{uuid7()}", b"x")
    assert [sweeping.wanted(tenant.id), sweeping.wanted(tenant.id)] == [1, 0]
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert errands.run_errand("lost-files", str(tenant.id), "0", lambda: False) == 1
    assert storage().names(tenant.id) == []


def test_what_is_refused_leaves_nothing_and_what_nobody_knows_stays(tenant: Tenant) -> None:
    """A connection that is cut at the commit does not say whether there was one: the row may be there."""
    name = f"deliverables/{tenant.id}/ab/{uuid7()}"
    with pytest.raises(CrrcError), kept_first(name, b"x"):
        raise CrrcError("Non.")
    assert storage().names(tenant.id) == []
    with pytest.raises(psycopg.OperationalError), kept_first(name, b"x"):
        raise psycopg.OperationalError("server closed the connection unexpectedly")
    assert storage().names(tenant.id) == [name]


def test_a_portal_s_own_export_stays_while_it_may_be_fetched(tenant: Tenant) -> None:
    manager = a_person(tenant, "grades_manager")
    asked = export.ask_export(manager)
    name = f"exports/{tenant.id}/{asked.id}-{'ab' * 32}.zip"
    keep_bytes(name, b"x")
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert sweeping.sweep(tenant.id) == 0


def test_a_deliverable_is_read_where_it_is_kept(tenant: Tenant) -> None:
    scene = a_scene(tenant)
    one = add_file(scene)
    assert storage().names(tenant.id) == [f"deliverables/{tenant.id}/{one.id.hex[-2:]}/{one.id}"]
    assert read_deliverable(scene.buyer, one.id)[0].id == one.id


def test_a_proof_of_an_account_that_opens_at_once_is_not_kept(tenant: Tenant) -> None:
    claim(a_person(tenant), LILAS, "Directrice", "Annuaire", a_proof())
    assert storage().names(tenant.id) == []
