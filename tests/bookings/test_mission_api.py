"""Missions for programs: the same commands, the same sentences, one body for every fault."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rooms import permissions
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.bookings import sent
from tests.bookings.doing import Scene, a_scene, add_file, deliver
from tests.services_catalog.market import a_facility, a_market, a_supplier

Send = Callable[..., TestResponse]
SCOPES = ["mission", "deliverable", "satisfaction"]


@pytest.fixture
def scene(tenant: Tenant) -> Scene:
    """A planned mission."""
    return a_scene(tenant)


def program(application: Flask, tenant: Tenant, **inside: Any) -> Send:
    """A program with a token of an organisation, or of the GRADeS."""
    secret = create_token(operator("t", tenant.id), "essai", SCOPES, known_scopes=list(permissions()), **inside)[1]
    client = application.test_client()

    def send(method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {secret}"} | options.pop("headers", {})
        sends = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else options
        return client.open(f"/api/v1/{tenant.slug}{path}", method=method, headers=headers, **sends)

    return send


def of_facility(application: Flask, scene: Scene) -> Send:
    return program(application, scene.tenant, finess_ej=scene.facility.finess_ej, roles=["owner"])


def of_provider(application: Flask, scene: Scene) -> Send:
    return program(application, scene.tenant, provider=str(scene.market.supplier.provider.id), roles=["owner"])


def test_from_the_start_to_the_acceptance(application: Flask, scene: Scene) -> None:
    doer, buyer, path = (
        of_provider(application, scene),
        of_facility(application, scene),
        f"/missions/{scene.mission.id}",
    )
    started = doer("POST", f"{path}/start", headers={"If-Match": '"1"'})
    assert (started.status_code, started.json["state"], started.headers["ETag"]) == (200, "running", '"2"')
    file = {"file": (io.BytesIO(sent.a_pdf()), "Retour d’expérience.pdf"), "note": "Version finale"}
    added = doer("POST", f"{path}/deliverables", data=file, content_type="multipart/form-data")
    assert (added.status_code, added.json["version"], added.json["note"]) == (201, 1, "Version finale")
    content = buyer("GET", f"/deliverables/{added.json['id']}/content")
    assert content.data == sent.a_pdf()
    assert content.headers["Content-Disposition"].startswith("attachment")
    assert doer("POST", f"{path}/deliver", headers={"If-Match": '"3"'}).json["state"] == "delivered"
    read = buyer("GET", path)
    assert read.json["manifest"][0]["sha256"] == added.json["sha256"]
    body = {"name": "Marie Le Goff", "function": "Directrice", "digest": read.json["digest"]}
    accepted = buyer("POST", f"{path}/acceptance", body)
    assert (accepted.status_code, accepted.json["name"]) == (201, "Marie Le Goff")
    again = buyer("POST", f"{path}/acceptance", body)
    assert (again.status_code, again.json["code"]) == (409, "conflict")
    answers = {"usefulness": 5, "quality": 5, "recommendation": 4}
    assert buyer("POST", f"{path}/satisfaction", answers).status_code == 204
    assert buyer("GET", path).json["acceptance"]["tacit"] is False


def test_what_a_stale_program_is_told(application: Flask, scene: Scene) -> None:
    doer, buyer, path = (
        of_provider(application, scene),
        of_facility(application, scene),
        f"/missions/{scene.mission.id}",
    )
    assert doer("POST", f"{path}/start").status_code == 428
    assert doer("POST", f"{path}/start", headers={"If-Match": "*"}).status_code == 428
    assert doer("POST", f"{path}/start", headers={"If-Match": '"7"'}).status_code == 412
    deliver(scene)
    digest = buyer("GET", path).json["digest"]
    add_file(scene, "Annexe.pdf")
    late = buyer("POST", f"{path}/acceptance", {"name": "M", "function": "D", "digest": digest})
    assert (late.status_code, late.json["code"]) == (412, "stale")


@pytest.mark.parametrize(
    ("move", "body", "fields"),
    [
        ("acceptance", {"digest": "x"}, {"name", "function"}),
        ("acceptance", {"name": "", "function": "", "digest": "x"}, {"name", "function"}),
        ("reserves", {}, {"text"}),
        ("reserves", {"text": " "}, {"text"}),
        ("satisfaction", {"usefulness": 6, "quality": 0}, {"usefulness", "quality", "recommendation"}),
        ("satisfaction", {"usefulness": "5", "quality": 1, "recommendation": 1, "x": 1}, {"usefulness", "x"}),
    ],
)
def test_what_is_wrong_is_named(
    application: Flask, scene: Scene, move: str, body: dict[str, Any], fields: set[str]
) -> None:
    mission, buyer = deliver(scene), of_facility(application, scene)
    answer = buyer("POST", f"/missions/{mission.id}/{move}", body) if move != "reserves" else None
    if answer is None:
        headers = {"If-Match": f'"{mission.revision}"'}
        data = {"data": json.dumps(body), "content_type": "application/json"}
        answer = buyer("POST", f"/missions/{mission.id}/{move}", headers=headers, **data)
    assert (answer.status_code, answer.json["fields"].keys()) == (422, fields)


def test_files_that_are_refused_name_their_field(application: Flask, scene: Scene) -> None:
    doer, path = of_provider(application, scene), f"/missions/{scene.mission.id}/deliverables"
    traps: list[Any] = [{}, {"file": (io.BytesIO(b""), "vide.pdf")}, {"file": (io.BytesIO(b"<html>"), "page.html")}]
    for trap in traps:
        answer = doer("POST", path, data=trap, content_type="multipart/form-data")
        assert (answer.status_code, answer.json["fields"].keys()) == (422, {"file"})


def test_the_grades_assigns_and_reads_what_is_shared(application: Flask, scene: Scene) -> None:
    grades = program(application, scene.tenant, roles=["grades_manager"])
    deliverable = add_file(scene)
    assert grades("GET", f"/deliverables/{deliverable.id}").status_code == 404
    shared = of_facility(application, scene)("PUT", f"/deliverables/{deliverable.id}/shared", {"shared": True})
    assert shared.json["shared_at"] is not None
    assert grades("GET", f"/deliverables/{deliverable.id}").status_code == 200
    assert grades("GET", "/opinions").json == []
    data = {"data": json.dumps({"provider_id": None}), "content_type": "application/json"}
    same = grades("PUT", f"/missions/{scene.mission.id}/provider", headers={"If-Match": '"2"'}, **data)
    assert (same.status_code, same.json["detail"]) == (409, "Cette mission a déjà ce prestataire. Rien n’est modifié.")


def test_the_list_is_read_page_by_page(application: Flask, tenant: Tenant) -> None:
    market = a_market(tenant)
    scenes = [a_scene(tenant, market) for _ in range(5)]
    doer, seen, after = of_provider(application, scenes[0]), [], None
    while True:
        page = doer("GET", f"/missions?limit=2{f'&after={after}' if after else ''}").json
        seen += [row["mission"]["id"] for row in page["items"]]
        after = page["after"]
        if after is None:
            break
    assert seen == [str(one.mission.id) for one in reversed(scenes)]
    assert doer("GET", "/missions?view=nothing").status_code == 422


def test_nobody_else_s_program_sees_it(application: Flask, scene: Scene) -> None:
    tenant = scene.tenant
    others = (
        program(application, tenant, finess_ej=a_facility(tenant).finess_ej, roles=["owner"]),
        program(application, tenant, provider=str(a_supplier(tenant).provider.id), roles=["owner"]),
    )
    for other in others:
        assert other("GET", f"/missions/{scene.mission.id}").status_code == 404
        assert other("GET", "/missions").json["items"] == []
