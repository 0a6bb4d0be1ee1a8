"""Files joined to a file: kept when acknowledged, in the draft's answers, in what is submitted, and nobody else's."""

import hashlib
import io
import json
import threading
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from campaigns.models import AnswerRevision, Attachment, Candidacy, Submission
from campaigns.rules import attachment as rules
from campaigns.rules.filing import TooLate
from campaigns.rules.form import submitted_files
from campaigns.service import attachment as attachments
from campaigns.service.attachment import Upload
from campaigns.service.retention import EXPIRING, forget_attachments
from campaigns.service.review import view_file
from campaigns.service.saving import save_draft
from campaigns.service.submission import submit_candidacy, view_submission
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from kit.folder_storage import FolderStorage
from kit.storage import storage
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings import sent
from tests.campaigns.applying import AFTER, DURING, a_colleague, a_new_form
from tests.campaigns.files import a_person
from tests.campaigns.forms import document
from tests.campaigns.joining import MORE, PNG, PROOF, TRAPS, add, another_pdf, begun, joined, with_files

pytestmark = pytest.mark.usefixtures("no_limits")


def submit(person: Actor, file: Candidacy) -> Submission:
    with clock.frozen(DURING):
        return submit_candidacy(person, file.id)


def test_what_is_acknowledged_is_on_disk_and_in_the_draft(tenant: Tenant) -> None:
    person, file = begun(tenant)
    content = another_pdf("on disk")
    kept = add(person, file.id, "C:\\Bureau\\Attes\u202etation\r\n 2026.pdf", content).attachment
    assert (kept.name, kept.size, kept.state) == ("Attestation 2026.pdf", len(content), "unscanned")
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    with storage().open(rules.place(tenant.id, kept.id)) as stored:
        assert stored.read() == content
    said = {"id": str(kept.id), "name": kept.name, "size": kept.size, "sha256": kept.sha256, "type": "application/pdf"}
    assert joined(person, file.id) == [said]
    with transaction(system(tenant.id, "tests")) as tx:
        written = tx.session.scalars(
            select(AnswerRevision).where(AnswerRevision.candidacy_id == file.id, AnswerRevision.field == "proof")
        ).one()
        assert (written.value, written.saved_by) == ([said], person.user_id)
    assert attachments.read_attachment(person, kept.id)[1] == content


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_refused(tenant: Tenant, trap: str) -> None:
    person, file = begun(tenant, PROOF)
    name, content, sentence = TRAPS[trap]
    with pytest.raises(Invalid) as refused:
        with clock.frozen(DURING):
            attachments.add_attachment(person, file.id, "proof", Upload(name, io.BytesIO(content)))
    assert sentence in refused.value.fields["proof"]
    assert joined(person, file.id) == []
    assert storage().names(tenant.id) == []


def test_a_bomb_in_a_document_and_a_picture_cut_short(tenant: Tenant) -> None:
    person, file = begun(tenant)
    bomb = sent.an_office_file(described=" " * 3_000_000)
    for name, content, sentence in (("b.docx", bomb, "anormalement volumineux"), ("p.png", PNG[:30], "incomplète")):
        with pytest.raises(Invalid) as refused:
            add(person, file.id, name, content, "annexes")
        assert sentence in refused.value.fields["annexes"]


def test_a_question_that_is_none_or_takes_no_file(tenant: Tenant) -> None:
    person, file = begun(tenant)
    for key in ("why", "nothing", ""):
        with pytest.raises(Invalid):
            add(person, file.id, key=key)
    with pytest.raises(Invalid) as refused:
        with clock.frozen(DURING):
            save_draft(person, file.id, {"proof": "attestation.pdf"}, whole=True)
    assert "se joint à part" in refused.value.fields["proof"]


def test_the_same_bytes_twice_are_one_file_and_there_is_room_for_so_many(tenant: Tenant) -> None:
    person, file = begun(tenant)
    first, again = add(person, file.id), add(person, file.id, "autre nom.pdf")
    assert first.attachment.id == again.attachment.id
    assert len(storage().names(tenant.id)) == 1
    with pytest.raises(Conflict, match="1\xa0fichier au plus"):
        add(person, file.id, content=another_pdf("second"))
    for words in ("a", "b"):
        add(person, file.id, f"{words}.pdf", another_pdf(words), "annexes")
    with pytest.raises(Conflict, match="2\xa0fichiers au plus"):
        add(person, file.id, "c.pdf", another_pdf("c"), "annexes")
    assert len(storage().names(tenant.id)) == 3


