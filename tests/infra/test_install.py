"""What installs the portal says the same as the portal: units, settings, image, chart, probe. Quick, anywhere."""

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from app import probe
from tests.infra.little_helm import Chart

PROJECT = Path(__file__).resolve().parents[2]
DEBIAN = PROJECT / "infra/debian"
UNITS = sorted((DEBIAN / "systemd").iterdir())
SCRIPTS = [*DEBIAN.glob("*.sh"), DEBIAN / "share/crrc", DEBIAN / "share/crrc-restart"]
SETTING = re.compile(r"\bCRRC_[A-Z0-9_]+\b")
# Not settings of the portal: what the scripts tell each other.
OURS = {"CRRC_RELEASE"}
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is absent")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_bash(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_every_setting_that_is_written_is_a_setting() -> None:
    known = set(SETTING.findall((PROJECT / "README.md").read_text()))
    places = [path for folder in ("debian", "helm", "container") for path in (PROJECT / "infra" / folder).rglob("*")]
    written = {name for path in places if path.is_file() for name in SETTING.findall(path.read_text())}
    assert written - known - OURS == set()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that looks like a server, for systemd-analyze."""
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(unit, units)
    for program in ("opt/crrc/current/bin/crrc", "opt/crrc/current/bin/python", "bin/sh"):
        path = tmp_path / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    shutil.copytree("/lib/systemd/system", tmp_path / "lib/systemd/system", symlinks=True)
    return tmp_path


@needs_systemd
def test_units_are_well_written(root: Path) -> None:
    names = [unit.name.replace("@.", "@1.") for unit in UNITS]
    told = ["systemd-analyze", f"--root={root}", "--man=no", "--recursive-errors=no", "verify", *names]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "crrc" in line]
    assert ours == []


@needs_systemd
def test_units_may_do_little(root: Path) -> None:
    for unit in UNITS:
        if unit.suffix == ".service":
            name = unit.name.replace("@.", "@1.")
            told = ["systemd-analyze", f"--root={root}", "--offline=yes", "--threshold=25", "security", name]
            done = subprocess.run(told, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{done.stdout[-300:]}{done.stderr}"


def test_the_image_writes_nowhere_and_is_nobody() -> None:
    last = (PROJECT / "infra/container/Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in last
    assert 'ENTRYPOINT ["crrc"]' in last
    assert "HEALTHCHECK" in last
    assert not re.search(r"\b(gcc|build-essential|make|git|pip|uv|npm|node)\b", last)


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    values = {"image": {"repository": "registry/crrc"}, "authorities": {"redis.pem": "---\nPEM\n"}}
    return Chart(PROJECT / "infra/helm/crrc").render(values)


def _templates(found: Any) -> Iterator[dict[str, Any]]:
    """Every pod's template below."""
    if isinstance(found, dict):
        if "containers" in found.get("spec", {}):
            yield found
        for inner in found.values():
            yield from _templates(inner)


def test_pods_may_do_little_and_end_in_time(objects: list[dict[str, Any]]) -> None:
    pods = [pod for one in objects for pod in _templates(one)]
    assert len(pods) == 5
    for pod in pods:
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["automountServiceAccountToken"] is False
        for container in spec["containers"]:
            assert container["image"] == "registry/crrc:0.1.0"
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert {"requests", "limits"} <= container["resources"].keys()
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            assert mounted == {volume["name"] for volume in spec["volumes"]}


def test_the_web_leaves_the_balancer_before_it_ends(objects: list[dict[str, Any]]) -> None:
    web = next(one for one in objects if one["kind"] == "Deployment" and one["metadata"]["name"] == "crrc-web")
    spec = web["spec"]["template"]["spec"]
    container = spec["containers"][0]
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    patience = int(container["args"][2])
    assert pause + patience < spec["terminationGracePeriodSeconds"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert web["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_selectors_select(objects: list[dict[str, Any]]) -> None:
    labels = [pod["metadata"]["labels"] for one in objects for pod in _templates(one)]
    for one in objects:
        spec = one.get("spec", {})
        asked = spec.get("selector", spec.get("podSelector", {}))
        wanted = asked.get("matchLabels", asked)
        assert any(wanted.items() <= have.items() for have in labels), one["metadata"]["name"]


def test_secrets_are_those_that_terraform_makes(objects: list[dict[str, Any]]) -> None:
    made = (PROJECT / "infra/terraform/modules/portal/secrets.tf").read_text()
    for one in objects:
        for pod in _templates(one):
            for said in (said for container in pod["spec"]["containers"] for said in container["env"]):
                asked = said.get("valueFrom", {}).get("secretKeyRef")
                if asked and not asked.get("optional"):
                    assert f'"portal/{asked["key"]}"' in made


def test_the_probe_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def half_well(environ: Any, start_response: Any) -> Any:
        answer = Response("ok") if environ["PATH_INFO"] == "/healthz" else Response("no", 503)
        return answer(environ, start_response)

    server = make_server("127.0.0.1", 0, half_well)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.delenv("CRRC_WEB_SOCKET", raising=False)
    monkeypatch.setenv("CRRC_WEB_HOST", "0.0.0.0")
    monkeypatch.setenv("CRRC_PORT", str(server.port))
    try:
        assert probe.main([]) == 0
        assert probe.main(["/readyz"]) == 1
        assert "503" in capsys.readouterr().err
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert probe.main(["/healthz"]) == 1
    absent = tmp_path / "web.sock"
    monkeypatch.setenv("CRRC_WEB_SOCKET", str(absent))
    assert probe.main(["/healthz", "--publish", str(tmp_path / "there.sock")]) == 1
    assert os.listdir(tmp_path) == []


def test_the_probe_publishes_a_socket_that_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    starting, there = tmp_path / "starting.sock", tmp_path / "web.sock"
    monkeypatch.setenv("CRRC_WEB_SOCKET", str(starting))

    def answer() -> None:
        for _ in range(2):
            caller, _ = listener.accept()
            with caller:
                caller.recv(4096)
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(starting))
        listener.listen()
        thread = threading.Thread(target=answer)
        thread.start()
        assert probe.main(["/healthz", "--wait", "5", "--publish", str(there)]) == 0
        assert (starting.exists(), there.exists()) == (False, True)
        monkeypatch.setenv("CRRC_WEB_SOCKET", str(there))
        assert probe.main([]) == 0
        thread.join()
