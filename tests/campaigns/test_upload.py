"""Files that come in pieces: cut anywhere, through two machines, altered, too late, twice; and never anybody else's."""

import hashlib
import json
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from app.moving.archive import NAME
from app.sweeping import sweep
from campaigns.models import AttachmentUpload, Candidacy
from campaigns.rules import attachment as rules
from campaigns.rules.filing import TooLate
from campaigns.service import upload as uploads
from campaigns.service.scanning import run, wanted
from campaigns.service.submission import submit_candidacy
from campaigns.service.upload import Misplaced
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.storage import keep_bytes, storage
from kit.transaction import transaction
from privacy.service.collecting import collect_part
from tenants.models import Tenant, TenantExport
from tenants.rules.person import Person
from tenants.service import export, exporting
from tests.bookings import sent
from tests.campaigns.applying import AFTER, DURING, a_colleague
from tests.campaigns.files import a_person
from tests.campaigns.joining import add, another_pdf, begun, joined

pytestmark = pytest.mark.usefixtures("no_limits")
WHOLE = sent.a_pdf(Words=DictionaryObject({NameObject("/Long"): TextStringObject("x" * 5000)}))
THIRD = len(WHOLE) // 3 + 1
PIECES = [(offset, WHOLE[offset : offset + THIRD]) for offset in range(0, len(WHOLE), THIRD)]


@pytest.fixture(autouse=True)
def during_the_window():
    with clock.frozen(DURING):
        yield


def start(person: Actor, file: Candidacy, content: bytes = WHOLE, name: str = "Attestation.pdf") -> UUID:
    return uploads.begin_upload(person, file.id, "proof", name, len(content)).id


def send(person: Actor, upload_id: UUID, pieces: list[tuple[int, bytes]]) -> AttachmentUpload:
    for offset, piece in pieces:
        upload = uploads.receive_piece(person, upload_id, offset, piece, hashlib.sha256(piece).hexdigest())
    return upload


def test_in_pieces_it_is_the_same_file(tenant: Tenant) -> None:
    person, file = begun(tenant)
    upload_id = start(person, file)
    assert send(person, upload_id, PIECES).received == len(WHOLE)
    kept = uploads.finish_upload(person, upload_id).attachment
    assert (kept.size, kept.sha256) == (len(WHOLE), hashlib.sha256(WHOLE).hexdigest())
    assert joined(person, file.id)[0]["id"] == str(kept.id)
    assert storage().names(tenant.id) == [rules.place(tenant.id, kept.id)], "pieces are gone"
    assert uploads.finish_upload(person, upload_id).attachment.id == kept.id, "whose answer was lost asks again"


def test_a_line_that_drops_goes_on_where_it_stood(tenant: Tenant) -> None:
    """The piece was kept and its answer lost: it is sent again, or the sender asks; both are right."""
    person, file = begun(tenant)
    upload_id = start(person, file)
    send(person, upload_id, PIECES[:2])
    assert send(person, upload_id, PIECES[1:2]).received == 2 * THIRD
    assert uploads.view_upload(person, upload_id).received == 2 * THIRD
    with pytest.raises(Conflict, match="manque"):
        uploads.finish_upload(person, upload_id)
    with pytest.raises(Misplaced, match=str(2 * THIRD)):
        uploads.receive_piece(person, upload_id, 10, b"elsewhere")
    with pytest.raises(Misplaced):
        uploads.receive_piece(person, upload_id, -1, b"")
    send(person, upload_id, PIECES[2:])
    assert uploads.finish_upload(person, upload_id).attachment.size == len(WHOLE)


def test_a_machine_that_dies_between_the_disk_and_the_row(tenant: Tenant) -> None:
    """Its piece is on disk and nobody knows: another machine receives it again, the same or another one."""
    person, file = begun(tenant)
    upload_id = start(person, file)
    (first, piece), lost = PIECES[0], b"what a dead machine had kept"
    for content in (piece, lost):
        storage_name = rules.piece_place(tenant.id, upload_id, first, hashlib.sha256(content).hexdigest())
        keep_bytes(storage_name, content)
    send(person, upload_id, PIECES)
    kept = uploads.finish_upload(person, upload_id).attachment
    assert kept.sha256 == hashlib.sha256(WHOLE).hexdigest()
    keep_bytes(rules.place(tenant.id, UUID(int=0x0199_0000_0000_7000_8000_0000_0000_0001)), b"of another dead machine")
    assert len(storage().names(tenant.id)) == 3
    with clock.frozen(datetime.now(UTC) + 2 * rules.KEPT_UNFINISHED):
        assert run(tenant.id, lambda: False) == 1
        assert sweep(tenant.id) == 2
    assert storage().names(tenant.id) == [rules.place(tenant.id, kept.id)]


def test_two_machines_finish_at_once(tenant: Tenant) -> None:
    person, file = begun(tenant)
    upload_id = start(person, file)
    send(person, upload_id, PIECES)
    made: list[UUID] = []

    def finish() -> None:
        with clock.frozen(DURING):
            made.append(uploads.finish_upload(person, upload_id).attachment.id)

    threads = [threading.Thread(target=finish) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) in (1, 2)
    assert len(set(made)) == 1
    assert storage().names(tenant.id) == [rules.place(tenant.id, made[0])]


def test_what_is_altered_or_too_long_is_not_kept(tenant: Tenant) -> None:
    person, file = begun(tenant)
    upload_id = start(person, file)
    with pytest.raises(Invalid, match="tel qu’il est parti"):
        uploads.receive_piece(person, upload_id, 0, PIECES[0][1], hashlib.sha256(b"other").hexdigest())
    with pytest.raises(Invalid, match="fin du fichier"):
        uploads.receive_piece(person, upload_id, 0, WHOLE + b"more")
    assert uploads.view_upload(person, upload_id).received == 0
    assert storage().names(tenant.id) == []


