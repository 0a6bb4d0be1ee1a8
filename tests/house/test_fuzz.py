"""The API as its description says: whatever is sent to any operation, no fault and no answer that is not described.

Schemathesis reads openapi.json and sends, to every operation, values on and beyond the edges of every schema, with real
identifiers where the address wants one. CRRC_FUZZ=each does it as each role, `make fuzz` for longer too.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.rooms import permissions
from kit.actor import operator
from tenants.models import Tenant
from tenants.rules.roles import ORGANISATION_ROLES, TENANT_ROLES
from tenants.service.token import create_token
from tests.campaigns.files import a_call
from tests.services_catalog.market import a_service
from tests.sides import Sides, two_sides

WHOLE = os.environ.get("CRRC_FUZZ") == "whole"
EACH = WHOLE or os.environ.get("CRRC_FUZZ") == "each"
INSIDE = [(name, role) for name in ("facility", "provider") for role in ORGANISATION_ROLES]
EVERYBODY = [*(f"staff {role}" for role in TENANT_ROLES), *(f"{name} {role}" for name, role in INSIDE), "nobody"]
FEW = ["staff all"]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
COUNTED = re.compile(r"(\d+) generated")


class Quiet(WSGIRequestHandler):
    """A server that writes no line for each request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address(application: Flask) -> Iterator[str]:
    """The application behind a real port."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY if EACH else FEW)
def test_no_fault_and_nothing_undescribed(
    who: str, address: str, application: Flask, make_tenant: object, tenant: Tenant, tmp_path: Path
) -> None:
    sides = two_sides(application, tenant)
    (tmp_path / "schemathesis.toml").write_text(_settings(sides))
    token = _token(sides, who)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/api/v1/openapi.json"),
            *(() if token is None else ("-H", f"Authorization: Bearer {token}")),
            *("--checks", CHECKS, "--phases", "examples,coverage,fuzzing" if WHOLE else "examples,coverage"),
            *("--max-examples", "30", "--continue-on-failure", "--warnings", "off", "--workers", "1"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    sent = COUNTED.search(done.stdout)
    assert sent is not None
    assert int(sent[1]) > 3000


def _settings(sides: Sides) -> str:
    """What schemathesis puts in addresses: things that exist."""
    call = a_call(sides.tenant)
    known = sides.values | {"slug": call.slug, "service_slug": a_service(sides.tenant)[0].slug}
    known |= {"tenant": sides.tenant.slug, "finess_ej": "350000055"}
    return "[parameters]\n" + "".join(f'"path.{name}" = "{value}"\n' for name, value in known.items())


def _token(sides: Sides, who: str) -> str | None:
    """A token that may do whatever its role allows."""
    side, _, role = who.partition(" ")
    if side == "nobody":
        return None
    scopes = sorted({action.partition(".")[0] for action in permissions()})
    facility = next(iter(sides.people["facility"].actor.organisations))
    places = {"staff": {}, "provider": {"provider": sides.provider["provider_id"]}, "facility": {}}
    if side == "facility" and role == "owner":
        return sides.people["facility"].token
    if side == "facility":
        from tenants.service.organisation import get_organisation

        numbers = get_organisation(operator("tests", sides.tenant.id), facility).finess_ej
        places["facility"] = {"finess_ej": numbers or ""}
    roles = [] if role == "all" else [role]
    boss = operator("tests", sides.tenant.id)
    return create_token(boss, "essai", scopes, known_scopes=list(permissions()), roles=roles, **places[side])[1]  # type: ignore[arg-type]
