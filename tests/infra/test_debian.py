"""One Debian server, for real: installed in a fresh root under its own systemd, upgraded while people use it.

`make test-debian`: several minutes, root, and the network for Debian's packages the first time. Skipped elsewhere.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra import debian

HOST = "portail.exemple.fr"
TRAFFIC = Path(__file__).with_name("traffic.py")
PATHS = ["/bretagne/", "/readyz", "/bretagne/appels", "/bretagne/connexion"]

UNITS = ("crrc-web@1", "crrc-web@2", "crrc-worker@1", "crrc-worker@2", "crrc-scheduler")
WORK = """
from datetime import UTC, datetime
from billing.gateway.schematron import sheet_faults
from kit.typeset import typeset
assert typeset(b"Bonjour", {}, datetime.now(UTC)).startswith(b"%PDF")
sheet_faults(b"<a/>", "base")
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("CRRC_TEST_DEBIAN") != "1", reason="make test-debian"),
    pytest.mark.skipif(debian.missing() is not None, reason=str(debian.missing())),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What scripts/release makes of the last commit; CRRC_DEBIAN_RELEASE names one that is made already."""
    made = os.environ.get("CRRC_DEBIAN_RELEASE")
    if made:
        return Path(made)
    folder = tmp_path_factory.mktemp("release")
    told = [sys.executable, str(debian.PROJECT / "scripts/release"), "--folder", str(folder)]
    subprocess.run(told, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, release: Path) -> Iterator[debian.Server]:
    """The portal installed, with one tenant."""
    folder = tmp_path_factory.mktemp("debian")
    with debian.server(folder) as machine:
        machine.send(release, "/root/crrc")
        said = machine.run("/root/crrc/debian/install.sh", "--host", HOST, "--smtp", "null:")
        assert f"Le portail répond : https://{HOST}" in said
        machine.run("crrc", "tenant", "create", "bretagne", "--name", "GIP Bretagne", "--region", "53")
        yield machine
    shutil.rmtree(folder, ignore_errors=True)


def test_it_answers_through_nginx_with_tls(server: debian.Server) -> None:
    ready = server.ask("/readyz", host=HOST)
    assert ready.startswith("HTTP/1.1 200")
    assert json.loads(ready.splitlines()[-1])["status"] == "ok"
    page = server.ask("/bretagne/", host=HOST)
    assert page.startswith("HTTP/1.1 200")
    assert "strict-transport-security" in page.lower()
    sheet = re.search(r"/static/build/app\.[0-9a-f]+\.css", page)
    assert sheet
    file = server.ask(sheet.group(), "-H", "Accept-Encoding: gzip", "-o", "/dev/null", "-D", "-", host=HOST)
    assert "immutable" in file
    assert "gzip" in file
    plain = server.run(
        "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", f"http://127.0.0.1/{HOST}"
    )
    assert plain.startswith("308 https://")


def test_a_second_installation_changes_nothing(server: debian.Server) -> None:
    before = server.run(
        "sha256sum", "/etc/crrc/crrc.env", "/etc/crrc/tls/key.pem", "/etc/nginx/sites-available/crrc.conf"
    )
    pids = server.run("systemctl", "show", "-p", "MainPID", *UNITS)
    server.run("/root/crrc/debian/install.sh")
    after = server.run(
        "sha256sum", "/etc/crrc/crrc.env", "/etc/crrc/tls/key.pem", "/etc/nginx/sites-available/crrc.conf"
    )
    assert before == after
    said = server.run("journalctl", "--no-pager", "-n", "60", "-u", "crrc-*")
    assert pids == server.run("systemctl", "show", "-p", "MainPID", *UNITS), said
    assert set(server.run("systemctl", "show", "-p", "NRestarts", *UNITS).split()) == {"NRestarts=0"}, said


def test_a_worker_can_do_its_work_within_its_unit(server: debian.Server) -> None:
    """What a unit refuses shows only when it is asked for: a document, and the check of an invoice."""
    server.run("sh", "-c", f"cat >/var/lib/crrc/work.py <<'END'\n{WORK}END")
    edits = ["s#^ExecStart=.*#ExecStart=/opt/crrc/current/bin/python -P /var/lib/crrc/work.py#"]
    edits += ["s/^Type=.*/Type=oneshot/", "/^Restart/d", "/^PartOf/d"]
    told = " ".join(f"-e '{one}'" for one in edits)
    server.run("sh", "-c", f"sed {told} /etc/systemd/system/crrc-worker@.service >/run/systemd/system/work@.service")
    server.run("systemctl", "daemon-reload")
    server.run("sh", "-c", "systemctl start work@1 || { journalctl --no-pager -n 40 -u work@1; false; }")


def test_the_web_may_not_change_tables_nor_read_who_may(server: debian.Server) -> None:
    as_web = ["setpriv", "--reuid", "crrc", "--regid", "crrc", "--init-groups", "--"]
    for secret in ("/etc/crrc/owner.env", "/etc/crrc/crrc.env", "/etc/crrc/tls/key.pem"):
        assert "Permission denied" in server.run(*as_web, "cat", secret, check=False)
    for role in ("crrc_owner", "crrc_backup", "postgres"):
        refused = server.run(*as_web, "psql", "-U", role, "-d", "crrc", "-c", "select 1", check=False)
        assert "Peer authentication failed" in refused
    assert "ok" in server.run(*as_web, "psql", "-U", "crrc_app", "-d", "crrc", "-Atc", "select 'ok'")


def test_units_may_do_little(server: debian.Server) -> None:
    for unit in ("crrc-web@1", "crrc-worker@1", "crrc-scheduler", "crrc-backup"):
        said = server.run("systemd-analyze", "security", "--no-pager", f"{unit}.service").splitlines()[-1]
        exposure = re.search(r"\d+\.\d+", said)
        assert exposure, said
        assert float(exposure.group()) <= 2.0, said


def test_a_killed_process_comes_back_and_nobody_sees_it(server: debian.Server) -> None:
    server.run("systemctl", "kill", "-s", "KILL", "crrc-web@1")
    for _ in range(20):
        assert server.ask("/bretagne/", host=HOST).startswith("HTTP/1.1 200")
    server.run("systemctl", "kill", "-s", "KILL", "crrc-worker@1")
    _wait_active(server, "crrc-web@1", "crrc-worker@1")


def test_without_any_web_a_page_says_so(server: debian.Server) -> None:
    server.run("systemctl", "stop", "crrc-web@1", "crrc-web@2")
    away = server.ask("/bretagne/", host=HOST)
    assert away.startswith("HTTP/1.1 503")
    assert "retry-after" in away.lower()
    assert "momentanément indisponible" in away
    assert server.ask("/bretagne/sign-in", "-d", "email=a@b.fr", host=HOST).startswith("HTTP/1.1 503")
    assert json.loads(server.ask("/api/v1/me", host=HOST).rstrip().splitlines()[-1])["status"] == 503
    server.run("systemctl", "start", "crrc-web@1", "crrc-web@2")
    assert server.ask("/readyz", host=HOST).startswith("HTTP/1.1 200")


def test_a_backup_as_its_own_account(server: debian.Server) -> None:
    public = re.search(r"age1[0-9a-z]+", server.run("crrc", "backup", "key"))
    assert public
    server.run("sh", "-c", f"echo CRRC_BACKUP_RECIPIENTS={public.group()} >>/etc/crrc/crrc.env")
    server.run("sh", "-c", "systemctl start crrc-backup || { journalctl --no-pager -n 40 -u crrc-backup; false; }")
    assert server.run("find", "/var/backups/crrc", "-type", "f").strip()


def test_an_upgrade_while_people_use_it(server: debian.Server) -> None:
    """Not one refused, cut or delayed; then back to the release before, in the same way."""
    server.run("sed", "-i", "s/^version=.*/version=9.9.9-next/", "/root/crrc/RELEASE")
    for told, release in ((["--no-backup"], "9.9.9-next"), (["--back"], None)):
        server.run("rm", "-f", "/run/traffic.stop")
        with TRAFFIC.open("rb") as script:
            people = subprocess.Popen(
                server.command("python3", "-", HOST, "/run/traffic.stop", *PATHS),
                stdin=script,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        time.sleep(2)
        said = server.run("/root/crrc/debian/upgrade.sh", *told)
        time.sleep(2)
        server.run("touch", "/run/traffic.stop")
        assert "Le portail est à la version" in said
        seen = json.loads(people.communicate(timeout=200)[0])
        assert set(seen["statuses"]) <= {"200", "404", "405", "429"}, json.dumps(seen)
        assert seen["statuses"]["200"] > 100
        assert (release or "9.9.9-next") in server.run("readlink", "/opt/crrc/current") or release is None


def _wait_active(server: debian.Server, *units: str) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        said = server.run("systemctl", "is-active", *units, check=False).split()
        if set(said) == {"active"}:
            return
        time.sleep(1)
    raise AssertionError(said)
