"""From the release before to this one while people work: migrations, then each process in turn; no request fails."""

import json
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import psycopg
import pytest

from kit import embedded
from kit.embedded.provision import conninfo
from tests.journeys.rolling import PROJECT, Crowd, Proxy, Release, previous, unpack
from tests.notifications.post import free_port

Process: TypeAlias = "subprocess.Popen[bytes]"
# Run by the code of the release before: whatever it calls is as it was then.
WORLD = """
import json
from datetime import UTC, datetime, timedelta
import migrations.tables
from app.rooms import permissions
from campaigns.service.starting import start_candidacy
from kit.actor import operator
from tenants.service.tenant import create_tenant
from tenants.service.token import create_token
from tests.campaigns.applying import a_call, a_legal_entity
from tests.campaigns.files import a_person

tenant = create_tenant(
    operator("tests"), "bretagne", "e-santé Bretagne", ars="ARS Bretagne", region_code="53", zone="Europe/Paris",
    contact_email="contact@crrc.invalid",
)
entities = [a_legal_entity() for _ in range(2)]
now = datetime.now(UTC).replace(microsecond=0)
call = a_call(tenant, entities[-1][1], windows=((now - timedelta(days=1), now + timedelta(days=2)),))
applicants = []
for ej, _ in entities:
    file = start_candidacy(a_person(tenant, name="Anne Le Goff"), call.slug, ej, "Directrice")
    _, secret = create_token(
        operator("tests", tenant.id), "logiciel", ["candidacy"], known_scopes=permissions().keys(), finess_ej=ej
    )
    applicants.append({"file": str(file.id), "token": secret})
print(json.dumps({"tenant": tenant.slug, "campaign": call.slug, "applicants": applicants}))
"""


@pytest.fixture
def named() -> Iterator[dict[str, str]]:
    """Servers of the test's own, and the settings that name them."""
    home = Path(tempfile.mkdtemp(prefix="crrc-test-"))
    home.chmod(0o711)
    servers = embedded.start(home / "home")
    yield {
        "CRRC_HOME": str(home / "home"),
        "CRRC_DATABASE_URL": servers.database_url("crrc_app"),
        "CRRC_DATABASE_OWNER_URL": servers.database_url("crrc_owner"),
        "CRRC_REDIS_URL": servers.redis_url,
        "CRRC_SMTP_URL": "null:",
    }
    embedded.reset(home / "home")
    shutil.rmtree(home)


@pytest.mark.slow
def test_no_request_fails(named: dict[str, str], tmp_path: Path) -> None:
    if not (PROJECT / ".git").exists():
        pytest.skip("Sans l’historique de git, la version précédente n’est pas là.")
    commit = previous()
    old = Release(unpack(commit, tmp_path / "before"), named, tmp_path / "before.log")
    new = Release(PROJECT, named, tmp_path / "now.log")
    old.crrc("migrate")
    before = version(named)
    world = json.loads(old.run(WORLD).splitlines()[-1])
    with two_webs(old) as (proxy, webs), Crowd(proxy.port, world) as crowd:
        time.sleep(2)
        began = time.perf_counter()
        migrate(new)
        migrated, asked = time.perf_counter() - began, crowd.asked
        time.sleep(2)  # the release before, on the database of this one
        roll(new, proxy, webs)
        time.sleep(2)
    print(  # noqa: T201 - figures
        f"\n{commit[:12]} ({before}) → {version(named)}\xa0: {crowd.asked} requêtes ({asked} avant la fin des "
        f"migrations, qui ont pris {migrated:.1f} s), {len(crowd.failed)} en échec, la plus lente {crowd.slowest:.2f} s"
    )
    assert crowd.failed == [], crowd.failed[:5]
    assert crowd.asked > 20
    with psycopg.connect(conninfo(named["CRRC_DATABASE_OWNER_URL"])) as database:
        kept = dict(database.execute("select id::text, (answers->>'beds')::int from candidacy").fetchall())
    assert kept == crowd.saved  # whatever was acknowledged is there
    assert version(named) == max((PROJECT / "migrations/versions").glob("[0-9]*_*.py")).name[:4]


@contextmanager
def two_webs(release: Release) -> Iterator[tuple[Proxy, dict[str, Process]]]:
    """Two web processes behind a proxy, and a worker; whoever is there at the end is ended."""
    proxy, members = Proxy(), dict[str, Process]()
    try:
        for port in (free_port(), free_port()):
            members[str(port)] = release.web(port)
            proxy.put_in(port)
        members["worker"] = release.worker()
        yield proxy, members
    finally:
        proxy.close()
        for process in members.values():
            end(process)  # killed, a web would leave the process that answers for it


def roll(release: Release, proxy: Proxy, members: dict[str, Process]) -> None:
    """Each in turn: no new request, what it has is finished, then the release takes its place."""
    for name in list(members):
        if name == "worker":
            end(members[name])
            members[name] = release.worker()
            continue
        proxy.take_out(int(name))
        end(members[name])
        members[name] = release.web(int(name))
        proxy.put_in(int(name))


def migrate(release: Release) -> None:
    """As an operator does: a lock that cannot be had gives way to the traffic, and one tries again."""
    for attempt in range(5):
        try:
            release.crrc("migrate")
            return
        except AssertionError as error:
            if "lock timeout" not in str(error) or attempt == 4:
                raise
            time.sleep(1)


def end(process: Process) -> None:
    """Stop it as an upgrade does, and see that it leaves by itself."""
    process.send_signal(signal.SIGTERM)
    process.wait(40)


def version(named: dict[str, str]) -> str:
    """Of the database."""
    with psycopg.connect(conninfo(named["CRRC_DATABASE_OWNER_URL"])) as database:
        (found,) = database.execute("select version_num from alembic_version").fetchone() or ("",)
        return str(found)
