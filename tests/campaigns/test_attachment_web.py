"""Attachments in a browser without script, in one request by a script, in pieces, and for programs."""

import hashlib
import io
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from campaigns.models import Attachment, Candidacy
from campaigns.service.submission import submit_candidacy
from kit import clock, signing
from kit.actor import Actor, operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.role import grant_role
from tenants.service.token import create_token
from tests.bookings import sent
from tests.browser import NAME, Browser, text_of
from tests.campaigns.applying import DURING, a_colleague
from tests.campaigns.joining import add, another_pdf, begun, joined

pytestmark = pytest.mark.usefixtures("no_limits")
SCRIPT = {"Accept": "application/json", "X-CSRF-Token": signing.seal(f"csrf:{NAME}")}


@pytest.fixture(autouse=True)
def during_the_window() -> Iterator[None]:
    with clock.frozen(DURING):
        yield


@pytest.fixture
def anne(tenant: Tenant) -> tuple[Actor, UUID]:
    """Somebody with everything typed, and no paper yet."""
    person, file = begun(tenant)
    return person, file.id


@pytest.fixture
def browser_of(application: Flask, tenant: Tenant) -> Callable[[Actor], Browser]:
    """Somebody's browser, signed in."""
    return lambda person: Browser(application, tenant).sign_in(person.email)


