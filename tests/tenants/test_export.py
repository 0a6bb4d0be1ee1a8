"""Everything of a portal in one archive: complete, verifiable, resumable, and nothing of anybody else's."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

import migrations.tables  # noqa: F401 (every table)
from kit import clock, signing
from kit.actor import Actor, operator, system
from kit.db import Base, uuid7
from kit.errors import Conflict, NotFound
from kit.settings import PROJECT, settings
from kit.storage import storage
from kit.transaction import transaction
from tenants.gateway.archive import Draft
from tenants.models import Tenant, TenantExport
from tenants.queries import dump
from tenants.service import export, exporting
from tenants.service.role import grant_role
from tenants.service.token import create_token
from tests.browser import Browser, text_of


@pytest.fixture
def manager(application: Flask, tenant: Tenant, person: Callable[..., Actor]) -> Actor:
    grant_role(operator("tests", tenant.id), "chef@x.fr", "grades_manager")
    return person("chef@x.fr")


def keep_file(tenant: Tenant, tmp_path: Path, content: bytes, kind: str = "deliverables") -> str:
    source = tmp_path / uuid7().hex
    source.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    storage().keep(f"{kind}/{tenant.id}/{digest[:2]}/{digest}", source)
    return digest


def made(tenant: Tenant, actor: Actor) -> zipfile.ZipFile:
    asked = export.ask_export(actor)
    assert exporting.work(tenant.id, lambda: False) == 1
    with export.fetch_export(actor, asked.id) as (row, file):
        content = file.read()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (row.size_bytes, row.sha256)
    return zipfile.ZipFile(io.BytesIO(content))


def manifest_of(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, once its signature and every hash in it were made again from what the archive holds."""
    signed = json.loads(archive.read("manifest.json"))
    manifest: dict[str, Any] = signed["manifest"]
    assert signing.verify(signing.canonical(manifest), signed["signature"], signed["public_key"])
    assert signed["public_key"] == signing.public_key()
    said = {part["path"]: (part["bytes"], part["sha256"]) for part in manifest["parts"]}
    found = {
        name: (len(archive.read(name)), hashlib.sha256(archive.read(name)).hexdigest())
        for name in archive.namelist()
        if name != "manifest.json"
    }
    assert said == found
    assert archive.testzip() is None
    return manifest


def test_the_archive_is_what_its_manifest_says(tenant: Tenant, manager: Actor, tmp_path: Path) -> None:
    files = {keep_file(tenant, tmp_path, bytes([number]) * 300_000) for number in range(3)}
    archive = made(tenant, manager)
    manifest_of(archive)
    names = set(archive.namelist())
    assert {f"files/deliverables/{digest[:2]}/{digest}" for digest in files} <= names
    assert archive.getinfo("rows/tenant.csv").date_time == (1980, 1, 1, 0, 0, 0)


def test_every_table_of_tenants_is_in_it(tenant: Tenant, manager: Actor) -> None:
    archive = made(tenant, manager)
    owned = {mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.table_kind == "tenant"}
    for ending in ("csv", "jsonl"):
        assert {f"rows/{name}.{ending}" for name in owned} <= set(archive.namelist())
    described = {one["table"]: one for one in json.loads(archive.read("schema.json"))["tables"]}
    assert owned <= described.keys()
    heads = next(csv.reader(io.StringIO(archive.read("rows/membership.csv").decode())))
    assert heads == [column["name"] for column in described["membership"]["columns"]]


def test_rows_say_the_same_in_both_formats(tenant: Tenant, manager: Actor) -> None:
    """Whatever people write: quotes, lines, commas, backslashes, letters of other scripts."""
    with transaction(operator("tests")) as tx:
        tx.session.get_one(Tenant, tenant.id).ars = 'ARS "d’ici",\\n\n\\.\t日本\x7f;\x1b[0m'
    archive = made(tenant, manager)
    rows = [json.loads(line) for line in archive.read("rows/tenant.jsonl").decode().splitlines()]
    table = list(csv.DictReader(io.StringIO(archive.read("rows/tenant.csv").decode(), newline="")))
    assert [row["ars"] for row in rows] == [row["ars"] for row in table] == ['ARS "d’ici",\\n\n\\.\t日本\x7f;\x1b[0m']


def test_no_secret_is_in_it_and_the_manifest_says_which(tenant: Tenant, manager: Actor) -> None:
    secret = create_token(operator("t", tenant.id), "essai", ["tenant"], known_scopes=["tenant.view"])[1]
    archive = made(tenant, manager)
    left_out = manifest_of(archive)["left_out"]
    assert {"api_token.digest", "identity_provider.client_secret", "sign_in_link.digest"} <= set(left_out)
    assert left_out == dump.left_out()
    rows = archive.read("rows/api_token.jsonl").decode()
    assert "essai" in rows
    for hidden in (secret, signing.sha256(secret.encode())):
        assert all(hidden.encode() not in archive.read(name) for name in archive.namelist())


