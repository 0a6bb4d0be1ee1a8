"""Files that applicants join: a call that asks for some, good ones, and each trap."""

import io
from copy import deepcopy
from typing import Any
from uuid import UUID

from campaigns.models import Attachment, AttachmentUpload, Campaign, Candidacy
from campaigns.rules.attachment import place
from campaigns.service.attachment import Kept, Upload, add_attachment
from campaigns.service.candidacy import open_file
from kit import clock, signing
from kit.actor import Actor, system
from kit.db import uuid7
from kit.storage import keep_bytes
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings import sent
from tests.campaigns.applying import DURING, a_call, a_file, a_legal_entity, fill
from tests.campaigns.forms import document

PROOF = {
    "key": "proof",
    "label": "Organigramme ou attestation",
    "type": "file",
    "kinds": ["pdf"],
    "max_size": 2,
}
MORE = {
    "key": "annexes",
    "label": "Annexes",
    "type": "file",
    "required": False,
    "kinds": ["pdf", "docx", "png"],
    "max": 2,
}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40 + b"IEND\xaeB`\x82"
TRAPS = {
    "empty": ("vide.pdf", b"", "Ce fichier est vide"),
    "too large": ("lourd.pdf", b"%PDF-1.7\n" + b"0" * 2_000_001, "dépasse 2\xa0Mo"),
    "wrong type": ("photo.png", PNG, "n’est pas accepté ici. Attendu\xa0: PDF, 2\xa0Mo au plus."),
    "another type in disguise": ("photo.pdf", PNG, "n’est pas accepté ici"),
    "misnamed": ("attestation.docx", sent.a_pdf(), "son nom est «\xa0.docx\xa0»"),
    "program": ("attestation.pdf", sent.PROGRAM, "programme"),
    "page": ("attestation.pdf", b"<html><script>", "page web"),
    "script": ("attestation.pdf", sent.with_script(), "script ou une action"),
    "hidden script": ("attestation.pdf", sent.hidden_script(), "script ou une action"),
    "carries a file": ("attestation.pdf", sent.with_attachment(), "fichier joint"),
    "cut in the middle": ("attestation.pdf", sent.a_pdf()[: len(sent.a_pdf()) // 2], "abîmé"),
    "password": ("attestation.pdf", sent.with_password(), "mot de passe"),
    "zip bomb": ("tout.pdf", sent.an_archive({"a.bin": b"\0" * 3_000_000}), "archives"),
}


def with_files(*fields: dict[str, Any]) -> dict[str, Any]:
    """The `form` of a document with a section of files after the others."""
    form = deepcopy(document()["form"])
    form["sections"].append({"key": "papers", "title": "Vos pièces", "fields": [*(fields or (PROOF, MORE))]})
    return form


def a_call_for_files(tenant: Tenant, edition: int, *fields: dict[str, Any], **parts: Any) -> Campaign:
    """A call whose form asks for files."""
    return a_call(tenant, edition, form=with_files(*fields), **parts)


def begun(tenant: Tenant, *fields: dict[str, Any]) -> tuple[Actor, Candidacy]:
    """Somebody with a file begun and everything typed: only the papers are missing."""
    ej, edition = a_legal_entity()
    person, file = a_file(tenant, a_call_for_files(tenant, edition, *fields), ej)
    fill(person, file.id)
    return person, file


def add(person: Actor, file_id: UUID, name: str = "Attestation.pdf", content: bytes = b"", key: str = "proof") -> Kept:
    """Join a file during the window."""
    with clock.frozen(DURING):
        return add_attachment(person, file_id, key, Upload(name, io.BytesIO(content or sent.a_pdf())))


def joined(person: Actor, file_id: UUID, key: str = "proof") -> list[dict[str, Any]]:
    """What the draft says of a question."""
    with clock.frozen(DURING):
        value = open_file(person, file_id).draft.answers.get(key)
    return list(value) if isinstance(value, list) else []


def another_pdf(words: str) -> bytes:
    """A PDF whose bytes are its own."""
    return sent.a_pdf() + f"% {words}\n".encode()


def submitted_papers(tenant: Tenant, candidacy_id: UUID) -> dict[str, str]:
    """A file that a submission of this candidacy names, and one on its way, whatever its form asks: by argument."""
    content = sent.a_pdf()
    with transaction(system(tenant.id, "tests")) as tx:
        named = {"candidacy_id": candidacy_id, "field": "proof", "name": "Attestation.pdf", "size": len(content)}
        facts = {"content_type": "application/pdf", "sha256": signing.sha256(content)}
        kept = tx.add(Attachment(id=uuid7(), added_at=tx.now, submitted_at=tx.now, **named, **facts))
        keep_bytes(place(tenant.id, kept.id), content)
        upload = tx.add(AttachmentUpload(id=uuid7(), received=0, pieces=[], begun_at=tx.now, **named))
        return {"attachment_id": str(kept.id), "upload_id": str(upload.id)}