def test_what_could_not_be_kept_is_refused_before_it_is_sent(tenant: Tenant) -> None:
    person, file = begun(tenant)
    for name, size, sentence in (
        ("a.pdf", 0, "vide"),
        ("a.pdf", 2_000_001, "dépasse"),
        ("a.exe", 10, "n’est pas accepté"),
        ("a.docx", 10, "n’est pas accepté"),
    ):
        with pytest.raises(Invalid) as refused:
            uploads.begin_upload(person, file.id, "proof", name, size)
        assert sentence in refused.value.fields["proof"]
    add(person, file.id)
    with pytest.raises(Conflict, match="au plus"):
        start(person, file)


def test_what_is_no_pdf_is_forgotten_with_its_pieces(tenant: Tenant) -> None:
    person, file = begun(tenant)
    content = sent.with_script()
    upload_id = start(person, file, content)
    send(person, upload_id, [(0, content)])
    with pytest.raises(Invalid) as refused:
        uploads.finish_upload(person, upload_id)
    assert "script" in refused.value.fields["proof"]
    with pytest.raises(NotFound):
        uploads.view_upload(person, upload_id)
    assert storage().names(tenant.id) == []
    assert joined(person, file.id) == []


def test_a_piece_that_comes_too_late(tenant: Tenant) -> None:
    """A draft is still kept after midnight, as any answer; a submitted file stands."""
    person, file = begun(tenant)
    other = another_pdf("kept before")
    add(person, file.id, content=other)
    upload_id = uploads.begin_upload(person, file.id, "annexes", "a.pdf", len(WHOLE)).id
    send(person, upload_id, PIECES[:1])
    with clock.frozen(AFTER):
        send(person, upload_id, PIECES[1:2])
    submit_candidacy(person, file.id)
    with clock.frozen(AFTER), pytest.raises(TooLate):
        send(person, upload_id, PIECES[2:])
    send(person, upload_id, PIECES[2:])
    with clock.frozen(AFTER), pytest.raises(TooLate):
        uploads.finish_upload(person, upload_id)
    assert joined(person, file.id, "annexes") == []


def test_it_is_nobody_elses(tenant: Tenant) -> None:
    person, file = begun(tenant)
    upload_id = start(person, file)
    stranger, reader = begun(tenant)[0], a_colleague(tenant, file, "reader")
    editor, instructor = a_colleague(tenant, file), a_person(tenant, "ars_instructor")
    for who, fault in ((stranger, NotFound), (instructor, NotFound), (reader, Forbidden)):
        for act in (
            lambda one: uploads.view_upload(one, upload_id),
            lambda one: uploads.receive_piece(one, upload_id, 0, PIECES[0][1]),
            lambda one: uploads.finish_upload(one, upload_id),
            lambda one: uploads.cancel_upload(one, upload_id),
            lambda one: start(one, file),
        ):
            with pytest.raises(fault):
                act(who)
    with pytest.raises(NotFound):
        uploads.view_upload(person, uuid4())
    assert send(editor, upload_id, PIECES).received == len(WHOLE), "the file is its organisation's"


def test_so_many_at_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    person, file = begun(tenant)
    monkeypatch.setattr(rules, "MOST_UPLOADS", 2)
    first = start(person, file)
    start(person, file)
    with pytest.raises(Conflict, match="en cours"):
        start(person, file)
    uploads.cancel_upload(person, first)
    start(person, file)


def test_what_nobody_finished_is_forgotten_the_next_day(tenant: Tenant) -> None:
    person, file = begun(tenant)
    upload_id = start(person, file)
    send(person, upload_id, PIECES[:2])
    assert wanted(tenant.id) == 0
    assert run(tenant.id, lambda: False) == 0
    with clock.frozen(DURING + rules.KEPT_UNFINISHED + timedelta(minutes=1)):
        assert wanted(tenant.id) == 1
        assert run(tenant.id, lambda: True) == 0
        assert run(tenant.id, lambda: False) == 1
        assert wanted(tenant.id) == 0
    assert storage().names(tenant.id) == []


def test_what_is_not_whole_yet_is_in_the_portal_s_export_and_named_in_the_person_s_copy(tenant: Tenant) -> None:
    """The archive can go on where the line dropped; a copy says what is kept of it, and for how long."""
    person, file = begun(tenant)
    upload_id = start(person, file)
    send(person, upload_id, PIECES[:2])
    asked = export.ask_export(a_person(tenant, "grades_manager"))
    assert exporting.work(tenant.id, lambda: False) == 1
    with transaction(system(tenant.id, "tests")) as tx:
        stored = tx.session.get_one(TenantExport, (tenant.id, asked.id)).stored
        told = collect_part(tx, Person(person.user_id, person.email, (person.name,)), "campaigns")
    with storage().open(stored or "") as content, zipfile.ZipFile(content) as archive:
        names = [name for name in archive.namelist() if name.startswith(f"files/pieces/{upload_id}/")]
        assert [archive.read(name) for name in names] == [piece for _, piece in PIECES[:2]]
        assert "files/pieces/" in archive.read("LISEZMOI.txt").decode()
        (row,) = map(json.loads, archive.read("rows/attachment_upload.jsonl").splitlines())
    assert (row["id"], row["received"]) == (str(upload_id), 2 * THIRD)
    assert all(NAME.fullmatch(name) for name in names), "crrc tenant restore takes them"
    (section,) = [one for one in told if one["title"] == "Envois de fichiers commencés"]
    assert "24 heures" in section["why"]
    assert [(one["name"], one["size"], one["received"]) for one in section["rows"]] == [
        ("Attestation.pdf", len(WHOLE), 2 * THIRD)
    ]