def test_sealed_columns_are_marked_as_such() -> None:
    """Whatever kit.vault seals is named so: else it would leave in an export."""
    sealed = {name for name in dump.left_out() if name.rpartition(".")[2] not in dump.DIGESTS}
    assert {"identity_provider.client_secret"} <= sealed
    suspicious = {
        f"{table.name}.{column.name}"
        for table in dump.tables()
        for column in table.columns
        if any(word in column.name for word in ("secret", "password", "private_key"))
    }
    assert suspicious <= set(dump.left_out())


def test_nothing_of_another_portal_is_in_it(
    tenant: Tenant, manager: Actor, make_tenant: Callable[..., Tenant], tmp_path: Path
) -> None:
    other = make_tenant()
    grant_role(operator("t", other.id), "ailleurs@y.fr", "grades_manager")
    theirs = keep_file(other, tmp_path, b"autre")
    archive = made(tenant, manager)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    for mark in (str(other.id), other.slug, "ailleurs@y.fr", theirs):
        assert mark.encode() not in whole
    people = [json.loads(line) for line in archive.read("rows/people.jsonl").decode().splitlines()]
    assert [(one["email"], set(one)) for one in people] == [
        ("chef@x.fr", {"id", "name", "email", "created_at", "erased_at"})
    ]


def test_a_worker_that_stops_leaves_what_it_wrote(tenant: Tenant, manager: Actor, tmp_path: Path) -> None:
    for number in range(5):
        keep_file(tenant, tmp_path, bytes([number]) * 1000)
    asked = export.ask_export(manager)
    calls = iter([False, False, True])
    assert exporting.work(tenant.id, lambda: next(calls)) == 0
    (half,) = export.list_exports(manager)
    assert (half.state, half.progress) == ("running", 20 + 80 * 2 // 5)
    before = _seen(asked)
    assert exporting.count_work(tenant.id) == 1
    assert exporting.work(tenant.id, lambda: False) == 1
    with export.fetch_export(manager, asked.id) as (_, file):
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert len(manifest_of(archive)["parts"]) == before + 3
    assert not exporting._folder(asked).exists()


def _seen(asked: TenantExport) -> int:
    return len(json.loads((exporting._folder(asked) / "state.json").read_text())["parts"])


def test_a_worker_that_is_killed_is_followed_by_another(tenant: Tenant, manager: Actor, tmp_path: Path) -> None:
    """Half a part at the end of the file, its list lost, the row still held: after a while somebody goes on."""
    for number in range(3):
        keep_file(tenant, tmp_path, bytes([number]) * 1000)
    asked = export.ask_export(manager)
    calls = iter([False, True])
    exporting.work(tenant.id, lambda: next(calls))
    with (exporting._folder(asked) / "archive.zip").open("ab") as torn:
        torn.seek(-40, 2)
        torn.truncate()
        torn.write(b"PK\x03\x04 half a part")
    with transaction(system(tenant.id, "t")) as tx:
        row = tx.session.get_one(TenantExport, (tenant.id, asked.id))
        row.held_until = tx.now + timedelta(seconds=150)
    assert (exporting.count_work(tenant.id), exporting.work(tenant.id, lambda: False)) == (0, 0)
    with clock.frozen(clock.now() + timedelta(seconds=151)):
        assert exporting.work(tenant.id, lambda: False) == 1
    with export.fetch_export(manager, asked.id) as (_, file):
        manifest_of(zipfile.ZipFile(io.BytesIO(file.read())))


def test_a_torn_draft_without_its_list_begins_again(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    draft.add("a", [b"1"])
    draft.archive.close()
    assert not Draft(tmp_path).has("a")


def test_an_archive_is_forgotten_after_seven_days(tenant: Tenant, manager: Actor) -> None:
    made(tenant, manager)
    (row,) = export.list_exports(manager)
    stored = row.stored
    assert stored is not None
    with clock.frozen(clock.now() + timedelta(days=7, seconds=1)):
        with pytest.raises(Conflict), export.fetch_export(manager, row.id):
            pass
        assert exporting.count_work(tenant.id) == 1
        exporting.work(tenant.id, lambda: False)
        assert [one.state for one in export.list_exports(manager)] == ["expired"]
    with pytest.raises(NotFound), storage().open(stored):
        pass


def test_one_at_a_time(tenant: Tenant, manager: Actor) -> None:
    export.ask_export(manager)
    with pytest.raises(Conflict, match="déjà"):
        export.ask_export(manager)


def test_what_cannot_be_written_says_so(tenant: Tenant, manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    export.ask_export(manager)

    def full(*anything: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "measure", full)
    assert exporting.work(tenant.id, lambda: False) == 0
    (row,) = export.list_exports(manager)
    assert (row.state, row.error) == ("failed", exporting.FAILED)
    monkeypatch.undo()
    export.ask_export(manager)


def test_the_operator_takes_only_what_a_manager_asked_for(tenant: Tenant, manager: Actor) -> None:
    boss = operator("root", tenant.id)
    with pytest.raises(NotFound, match="gestionnaire"):
        export.newest_export(boss)
    made(tenant, manager)
    assert export.newest_export(boss).state == "ready"
    with pytest.raises(Exception, match="row-level security"), transaction(boss) as tx:
        tx.add(TenantExport(id=uuid7(), state="asked", asked_at=tx.now))


def test_on_the_page_one_asks_and_takes_away(application: Flask, tenant: Tenant, manager: Actor) -> None:
    browser = Browser(application, tenant).sign_in("chef@x.fr")
    assert "Aucun export" in text_of(browser.get("/staff/settings/exports"))
    assert browser.post("/staff/settings/exports").status_code == 303
    assert browser.post("/staff/settings/exports").status_code == 409
    exporting.work(tenant.id, lambda: False)
    (row,) = export.list_exports(manager)
    taken = browser.get(f"/staff/settings/exports/{row.id}/archive")
    assert taken.headers["Content-Type"] == "application/zip"
    assert taken.headers["Content-Disposition"].startswith("attachment;")
    assert taken.headers["Content-Length"] == str(row.size_bytes)
    assert taken.headers["Cache-Control"] == "private, no-store"
    assert hashlib.sha256(taken.data).hexdigest() == row.sha256
    with transaction(system(tenant.id, "t")) as tx:
        acts = tx.session.execute(text("select action from audit_line where action like 'tenant_export%' order by id"))
        assert list(acts.scalars()) == [
            "tenant_export.ask",
            "tenant_export.start",
            "tenant_export.finish",
            "tenant_export.download",
        ]
        assert tx.session.scalars(select(TenantExport.fetched_at)).one() is not None


def test_only_the_grades_sees_exports(application: Flask, tenant: Tenant, manager: Actor) -> None:
    asked = export.ask_export(manager)
    grant_role(operator("tests", tenant.id), "ars@x.fr", "ars_manager")
    ars, visitor = Browser(application, tenant).sign_in("ars@x.fr"), Browser(application, tenant)
    for path, refusal in (("", 403), (f"/{asked.id}/archive", 403)):
        assert ars.get(f"/staff/settings/exports{path}").status_code == refusal
        assert visitor.get(f"/staff/settings/exports{path}").status_code == 303


KILLED = """
import sys, uuid
import migrations.tables
from tenants.service import exporting
exporting.work(uuid.UUID(sys.argv[1]), lambda: False)
"""


def test_a_process_that_is_killed_in_the_middle_is_followed_by_another(
    tenant: Tenant, manager: Actor, tmp_path: Path
) -> None:
    """SIGKILL while it writes; the archive of the second one is whole, and verified."""
    for number in range(120):
        keep_file(tenant, tmp_path, bytes([number]) * 1_500_000)
    asked = export.ask_export(manager)
    draft = exporting._folder(asked) / "archive.zip"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tenant.id)], cwd=PROJECT) as worker:
        end = time.monotonic() + 60
        while time.monotonic() < end and (not draft.exists() or draft.stat().st_size < 2_000_000):
            time.sleep(0.01)
        worker.kill()
        assert worker.wait() == -9
    assert [one.state for one in export.list_exports(manager)] == ["running"]
    with clock.frozen(clock.now() + timedelta(seconds=151)):
        assert exporting.work(tenant.id, lambda: False) == 1
    with export.fetch_export(manager, asked.id) as (_, file):
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert sum(part["path"].startswith("files/") for part in manifest_of(archive)["parts"]) == 120


