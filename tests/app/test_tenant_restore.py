"""A portal leaves an installation and comes into another: the same rows, files, receipts and log, and no secret."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.moving.archive import opened
from app.moving.loading import LEFT_BEHIND
from app.moving.restoring import restore
from campaigns.service.submission import submit_candidacy
from kit import clock, embedded, signing
from kit.actor import Actor, operator, system
from kit.db import uuid7
from kit.embedded.provision import conninfo
from kit.errors import Conflict, Invalid
from kit.settings import PROJECT, settings
from kit.storage import storage
from tenants.models import Tenant
from tenants.queries import dump
from tenants.service import audit_proof, export, exporting
from tenants.service.role import grant_role
from tenants.service.token import create_token
from tests.campaigns.applying import CLOSES, a_call, a_file, a_legal_entity, fill
from tests.databases import own_database

# Rows that differ there, and why: the portal waits, the log has one line more.
DIFFER = {"audit_line", "audit_chain", *LEFT_BEHIND}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Path]:
    """Another installation, migrated, without a portal, that somebody of ours already uses."""
    folder = Path(tempfile.mkdtemp(prefix="crrc-test-"))
    folder.chmod(0o711)
    home = folder / "home"
    assert crrc(home, "migrate").returncode == 0
    with there(home) as database:
        database.execute(
            "insert into user_account (id, email, email_norm, name, created_at) "
            "values (gen_random_uuid(), 'connue@x.fr', 'connue@x.fr', 'Connue', now())"
        )
    yield home
    embedded.reset(home)
    shutil.rmtree(folder)


def crrc(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the other installation."""
    env = {one: value for one, value in os.environ.items() if not one.startswith("CRRC_")}
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    return subprocess.run(
        command,
        cwd=PROJECT,
        env=env | {"CRRC_HOME": str(home), "CRRC_SMTP_URL": "null:"},
        capture_output=True,
        text=True,
        check=False,
    )


def there(home: Path) -> psycopg.Connection[Any]:
    """The other installation's database, behind its back."""
    url = embedded.start(home, durable=False).database_url("postgres", "crrc")
    return psycopg.connect(conninfo(url), autocommit=True)


def rows(database: psycopg.Connection[Any], tenant: Tenant) -> dict[str, list[str]]:
    """Table → its rows of this portal, as they leave in an export."""
    found = {}
    for table in dump.tables():
        columns = sql.SQL(", ").join(map(sql.Identifier, dump.kept(table)))
        query = sql.SQL("select row_to_json(one)::text from (select {} from {} where tenant_id = %s) one order by 1")
        told = database.execute(query.format(columns, sql.Identifier(table.name)), [tenant.id]).fetchall()
        found[table.name] = [line for (line,) in told]
    return found


@pytest.fixture
def left(tenant: Tenant, person: Callable[..., Actor], database: str, tmp_path: Path) -> tuple[Path, str]:
    """The archive of a portal with a submission, a file, a token and a signed log; and the code of the receipt."""
    grant_role(operator("tests", tenant.id), "connue@x.fr", "grades_manager")
    manager = person("connue@x.fr")
    ej, edition = a_legal_entity()
    candidate, file = a_file(tenant, a_call(tenant, edition), ej)
    fill(candidate, file.id)
    with clock.frozen(CLOSES):
        code = submit_candidacy(candidate, file.id).code
    content = os.urandom(200_000)
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / "file").write_bytes(content)
    storage().keep(f"deliverables/{tenant.id}/{digest[:2]}/{digest}", tmp_path / "file")
    create_token(operator("t", tenant.id), "essai", ["tenant"], known_scopes=["tenant.view"])
    audit_proof.anchor_now(system(tenant.id, "tests"))
    return archive_of(tenant, manager, tmp_path), code


def archive_of(tenant: Tenant, manager: Actor, folder: Path) -> Path:
    asked = export.ask_export(manager)
    assert exporting.work(tenant.id, lambda: False) == 1
    path = folder / "export.zip"
    with export.fetch_export(manager, asked.id) as (_, file):
        path.write_bytes(file.read())
    return path


