"""docs/first-program.md works: its commands and functions run against a portal on a port, and answer what it shows."""

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app.rooms import permissions
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.campaigns.applying import a_call, a_file, a_legal_entity
from tests.campaigns.forms import COMPLETE
from tests.house.imports import PROJECT

PAGE = (PROJECT / "docs/first-program.md").read_text()
SHOWN = [
    (command, json.loads(answer)) for command, answer in re.findall(r"```sh\n(.*?)```\s+```json\n(.*?)```", PAGE, re.S)
]
CODE = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.S))


@pytest.fixture
def live(application: Flask) -> Iterator[str]:
    """The application on a port."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join(5)


def run(command: str, **named: str) -> Any:
    """What a command of the page answers."""
    done = subprocess.run(
        ["bash", "-euc", command], env=os.environ | named, capture_output=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


def is_like(answer: Any, shown: Any) -> bool:
    """Whether an answer has everything that the page shows of it: the same keys, values of the same kind."""
    if isinstance(shown, dict):
        keys = not any("…" in key for key in shown)
        return isinstance(answer, dict) and (
            not keys or all(key in answer and is_like(answer[key], value) for key, value in shown.items())
        )
    if isinstance(shown, list):
        return isinstance(answer, list) and (not shown or is_like(answer[0], shown[0]))
    return shown is None or type(answer) is type(shown)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_the_examples_answer_what_the_page_shows(live: str, tenant: Tenant) -> None:
    now = datetime.now(UTC)
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition, [(now - timedelta(days=1), now + timedelta(days=1))])
    a_file(tenant, call, ej)  # somebody of the organisation began: it has an account
    boss, scopes = operator("tests", tenant.id), list(permissions())
    _, token = create_token(boss, "Logiciel", ["candidacy"], known_scopes=scopes, roles=["editor"], finess_ej=ej)
    found: dict[str, Any] = {}
    exec(compile(CODE, "docs/first-program.md", "exec"), found)
    portal = f"{live}/api/v1/{tenant.slug}"
    receipt = found["apply"](portal, token, call.slug, ej, COMPLETE)
    assert found["apply"](portal, token, call.slug, ej, {})["code"] == receipt["code"]
    assert [one["campaign"] for one in found["everything"](f"{portal}/candidacies", token)] == [call.slug]
    named = {"PORTAL": portal, "TOKEN": token, "CALL": call.slug, "FINESS": ej, "CODE": receipt["code"]}
    answers = [run(command, **named) for command, _ in SHOWN]
    unlike = [command for (command, shown), answer in zip(SHOWN, answers, strict=True) if not is_like(answer, shown)]
    assert unlike == []
    me, _, check, verified, refused = answers
    assert (me["scopes"], check["outcome"]) == (["candidacy"], "eligible")
    assert verified["verification"] == SHOWN[3][1]["verification"]
    assert (refused["status"], refused["code"]) == (401, SHOWN[4][1]["code"])