def test_what_people_asked_for_themselves_alone_is_not_in_it(tenant: Tenant, manager: Actor, tmp_path: Path) -> None:
    """A person's own copy tells of their account in every portal: the GRADeS has the rows, never that paper."""
    source = tmp_path / "copie.json"
    source.write_text("les sessions de Jeanne")
    storage().keep(f"tenants/{tenant.id}/personal/{uuid7()}.json", source)
    archive = made(tenant, manager)
    assert [name for name in archive.namelist() if "personal/" in name] == []


def test_what_waits_for_a_sign_in_is_not_in_it(tenant: Tenant, manager: Actor) -> None:
    """An identity that waits for its address holds a sealed token; a browser's name is what its link is bound to."""
    assert {"sign_in_link.identity", "sign_in_link.browser"} <= set(manifest_of(made(tenant, manager))["left_out"])


def test_a_draft_that_another_machine_finished_is_forgotten() -> None:
    """What nobody touched for a day; not what is under way."""
    drafts = settings().home / "exports"
    for name, age in (("old", exporting.UNTOUCHED + 60), ("fresh", 60.0)):
        (drafts / name).mkdir(parents=True)
        os.utime(drafts / name, (time.time() - age,) * 2)
    assert exporting.forget_drafts() == 1
    assert not (drafts / "old").exists()
    (drafts / "fresh").rmdir()
