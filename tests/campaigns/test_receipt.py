"""The receipt: anybody can check it, with the portal or without it; a database that lies is found out."""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from campaigns.models import Candidacy, Submission
from campaigns.rules import form as forms
from campaigns.rules.receipt import Facts, fingerprint, public_key_pem, to_the_millisecond
from campaigns.rules.reference import ALPHABET, new_code, new_reference, read_code
from campaigns.service.receipt import receipt_pdf, view_receipt
from campaigns.service.submission import submit_candidacy
from kit import clock, signing
from kit.actor import anonymous, system
from kit.errors import NotFound
from kit.transaction import transaction
from tenants.models import Tenant
from tests.campaigns.applying import CLOSES, a_call, a_file, a_legal_entity, fill


def submitted(tenant: Tenant, **facts: Any) -> Submission:
    ej, edition = a_legal_entity(**facts)
    person, file = a_file(tenant, a_call(tenant, edition), ej)
    fill(person, file.id)
    with clock.frozen(CLOSES + timedelta(milliseconds=999)):
        return submit_candidacy(person, file.id)


def test_anybody_verifies_it_without_an_account(tenant: Tenant) -> None:
    submission = submitted(tenant)
    receipt = view_receipt(anonymous(tenant.id), submission.code)
    assert receipt.verification.holds
    assert receipt.verification.faults == []
    statement = json.loads(submission.statement)
    assert statement == {
        "campaign": receipt.campaign.slug,
        "code": submission.code,
        "finess_ej": receipt.candidacy.finess_ej,
        "number": 1,
        "received_at": "2025-09-23T21:59:59.999Z",
        "reference": receipt.candidacy.reference,
        "sha256": signing.sha256(submission.content.encode()),
        "tenant": tenant.slug,
    }


def test_the_code_is_read_as_people_type_it(tenant: Tenant) -> None:
    submission = submitted(tenant)
    for typed in (submission.code.lower(), submission.code.replace("-", " "), f"  {submission.code.replace('-', '')} "):
        assert view_receipt(anonymous(tenant.id), typed).submission.id == submission.id


@pytest.mark.parametrize("typed", ["", "abc", "2222-2222-2222-2222-2222", "é" * 20, "\x00", "2" * 10_000])
def test_an_unknown_code_gets_a_sentence(tenant: Tenant, typed: str) -> None:
    with pytest.raises(NotFound, match="Aucun accusé de réception"):
        view_receipt(anonymous(tenant.id), typed)


