"""Backups: made of a working installation, read again, restored beside on servers of their own, and proved."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from app.keeping import making, reading, sealing
from app.keeping.place import US, set_names
from app.keeping.retention import kept
from campaigns.service.submission import submit_candidacy
from kit import clock, embedded, vault
from kit.actor import operator, system
from kit.backup_run import newest
from kit.db import uuid7
from kit.embedded.provision import conninfo
from kit.errors import Conflict, Invalid, NotFound
from kit.settings import PROJECT, settings
from kit.storage import storage
from kit.transaction import transaction
from tenants.models import IdentityProvider, Tenant
from tests.campaigns.applying import CLOSES, a_call, a_file, a_legal_entity, fill
from tests.kit.bucket import KEYS, bucket

pytestmark = pytest.mark.usefixtures("own")
Crrc = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A secret key that this installation does not hold."""
    secret, _ = sealing.new_identity()
    path = tmp_path_factory.mktemp("elsewhere") / "key.txt"
    path.write_text(f"# essai\n{secret}\n")
    return path


@pytest.fixture
def there(
    own: str, servers: embedded.Endpoints, identity: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A place for backups, and who may open them. The database is our own: receipts that other tests wrote by hand hold
    nothing."""
    name = own.split("?")[0].rpartition("/")[2]
    monkeypatch.setenv("CRRC_BACKUP_URL", (tmp_path / "there").as_uri())
    monkeypatch.setenv("CRRC_BACKUP_RECIPIENTS", str(sealing.identities(identity)[0].to_public()))
    monkeypatch.setenv("CRRC_DATABASE_BACKUP_URL", servers.database_url("crrc_backup", name))
    settings.cache_clear()
    yield tmp_path / "there"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """Another installation's folder, with servers of its own, that every account may walk to."""
    folder = Path(tempfile.mkdtemp(prefix="crrc-test-"))
    folder.chmod(0o711)
    yield folder / "home"
    embedded.reset(folder / "home")
    shutil.rmtree(folder)


def crrc(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of another installation, which reaches our backups and nothing else of ours."""
    env = {one: value for one, value in os.environ.items() if not one.startswith("CRRC_")}
    env |= {"CRRC_HOME": str(home), "CRRC_BACKUP_URL": os.environ["CRRC_BACKUP_URL"], "CRRC_SMTP_URL": "null:"}
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)


def a_world(tenant: Tenant, tmp_path: Path) -> str:
    """A submission with its receipt, a file, a sealed secret; returns the receipt's code."""
    ej, edition = a_legal_entity()
    person, file = a_file(tenant, a_call(tenant, edition), ej)
    fill(person, file.id)
    with clock.frozen(CLOSES):
        code = submit_candidacy(person, file.id).code
    source = tmp_path / "file"
    source.write_bytes(os.urandom(300_000))
    storage().keep(f"deliverables/{tenant.id}/ab/{uuid7().hex}", source)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(
            IdentityProvider(
                kind="proconnect",
                discovery_url="https://idp.exemple.fr",
                client_id="x",
                client_secret=vault.lock_away("sésame"),
                acr_values=[],
                updated_at=tx.now,
            )
        )
    return code


def test_a_set_is_restored_elsewhere_and_nothing_is_missing(
    tenant: Tenant, there: Path, identity: Path, elsewhere: Path, tmp_path: Path
) -> None:
    code = a_world(tenant, tmp_path)
    made = making.create()
    assert made.files == made.new_files > 0
    names = storage().names(tenant.id)
    done = crrc(elsewhere, "backup", "restore", "--identity", str(identity), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    proof = said["proof"]
    assert (said["name"], proof["faults"]) == (made.name, [])
    assert (proof["rows"], proof["files"]) == (made.rows, made.files)
    assert min(proof["audit_lines"], proof["receipts"], proof["tenants"]) > 0
    print(f"\n{made.rows} lignes, {made.files} fichiers, restaurés en {said['seconds']}")  # noqa: T201 - a figure
    assert all((elsewhere / "storage" / name).exists() for name in names)
    sealed = json.loads(crrc(elsewhere, "secrets", "check", "--json").stdout)["columns"]
    assert "" not in sealed["identity_provider.client_secret"]
    assert crrc(elsewhere, "audit", "verify", tenant.slug).returncode == 0
    with psycopg.connect(conninfo(embedded.start(elsewhere).superuser_url.replace("/postgres?", "/crrc?"))) as found:
        assert found.execute("select count(*) from submission where code = %s", [code]).fetchone() == (1,)
    again = crrc(elsewhere, "backup", "restore", "--identity", str(identity))
    assert (again.returncode, "n’est pas vide" in again.stderr) == (1, True)


def test_the_drill_leaves_a_line_and_nothing_else(
    tenant: Tenant, there: Path, identity: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.cli import run

    a_world(tenant, tmp_path)
    assert run(["backup", "create"]) == 0
    before = set(Path("/var/tmp").glob("crrc-drill-*"))
    assert run(["backup", "drill", "--identity", str(identity)]) == 0
    said = capsys.readouterr()
    assert "✓" in said.out
    assert set(Path("/var/tmp").glob("crrc-drill-*")) == before
    with transaction(operator("tests")) as tx:
        line = newest(tx.session, "drill")
        assert line is not None
        assert line.set_name in said.out


def test_a_second_set_sends_no_file_twice_even_when_our_notes_are_lost(
    tenant: Tenant, there: Path, identity: Path, tmp_path: Path
) -> None:
    a_world(tenant, tmp_path)
    first = making.create()
    with clock.frozen(clock.now() + timedelta(seconds=2)):
        second = making.create()
    assert (second.files, second.new_files) == (first.files, 0)
    (settings().home / "backups" / "known.json").unlink()
    with clock.frozen(clock.now() + timedelta(seconds=4)):
        third = making.create()
    assert (third.files, third.new_files) == (first.files, 0)
    for name in (first.name, third.name):
        assert reading.verify(name, sealing.identities(identity))[1] == []


def test_a_bucket_is_a_place_too(
    tenant: Tenant, there: Path, identity: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_world(tenant, tmp_path)
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "cache"))
    with bucket() as made:
        for name, value in (KEYS | {"CRRC_BACKUP_URL": made.url("sauvegardes")}).items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        first = making.create()
        with clock.frozen(clock.now() + timedelta(days=1)):
            assert making.create().new_files == 0
        assert reading.verify(first.name, sealing.identities(identity))[1] == []
        assert reading.prune(1, 0, 0, dry_run=False) == ([first.name], 0)
        assert len(reading.list_sets()) == 1
    assert (tmp_path / "cache" / "known.json").exists()


def test_who_sees_the_place_reads_nothing(tenant: Tenant, there: Path, tmp_path: Path) -> None:
    a_world(tenant, tmp_path)
    making.create()
    whole = b"".join(path.read_bytes() for path in there.rglob("*") if path.is_file())
    names = " ".join(map(str, there.rglob("*")))
    for word in (str(tenant.id), tenant.slug, "deliverables"):
        assert word.encode() not in whole
        assert word not in names
    assert {oct(path.stat().st_mode & 0o077) for path in there.rglob("*") if path.is_file()} == {"0o0"}


def test_what_is_damaged_is_told(tenant: Tenant, there: Path, identity: Path, tmp_path: Path) -> None:
    a_world(tenant, tmp_path)
    made = making.create()
    who = sealing.identities(identity)
    objects = sorted((there / "files").rglob("*.age"))
    content = objects[0].read_bytes()
    objects[0].write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    objects[1].unlink()
    _, faults = reading.verify("latest", ())
    assert len(faults) == 2
    index = there / "sets" / str(US) / made.name / "index.json"
    index.write_text(index.read_text().replace(f'"objects": {made.files}', '"objects": 1'))
    with pytest.raises(Conflict, match="signé"):
        reading.verify(made.name, who)


def test_another_key_opens_nothing(tenant: Tenant, there: Path, elsewhere: Path, tmp_path: Path) -> None:
    a_world(tenant, tmp_path)
    making.create()
    other = tmp_path / "other.txt"
    other.write_text(sealing.new_identity()[0])
    _, (fault,) = reading.verify("latest", sealing.identities(other))
    assert "n’ouvre pas" in fault
    done = crrc(elsewhere, "backup", "restore", "--identity", str(other))
    assert (done.returncode, "n’ouvre pas" in done.stderr) == (1, True)
    assert not (elsewhere / "keys").exists()


def test_what_is_missing_is_said(there: Path, identity: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="crrc backup list"):
        reading.verify("20200101T000000Z", ())
    with pytest.raises(Invalid, match="clé secrète"):
        (tmp_path / "empty").write_text("# rien\n")
        sealing.identities(tmp_path / "empty")
    for name, value, word in (
        ("CRRC_BACKUP_RECIPIENTS", "", "crrc backup key"),
        ("CRRC_BACKUP_RECIPIENTS", "age1abc", "clés publiques"),
        ("CRRC_BACKUP_URL", "", "autre disque"),
        ("CRRC_BACKUP_URL", "ftp://x/y", "dossier"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            settings.cache_clear()
            with pytest.raises((Conflict, Invalid), match=word):
                making.create()
        settings.cache_clear()


def test_the_owner_reads_for_it_where_there_is_no_such_role(
    tenant: Tenant, there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A managed PostgreSQL may refuse BYPASSRLS: security is enabled, not forced, so the owner sees every row."""
    a_world(tenant, tmp_path)
    whole = making.create()
    monkeypatch.delenv("CRRC_DATABASE_BACKUP_URL")
    settings.cache_clear()
    with clock.frozen(clock.now() + timedelta(seconds=2)):
        assert making.create().rows == whole.rows + 1  # the line of the first one


def test_the_role_reads_everything_and_writes_nothing(servers: embedded.Endpoints, there: Path, tenant: Tenant) -> None:
    address = settings().database_backup_url or ""
    with psycopg.connect(conninfo(address), autocommit=True) as connection:
        assert connection.execute("select count(*) from tenant where id = %s", [tenant.id]).fetchone() == (1,)
        for statement in ("delete from tenant", "set transaction_read_only = off; delete from tenant"):
            with pytest.raises(psycopg.errors.Error, match=r"permission denied|read-only"):
                connection.execute(statement)  # type: ignore[call-overload]


def test_an_interrupted_set_is_none_and_is_cleared(
    tenant: Tenant, there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_world(tenant, tmp_path)

    def cut(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(making, "_finish", cut)
        with pytest.raises(OSError, match="space"):
            making.create()
    assert reading.list_sets() == []
    with clock.frozen(clock.now() + timedelta(seconds=2)):
        made = making.create()
    reading.prune(1, 1, 1, dry_run=False)
    assert {one.parent.name for one in (there / "sets").rglob("*") if one.is_file()} == {made.name}
    assert reading.verify("latest", ())[1] == []


def test_old_sets_go_and_files_that_others_need_stay(
    tenant: Tenant, there: Path, identity: Path, tmp_path: Path
) -> None:
    a_world(tenant, tmp_path)
    start = datetime(2026, 1, 5, 3, tzinfo=UTC)
    for day in range(4):
        with clock.frozen(start + timedelta(days=day)):
            making.create()
    assert len(reading.prune(2, 0, 0, dry_run=True)[0]) == 2
    gone, files = reading.prune(2, 0, 0, dry_run=False)
    assert (len(gone), files) == (2, 0)
    assert [one.name[:8] for one in reading.list_sets()] == ["20260108", "20260107"]
    assert all(reading.verify(one.name, sealing.identities(identity))[1] == [] for one in reading.list_sets())


def test_which_sets_stay() -> None:
    """Fourteen days, eight weeks, twelve months: of two years of days, the youngest of each."""
    newest_at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    made = [newest_at - timedelta(days=number) for number in range(730)]
    stay = kept(made, 14, 8, 12)
    assert {newest_at - timedelta(days=number) for number in range(14)} <= stay
    assert len(stay) <= 14 + 8 + 12
    assert min(stay) == datetime(2025, 12, 31, 3, tzinfo=UTC)
    assert kept(made, 0, 0, 0) == {newest_at}
    assert kept([], 1, 1, 1) == set()


def test_only_whole_sets_have_a_name() -> None:
    assert set_names([f"sets/{US}/b/index.json", f"sets/{US}/a/index.json", f"sets/{US}/c/database.dump.age"]) == [
        "b",
        "a",
    ]