def test_two_tabs_at_once_lose_nothing(tenant: Tenant) -> None:
    """Different files are both kept; of a question with one place, one wins and the other is told."""
    person, file = begun(tenant)
    told: list[object] = []

    def send(words: str, key: str) -> None:
        try:
            told.append(add(person, file.id, f"{words}.pdf", another_pdf(words), key).attachment.id)
        except Conflict as refused:
            told.append(refused)

    for key, wins in (("annexes", 2), ("proof", 1)):
        told.clear()
        threads = [threading.Thread(target=send, args=(f"{key}{rank}", key)) for rank in range(2)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sum(isinstance(one, UUID) for one in told) == wins
        assert len(joined(person, file.id, key)) == wins
    assert len(storage().names(tenant.id)) == 3


def test_removed_before_a_submission_it_is_gone(tenant: Tenant) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id).attachment
    with clock.frozen(DURING):
        attachments.remove_attachment(person, kept.id)
        with pytest.raises(NotFound):
            attachments.remove_attachment(person, kept.id)
        with pytest.raises(NotFound):
            attachments.view_attachment(person, kept.id)
    assert joined(person, file.id) == []
    assert storage().names(tenant.id) == []


def test_it_is_asked_for_and_is_in_what_is_submitted(tenant: Tenant) -> None:
    person, file = begun(tenant)
    with pytest.raises(Invalid) as refused:
        submit(person, file)
    assert refused.value.fields["proof"] == "«\xa0Organigramme ou attestation\xa0»\xa0: joignez un fichier."
    kept = add(person, file.id).attachment
    content = submit(person, file).content
    (named,) = submitted_files(content)
    assert (named.name, named.size, named.sha256) == (kept.name, kept.size, kept.sha256)
    assert str(kept.id) not in content
    section = next(one for one in json.loads(content)["sections"] if one["key"] == "papers")
    assert section["answers"][0]["text"] == "Attestation.pdf (1\xa0ko)"
    with clock.frozen(DURING):
        assert view_submission(person, file.id, 1).pieces[0].attachment.id == kept.id


def test_a_submission_keeps_what_it_names(tenant: Tenant) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id).attachment
    submit(person, file)
    with clock.frozen(DURING + timedelta(minutes=1)):
        attachments.remove_attachment(person, kept.id)
        assert attachments.read_attachment(person, kept.id)[1] == sent.a_pdf()
        assert attachments.list_attachments(person, file.id) == []
    other = add(person, file.id, "Nouvelle.pdf", another_pdf("new")).attachment
    second = submit(person, file)
    assert (second.number, [one.name for one in submitted_files(second.content)]) == (2, ["Nouvelle.pdf"])
    instructor = a_person(tenant, "ars_instructor")
    assert view_file(instructor, file.id).pieces[0].attachment.id == other.id
    assert {one.id for one in attachments.list_attachments(instructor, file.id)} == {kept.id, other.id}
    assert view_submission(instructor, file.id, 1).pieces[0].attachment.id == kept.id


def test_the_same_file_again_is_the_same_content(tenant: Tenant) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id).attachment
    first = submit(person, file)
    with clock.frozen(DURING):
        attachments.remove_attachment(person, kept.id)
    assert add(person, file.id).attachment.id != kept.id
    assert submit(person, file).id == first.id


def test_after_the_deadline_a_draft_is_still_kept_and_a_submitted_file_stands(tenant: Tenant) -> None:
    person, file = begun(tenant)
    kept = add(person, file.id).attachment
    with clock.frozen(AFTER):
        attachments.add_attachment(person, file.id, "annexes", Upload("a.pdf", io.BytesIO(another_pdf("late"))))
    submit(person, file)
    with clock.frozen(AFTER):
        with pytest.raises(TooLate):
            attachments.add_attachment(person, file.id, "annexes", Upload("b.pdf", io.BytesIO(another_pdf("too late"))))
        with pytest.raises(TooLate):
            attachments.remove_attachment(person, kept.id)
    assert len(storage().names(tenant.id)) == 2