def test_another_portal_does_not_know_it(tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    submission = submitted(tenant)
    with pytest.raises(NotFound):
        view_receipt(anonymous(make_tenant().id), submission.code)


def _signed_again(row: dict[str, Any]) -> dict[str, Any]:
    """Somebody who may write in the database signs again with a key of their own."""
    mine = Ed25519PrivateKey.generate()
    signature = base64.b64encode(mine.sign(row["statement"].encode())).decode()
    return {"signature": signature, "key": base64.b64encode(mine.public_key().public_bytes_raw()).decode()}


def _content(row: dict[str, Any]) -> dict[str, Any]:
    return {"content": row["content"].replace("40", "41")}


def _content_and_digest(row: dict[str, Any]) -> dict[str, Any]:
    changed = _content(row)
    return {**changed, "sha256": signing.sha256(changed["content"].encode())}


def _earlier(row: dict[str, Any]) -> dict[str, Any]:
    return {"received_at": row["received_at"] - timedelta(minutes=5)}


def _signature(row: dict[str, Any]) -> dict[str, Any]:
    return {"signature": "AAAA"}


def _statement(row: dict[str, Any]) -> dict[str, Any]:
    return {"statement": row["statement"].replace("2025", "2024")}


TAMPERED: list[tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = [
    (_content, "contenu"),
    (_content_and_digest, "attestation"),
    (_earlier, "attestation"),
    (_statement, "attestation"),
    (_signature, "signature"),
    (_signed_again, "signature"),
]


@pytest.mark.parametrize(("tamper", "fault"), TAMPERED)
def test_a_change_in_the_database_shows(
    tenant: Tenant, database: str, tamper: Callable[[dict[str, Any]], dict[str, Any]], fault: str
) -> None:
    """The application may not change a submission; somebody with the database in hand can, and is found out."""
    submission = submitted(tenant)
    row = {name: getattr(submission, name) for name in ("content", "statement", "received_at")}
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as server:
        for name, value in tamper(row).items():
            change = sql.SQL("update submission set {} = %s where id = %s").format(sql.Identifier(name))
            server.execute(change, [value, submission.id])
    verification = view_receipt(anonymous(tenant.id), submission.code).verification
    assert not verification.holds
    assert any(fault in sentence for sentence in verification.faults)
    with pytest.raises(NotFound, match="pas valable"):
        receipt_pdf(anonymous(tenant.id), submission.code)


def test_the_application_itself_cannot_change_a_submission(tenant: Tenant) -> None:
    submission = submitted(tenant)
    with pytest.raises(ProgrammingError, match="never rewritten"), transaction(system(tenant.id, "tests")) as tx:
        tx.session.scalars(select(Submission).where(Submission.id == submission.id)).one().content = "{}"


def test_a_file_renamed_afterwards_shows(tenant: Tenant) -> None:
    submission = submitted(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.scalars(select(Candidacy).where(Candidacy.id == submission.candidacy_id)).one()
        row.finess_ej = "350000014"
    assert not view_receipt(anonymous(tenant.id), submission.code).verification.holds


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is what people have at hand")
def test_openssl_alone_verifies_it(tenant: Tenant, tmp_path: Path) -> None:
    submission = submitted(tenant)
    (tmp_path / "attestation.json").write_text(submission.statement)
    (tmp_path / "signature.bin").write_bytes(base64.b64decode(submission.signature))
    (tmp_path / "cle.pem").write_text(public_key_pem(submission.key))
    command = "openssl pkeyutl -verify -pubin -inkey cle.pem -rawin -in attestation.json -sigfile signature.bin"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified Successfully" in done.stdout, done.stderr


def test_the_paper_holds_what_the_page_says_and_the_same_bytes_each_time(tenant: Tenant) -> None:
    submission = submitted(tenant, name="Association « des Ajoncs » #set text(red) $x$ <b>")
    pdf = receipt_pdf(anonymous(tenant.id), submission.code)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in pdf
    assert pdf == receipt_pdf(anonymous(tenant.id), submission.code)


def test_the_content_can_be_read_alone(tenant: Tenant) -> None:
    content = submitted(tenant, sites=7).content
    whole = json.loads(content)
    assert signing.canonical(whole).decode() == content
    assert whole["applicant"]["legal_entity"]["town"] == "Rennes"
    assert whole["referent"]["email"] == "anne.legoff@ehpad-des-lilas.fr"
    assert [one["accepted_by"] for one in whole["commitments"]] == ["Anne Le Goff", "Anne Le Goff"]
    assert whole["commitments"][0]["text"].startswith("Suivre le parcours")
    sections = {section.title: dict(section.rows) for section in forms.submitted_sections(content)}
    assert list(sections) == ["Organisme", "Votre projet", "Votre informatique", "Référent", "Engagements"]
    assert sections["Votre projet"]["Coût prévu"] == "1\u202f500,00\u00a0€"
    assert sections["Votre projet"]["Niveau du kit"] == "Débutant"
    assert sections["Organisme"]["Établissements ouverts"] == "7\u00a0établissements\u00a0: 7 EHPAD (500)"
    assert sections["Référent"]["Téléphone"] == "02\u00a099\u00a012\u00a034\u00a056"


def test_a_content_of_another_make_is_still_read() -> None:
    assert [section.rows for section in forms.submitted_sections("{}")] == [(), (), ()]


@given(st.datetimes(timezones=st.just(UTC)))
def test_time_is_cut_to_the_millisecond_never_rounded(at: datetime) -> None:
    text = to_the_millisecond(at)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert timedelta() <= at - datetime.fromisoformat(text) < timedelta(milliseconds=1)


def test_time_is_said_in_utc() -> None:
    there = datetime(2025, 9, 24, 1, 59, 59, 999_999, timezone(timedelta(hours=4)))
    assert to_the_millisecond(there) == "2025-09-23T21:59:59.999Z"


def test_names_are_drawn_from_clear_characters() -> None:
    code, reference = new_code(), new_reference("aap", 2026)
    assert re.fullmatch(rf"([{ALPHABET}]{{4}}-){{4}}[{ALPHABET}]{{4}}", code)
    assert re.fullmatch(rf"AAP-2026-[{ALPHABET}]{{5}}", reference)
    assert set("AEIOUY01LBSZ").isdisjoint(ALPHABET)
    assert read_code(code) == code
    assert len({new_code() for _ in range(100)}) == 100


@given(st.text())
def test_reading_a_code_never_fails(typed: str) -> None:
    assert read_code(typed) is None or len(read_code(typed) or "") == 24


def test_a_statement_has_one_text() -> None:
    at = datetime(2025, 9, 23, 21, 59, 59, 999_999, UTC)
    facts = Facts("bretagne", "exercice", "AMI-2025-7K4MQ", 2, "350000014", at, "ab" * 32, "2222-3333-4444-5555-6666")
    assert facts.statement == (
        '{"campaign":"exercice","code":"2222-3333-4444-5555-6666","finess_ej":"350000014","number":2,'
        '"received_at":"2025-09-23T21:59:59.999Z","reference":"AMI-2025-7K4MQ",'
        f'"sha256":"{"ab" * 32}","tenant":"bretagne"}}'
    )
    assert len(fingerprint(base64.b64encode(bytes(32)).decode()).split()) == 8