def upload(content: bytes = b"", name: str = "Attestation.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content or sent.a_pdf()), name


def send(browser: Browser, file_id: UUID, **data: Any) -> TestResponse:
    """The section of papers, as its form sends it."""
    form = {"csrf_token": signing.seal(f"csrf:{NAME}"), "version": "100000", **data}
    path = f"/{browser.tenant.slug}/candidacies/{file_id}/sections/papers"
    return browser.client.post(path, data=form, content_type="multipart/form-data")


def ask(browser: Browser, path: str, method: str = "POST", **options: Any) -> TestResponse:
    headers = {**SCRIPT, **options.pop("headers", {})}
    full = path if path.startswith(f"/{browser.tenant.slug}/") else f"/{browser.tenant.slug}{path}"
    return browser.client.open(full, method=method, headers=headers, **options)


def test_the_sections_form_carries_files(anne: tuple[Actor, UUID], browser_of: Callable[[Actor], Browser]) -> None:
    person, file_id = anne
    browser = browser_of(person)
    page = browser.get(f"/candidacies/{file_id}/sections/papers").text
    assert 'enctype="multipart/form-data"' in page
    assert re.search(r'<input class="crrc-file" type="file" id="proof" name="proof" accept=".pdf"', page)
    assert "PDF, 2\xa0Mo au plus." in page
    assert "attachments" in page
    answer = send(browser, file_id, proof=upload(), annexes=[upload(another_pdf("a"), "a.pdf"), upload(b"", "b.docx")])
    assert answer.status_code == 422
    words = text_of(answer)
    assert "son nom est « .docx »" in words
    assert [one["name"] for one in joined(person, file_id)] == ["Attestation.pdf"]
    assert [one["name"] for one in joined(person, file_id, "annexes")] == ["a.pdf"]
    assert send(browser, file_id, then="here").location.endswith("/sections/papers")
    assert send(browser, file_id).location.endswith("/sections/referent-interne")


def test_a_file_is_removed_by_its_button(anne: tuple[Actor, UUID], browser_of: Callable[[Actor], Browser]) -> None:
    person, file_id = anne
    browser, kept = browser_of(person), add(person, file_id).attachment
    page = browser.get(f"/candidacies/{file_id}/sections/papers").text
    assert f'name="remove" value="{kept.id}"' in page
    assert page.index('govuk-visually-hidden" type="submit"') < page.index('name="remove"'), "Enter removes nothing"
    for _ in range(2):
        assert send(browser, file_id, remove=str(kept.id)).status_code == 303
    assert send(browser, file_id, remove="nothing").status_code == 303
    assert joined(person, file_id) == []


def test_what_a_person_sees_and_downloads(
    anne: tuple[Actor, UUID], browser_of: Callable[[Actor], Browser], tenant: Tenant
) -> None:
    person, file_id = anne
    browser, kept = browser_of(person), add(person, file_id).attachment
    assert "Attestation.pdf (1 ko)" in text_of(browser.get(f"/candidacies/{file_id}/submit"))
    answer = browser.get(f"/attachments/{kept.id}")
    assert answer.data == sent.a_pdf()
    assert answer.headers["Content-Disposition"] == "attachment; filename=Attestation.pdf"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    submit_candidacy(person, file_id)
    page = browser.get(f"/candidacies/{file_id}/submissions/1").text
    assert f'href="/{tenant.slug}/attachments/{kept.id}"' in page
    assert kept.sha256 in page
    assert "ne sont pas analysés" in page
    grant_role(operator("tests", tenant.id), "instruction@ars.test", "ars_instructor")
    instructor = browser_of(Actor("person", tenant.id, email="instruction@ars.test"))
    review = instructor.get(f"/staff/candidacies/{file_id}").text
    assert f'href="/{tenant.slug}/attachments/{kept.id}"' in review
    assert instructor.get(f"/attachments/{kept.id}").data == sent.a_pdf()
    stranger = browser_of(begun(tenant)[0])
    assert stranger.get(f"/attachments/{kept.id}").status_code == 404
    assert stranger.post(f"/attachments/{kept.id}/remove").status_code == 404
    reader = browser_of(a_colleague(tenant, _file_of(tenant, file_id), "reader"))
    assert 'class="crrc-file"' not in reader.get(f"/candidacies/{file_id}/sections/papers").text
    assert f"/attachments/{kept.id}" in reader.get(f"/candidacies/{file_id}/sections/papers").text
    assert browser.post(f"/attachments/{kept.id}/remove").location.endswith(f"/candidacies/{file_id}")


def test_a_script_joins_in_one_request(anne: tuple[Actor, UUID], browser_of: Callable[[Actor], Browser]) -> None:
    person, file_id = anne
    browser = browser_of(person)
    where = f"/candidacies/{file_id}/attachments"
    answer = ask(browser, where, data={"field": "proof", "file": upload()})
    assert answer.status_code == 201
    assert "Attestation.pdf" in answer.json["html"]
    assert "Retirer" in answer.json["html"]
    assert answer.json["sha256"] == hashlib.sha256(sent.a_pdf()).hexdigest()
    again = ask(browser, where, data={"field": "proof", "file": upload()})
    assert again.json["id"] == answer.json["id"], "whose answer was lost asks again"
    full = ask(browser, where, data={"field": "proof", "file": upload(another_pdf("b"))})
    assert (full.status_code, "au plus" in full.json["sentence"]) == (409, True)
    wrong = ask(browser, where, data={"field": "annexes", "file": upload(sent.PROGRAM, "a.docx")})
    assert (wrong.status_code, "programme" in wrong.json["fields"]["annexes"]) == (422, True)
    assert ask(browser, where, data={"field": "annexes"}).status_code == 422
    assert browser.client.post(f"/{browser.tenant.slug}{where}", data={"field": "proof"}).status_code == 403
    plain = browser.client.post(
        f"/{browser.tenant.slug}{where}",
        data={"csrf_token": SCRIPT["X-CSRF-Token"], "field": "annexes", "file": upload(another_pdf("c"), "c.pdf")},
    )
    assert plain.location.endswith(f"/candidacies/{file_id}")


def test_joining_costs_few_queries(
    anne: tuple[Actor, UUID], browser_of: Callable[[Actor], Browser], statements: list[str]
) -> None:
    person, file_id = anne
    browser = browser_of(person)
    ask(browser, f"/candidacies/{file_id}/attachments", data={"field": "annexes", "file": upload(another_pdf("1"))})
    statements.clear()
    sent_file = {"field": "annexes", "file": upload(another_pdf("2"), "2.pdf")}
    assert ask(browser, f"/candidacies/{file_id}/attachments", data=sent_file).status_code == 201
    own = [one for one in statements if re.search(r"\b(candidacy|attachment|campaign|answer_revision)", one)]
    assert len(own) <= 9, own
    assert not any("notification" in one for one in statements)
    assert not any("audit" in one for one in statements)


def test_a_script_joins_in_pieces(anne: tuple[Actor, UUID], browser_of: Callable[[Actor], Browser]) -> None:
    person, file_id = anne
    browser, content = browser_of(person), another_pdf("in pieces")
    begun_at = ask(
        browser, f"/candidacies/{file_id}/uploads", data={"field": "proof", "name": "A.pdf", "size": len(content)}
    )
    assert (begun_at.status_code, begun_at.json["offset"]) == (201, 0)
    where = begun_at.headers["Location"]

    def piece(offset: int, body: bytes, checksum: str = "") -> TestResponse:
        announced = checksum or f"sha256 {b64encode(hashlib.sha256(body).digest()).decode()}"
        headers = {"Upload-Offset": str(offset), "Upload-Checksum": announced}
        return ask(browser, where, "PATCH", data=body, headers=headers, content_type="application/offset+octet-stream")

    assert piece(0, content[:100]).headers["Upload-Offset"] == "100"
    assert piece(0, content[100:], "sha256 !").status_code == 422
    assert piece(0, content[100:], "md5 abcd").status_code == 422
    moved = piece(50, content[50:90])
    assert (moved.status_code, moved.json["code"]) == (409, "offset_moved")
    no_offset = ask(browser, where, "PATCH", data=b"x", content_type="application/offset+octet-stream")
    assert no_offset.status_code == 409
    told = ask(browser, where, "GET")
    assert (told.json["offset"], told.headers["Upload-Length"]) == (100, str(len(content)))
    assert ask(browser, where, "HEAD").headers["Upload-Offset"] == "100"
    done = piece(100, content[100:])
    assert (done.status_code, "A.pdf" in done.json["html"]) == (200, True)
    assert piece(len(content), b"").json["id"] == done.json["id"], "whose answer was lost asks again"
    assert ask(browser, where, "DELETE").status_code == 204
    assert ask(browser, where, "GET").status_code == 404
    assert joined(person, file_id)[0]["id"] == done.json["id"]


def test_for_programs(anne: tuple[Actor, UUID], application: Flask, tenant: Tenant) -> None:
    _, file_id = anne
    file = _file_of(tenant, file_id)
    scopes = ["candidacy", "attachment"]
    secret = create_token(
        operator("tests", tenant.id), "essai", scopes, known_scopes=scopes, roles=["editor"], finess_ej=file.finess_ej
    )[1]
    client, root = application.test_client(), f"/api/v1/{tenant.slug}"
    headers = {"Authorization": f"Bearer {secret}"}
    made = client.post(
        f"{root}/candidacies/{file_id}/attachments", data={"field": "proof", "file": upload()}, headers=headers
    )
    assert made.status_code == 201
    assert (made.json["state"], made.json["size"]) == ("unscanned", len(sent.a_pdf()))
    listed = client.get(f"{root}/candidacies/{file_id}/attachments", headers=headers).json["items"]
    assert [one["id"] for one in listed] == [made.json["id"]]
    read = client.get(f"{root}/attachments/{made.json['id']}/content", headers=headers)
    assert (read.data, read.mimetype) == (sent.a_pdf(), "application/pdf")
    seen = client.get(f"{root}/candidacies/{file_id}", headers=headers).json["answers"]["proof"]
    assert seen[0]["sha256"] == made.json["sha256"]
    refused = client.patch(
        f"{root}/candidacies/{file_id}/answers",
        json={"answers": {"proof": seen}},
        headers={**headers, "If-Match": '"9"'},
    )
    assert refused.status_code in (412, 422)
    assert client.delete(f"{root}/attachments/{made.json['id']}", headers=headers).status_code == 204
    assert client.delete(f"{root}/attachments/{made.json['id']}", headers=headers).status_code == 404
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.scalars(select(Attachment)).all() == []


def _file_of(tenant: Tenant, file_id: UUID) -> Candidacy:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(Candidacy, (tenant.id, file_id))