def test_who_opens_it(tenant: Tenant) -> None:
    """Its organisation at once; the authority once it is submitted; nobody else ever."""
    person, file = begun(tenant)
    kept = add(person, file.id).attachment
    reader, stranger = a_colleague(tenant, file, "reader"), begun(tenant)[0]
    instructor = a_person(tenant, "ars_instructor")
    assert attachments.view_attachment(reader, kept.id).id == kept.id
    with pytest.raises(Forbidden):
        add(reader, file.id, "b.pdf", another_pdf("b"), "annexes")
    with pytest.raises(Forbidden):
        attachments.remove_attachment(reader, kept.id)
    for who in (stranger, instructor):
        with pytest.raises(NotFound):
            attachments.view_attachment(who, kept.id)
        with pytest.raises(NotFound):
            attachments.list_attachments(who, file.id)
    submit(person, file)
    assert attachments.read_attachment(instructor, kept.id)[1] == sent.a_pdf()
    with pytest.raises(Forbidden):
        attachments.remove_attachment(instructor, kept.id)
    for act in (
        lambda: attachments.view_attachment(stranger, kept.id),
        lambda: attachments.remove_attachment(stranger, kept.id),
        lambda: add(stranger, file.id),
    ):
        with pytest.raises(NotFound):
            act()
    assert len(storage().names(tenant.id)) == 1


def test_the_authority_does_not_open_what_was_added_since(tenant: Tenant) -> None:
    person, file = begun(tenant)
    add(person, file.id)
    submit(person, file)
    later = add(person, file.id, "Brouillon.pdf", another_pdf("draft"), "annexes").attachment
    instructor = a_person(tenant, "ars_instructor")
    with pytest.raises(NotFound):
        attachments.read_attachment(instructor, later.id)
    assert [one.said.name for one in view_file(instructor, file.id).pieces] == ["Attestation.pdf"]


def test_a_new_form_keeps_the_files_it_still_asks_for(tenant: Tenant) -> None:
    person, file = begun(tenant)
    add(person, file.id)
    add(person, file.id, "a.pdf", another_pdf("a"), "annexes")
    with transaction(system(tenant.id, "tests")) as tx:
        call = tx.session.get_one(
            type(file).__mapper__.registry._class_registry["Campaign"], (tenant.id, file.campaign_id)
        )
    a_new_form(
        tenant, call, document(form=with_files(PROOF, {**MORE, "type": "text", "required": False, "kinds": None}))
    )
    assert [one["name"] for one in joined(person, file.id)] == ["Attestation.pdf"]
    assert joined(person, file.id, "annexes") == []
    with pytest.raises(Conflict):
        add(person, file.id, "b.pdf", another_pdf("b"))
    submit(person, file)


def test_so_many_a_day(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    person, file = begun(tenant)
    monkeypatch.setattr(rules, "MOST_A_DAY", 2)
    for _ in range(2):
        with pytest.raises(Invalid):
            add(person, file.id, "vide.txt", b"?")
    with pytest.raises(TooManyRequests, match="beaucoup de fichiers"):
        add(person, file.id)


def test_what_the_disk_refuses_is_not_acknowledged(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    person, file = begun(tenant)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(FolderStorage, "keep", full)
    with pytest.raises(OSError, match="No space"):
        add(person, file.id)
    assert joined(person, file.id) == []


def test_it_ends_with_the_file(tenant: Tenant) -> None:
    person, file = begun(tenant)
    add(person, file.id)
    submit(person, file)
    add(person, file.id, "a.pdf", another_pdf("a"), "annexes")
    with transaction(system(tenant.id, "tests")) as tx:
        forget_attachments(tx, [file.id])
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.scalars(select(Attachment)).all() == []
    assert storage().names(tenant.id) == []
    assert {one.kind for one in EXPIRING} == {"candidacy_draft", "candidacy_refused", "candidacy_selected"}