def test_the_same_portal_is_there(left: tuple[Path, str], tenant: Tenant, elsewhere: Path, database: str) -> None:
    path, code = left
    copy_editions(database, embedded.start(elsewhere).database_url("postgres", "crrc"))
    refused = crrc(elsewhere, "tenant", "restore", str(path))
    assert (refused.returncode, signing.public_key() in refused.stderr) == (1, True)
    done = crrc(elsewhere, "tenant", "restore", str(path), "--key", signing.public_key())
    assert done.returncode == 0, done.stderr
    assert "1\xa0personne avait déjà un compte ici" in done.stdout
    assert "api_token (1)" in done.stdout
    with psycopg.connect(conninfo(database)) as here, there(elsewhere) as other:
        before, now = rows(here, tenant), rows(other, tenant)
        known = [_one(one, "select id::text from user_account where email = 'connue@x.fr'") for one in (here, other)]
        editions = [_one(one, "select max(id)::text from registry_edition") for one in (here, other)]
        suspended = other.execute("select suspension, domain from tenant where id = %s", [tenant.id]).fetchone()
    assert suspended == ("Ce portail vient d’être installé ici. Il ouvrira bientôt.", None)
    (mine, theirs), (old, new) = known, editions
    for name in before.keys() - DIFFER:
        wanted = [
            line.replace(f'_by":"{mine}"', f'_by":"{theirs}"')
            .replace(f'"user_id":"{mine}"', f'"user_id":"{theirs}"')
            .replace(f'"edition_id":{old}', f'"edition_id":{new}')
            for line in before[name]
        ]
        # What the export itself changed in its own row came after the rows were written.
        if name not in ("tenant_export", "outbox_message", "delivery", "deadline"):
            assert now[name] == sorted(wanted), name
    assert sum(map(len, now.values())) > 20
    assert all((elsewhere / "storage" / name).exists() for name in storage().names(tenant.id) if "exports" not in name)
    assert crrc(elsewhere, "audit", "verify", tenant.slug).returncode == 0
    again = crrc(elsewhere, "tenant", "restore", str(path))  # its key is known now
    assert (again.returncode, "est déjà dans cette installation" in again.stderr) == (1, True)
    receipt = subprocess.run(
        [sys.executable, "-c", RECEIPT, tenant.slug, code],
        cwd=PROJECT,
        env={**os.environ, "CRRC_HOME": str(elsewhere), "CRRC_DATABASE_URL": "", "CRRC_DATABASE_OWNER_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert receipt.stdout.strip() == "True", receipt.stderr


def _one(database: psycopg.Connection[Any], question: str) -> str:
    (answer,) = database.execute(question).fetchone() or ("",)  # type: ignore[call-overload]
    return str(answer)


RECEIPT = """
import sys
import migrations.tables
from campaigns.service.receipt import view_receipt
from kit.actor import anonymous
from tenants.service.portal import find_portal
print(view_receipt(anonymous(find_portal(sys.argv[1]).id), sys.argv[2]).verification.holds)
"""


def rewritten(path: Path, change: Callable[[str, bytes], bytes], sign: bool = True) -> Path:
    """Another archive, of what `change` makes of each part; signed again, or not."""
    other = path.with_name("other.zip")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(other, "w") as after:
        parts = {name: change(name, before.read(name)) for name in before.namelist() if name != "manifest.json"}
        signed = json.loads(before.read("manifest.json"))
        manifest = signed["manifest"]
        if sign:
            manifest["parts"] = [
                {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in parts.items()
            ]
            signed["signature"] = signing.sign(signing.canonical(manifest))
        for name, content in {**parts, "manifest.json": json.dumps(signed).encode()}.items():
            after.writestr(name, content)
    return other


def changed(part: str, before: bytes, after: bytes) -> Callable[[str, bytes], bytes]:
    """In the part whose name ends so, `before` becomes `after`."""
    return lambda name, content: content.replace(before, after) if name.endswith(part) else content


@contextmanager
def another(servers: embedded.Endpoints, editions: bool = True) -> Iterator[str]:
    """Another database, empty, that this process works with meanwhile: an installation that has our keys."""
    url = settings().database_owner_url or ""
    with own_database(servers, f"crrc_moved_{os.getpid()}") as found:
        if editions:
            copy_editions(url, found)
        yield found


def copy_editions(source: str, target: str) -> None:
    """The registers of one database into another, under other numbers."""
    with psycopg.connect(conninfo(source)) as here, psycopg.connect(conninfo(target), autocommit=True) as other:
        other.execute("select setval(pg_get_serial_sequence('registry_edition', 'id'), 5000)")
        for (row,) in here.execute("select to_jsonb(e) - 'id' from registry_edition e order by id").fetchall():
            names = sql.SQL(", ").join(map(sql.Identifier, row))
            query = sql.SQL("insert into registry_edition ({}) select {} from jsonb_populate_record(null::{}, %s)")
            other.execute(query.format(names, names, sql.Identifier("registry_edition")), [json.dumps(row)])


def test_what_was_tampered_with_is_refused(left: tuple[Path, str], servers: embedded.Endpoints, tenant: Tenant) -> None:
    """By somebody without the key; then by somebody who has it."""
    mine, other = str(tenant.id).encode(), str(uuid7()).encode()
    with another(servers) as url:
        for change, sign, word in (
            (changed("candidacy.jsonl", b"Ajoncs", b"Genets"), False, "n’est pas le fichier"),
            (changed("audit_line.jsonl", b"membership.grant", b"membership.given"), True, "altérée"),
            (changed("rows/membership.jsonl", mine, other), True, "autre portail"),
            (changed("registers.json", b'"sha256": "', b'"sha256": "f'), True, "crrc finess import"),
            (changed("schema.json", b'"revision"', b'"revised"'), True, "même version"),
        ):
            with pytest.raises(Conflict, match=word):
                restore(rewritten(left[0], change, sign), None, "tests")
        with psycopg.connect(conninfo(url)) as database:
            assert _one(database, "select count(*) from tenant") == "0"


def test_a_log_without_its_first_lines_follows_its_anchor(
    left: tuple[Path, str], servers: embedded.Endpoints, tenant: Tenant
) -> None:
    """As after a purge: the chain goes on from what was signed, and the verification says what is not there."""

    def purged(name: str, content: bytes) -> bytes:
        if not name.endswith("audit_line.jsonl"):
            return content
        lines = [line for line in content.split(b"\n") if line]
        last = max(number for number, line in enumerate(lines) if b'"audit.anchor"' in line)
        return b"\n".join(lines[last:]) + b"\n"

    with another(servers) as url:
        done = restore(rewritten(left[0], purged), None, "tests")
        assert ["retirées" in fault.what for fault in done.faults] == [True]
        with psycopg.connect(conninfo(url)) as database:
            assert _one(database, "select min(number) > 1 from audit_line") == "True"


def test_another_portal_has_its_address_or_its_domain(
    left: tuple[Path, str], servers: embedded.Endpoints, tenant: Tenant
) -> None:
    with another(servers) as url, psycopg.connect(conninfo(url), autocommit=True) as database:
        database.execute(
            "insert into tenant (id, slug, name, ars, region_code, zone, colour, contact_email, created_at) "
            "values (gen_random_uuid(), %s, 'x', 'x', '53', 'Europe/Paris', '#000000', 'x@x.fr', now())",
            [tenant.slug],
        )
        with pytest.raises(Conflict, match="l’adresse d’un autre"):
            restore(left[0], None, "tests")
        database.execute("update tenant set slug = 'autre', domain = 'cyber.exemple.fr'")
        taken = changed("rows/tenant.jsonl", b'"domain":null', b'"domain":"cyber.exemple.fr"')
        assert restore(rewritten(left[0], taken), None, "tests").domain == "cyber.exemple.fr"


def test_what_is_no_export_is_refused(left: tuple[Path, str], tmp_path: Path) -> None:
    path, _ = left
    (tmp_path / "empty.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a", "b")
    for wrong in ("empty.zip", "other.zip"):
        with pytest.raises(Invalid, match="export"), opened(tmp_path / wrong, None):
            pass
    with zipfile.ZipFile(path, "a") as more:
        more.writestr("files/deliverables/../../x", "y")
    with pytest.raises(Conflict, match="exactement"), opened(path, None):
        pass


def test_names_that_climb_are_refused(left: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = left
    for name in ("files/deliverables/../../keys/signing.pem", "files/../x", "files/a//b", "files/A/b", "files/a/.b"):
        other = path.with_name("climbing.zip")
        with zipfile.ZipFile(path) as before, zipfile.ZipFile(other, "w") as after:
            signed = json.loads(before.read("manifest.json"))
            manifest = signed["manifest"]
            manifest["parts"] = [{"path": name, "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}]
            signed["signature"] = signing.sign(signing.canonical(manifest))
            after.writestr(name, "x")
            after.writestr("manifest.json", json.dumps(signed))
        with pytest.raises(Conflict, match="n’est pas celui d’un fichier"), opened(other, None):
            pass
