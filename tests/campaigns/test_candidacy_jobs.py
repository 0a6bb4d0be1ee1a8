"""Who is told what of a file, once each, whatever is delivered again; and nothing that is not true any more."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from campaigns.jobs.candidacy import acknowledge_submission, remind_unsubmitted, tell_withdrawal
from campaigns.models import Campaign
from campaigns.queries.candidacy import list_drafts
from campaigns.service.draft import drafts_of
from campaigns.service.saving import save_draft
from campaigns.service.submission import submit_candidacy, withdraw_candidacy
from kit import clock
from kit.actor import Actor, system
from kit.outbox import OutboxMessage
from kit.relay import deliver, listener_name
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.campaigns.applying import (
    AFTER,
    CLOSES,
    DURING,
    a_call,
    a_colleague,
    a_file,
    a_legal_entity,
    a_new_form,
    fill,
)
from tests.campaigns.forms import document

LISTENERS = {
    "candidacy.submit": [acknowledge_submission],
    "candidacy.withdraw": [tell_withdrawal],
    "window.remind": [remind_unsubmitted],
}
DAY = timedelta(days=1)


def deliver_all(tenant: Tenant, topic: str) -> int:
    """Deliver every message of the topic, as often as asked; returns how many did something."""
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(OutboxMessage).where(OutboxMessage.topic == topic).order_by(OutboxMessage.id)
        messages = list(tx.session.scalars(query))
    return sum(deliver(LISTENERS, tenant.id, one.id, listener_name(LISTENERS[topic][0])) for one in messages)


def told(tenant: Tenant) -> list[Notification]:
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(Notification).order_by(Notification.id)))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def begun(tenant: Tenant, **parts: object) -> tuple[Actor, UUID, Campaign]:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    person, file = a_file(tenant, call, ej)
    return person, file.id, call


def ring(tenant: Tenant, call: Campaign, key: str, at: datetime) -> int:
    with clock.frozen(at):
        with transaction(system(tenant.id, "tests")) as tx:
            tx.emit("window.remind", call.id, key)
        return deliver_all(tenant, "window.remind")


def test_a_submission_is_acknowledged_once_to_those_who_write(tenant: Tenant) -> None:
    ej, edition = a_legal_entity(name="Association <b>des Ajoncs</b> & fils")
    person, candidacy = a_file(tenant, a_call(tenant, edition), ej)
    colleague = a_colleague(tenant, candidacy)
    a_colleague(tenant, candidacy, role="reader")
    fill(person, candidacy.id)
    with clock.frozen(DURING):
        submission = submit_candidacy(person, candidacy.id)
        submit_candidacy(person, candidacy.id)
        assert deliver_all(tenant, "candidacy.submit") == 1
        assert deliver_all(tenant, "candidacy.submit") == 0
    notices = told(tenant)
    assert {notice.user_id for notice in notices} == {person.user_id, colleague.user_id}
    text = plain(notices[0].text_body or "")
    assert plain(notices[0].title) == f"Dossier {candidacy.reference} déposé : accusé de réception"
    assert "reçu le jeudi 18 septembre 2025 à 22 h 14 min 00 s 000 (heure de Paris)" in text
    assert f"/{tenant.slug}/receipts/{submission.code}" in text
    assert f"/{tenant.slug}/candidacies/{candidacy.id}" in text
    assert "jusqu’au mardi 23 septembre 2025 à 23 h 59 (heure de Paris)" in text
    assert "Association <b>des Ajoncs</b> & fils" in text


def test_each_submission_has_its_own_acknowledgement_even_when_workers_slept(tenant: Tenant) -> None:
    person, file, _ = begun(tenant)
    fill(person, file)
    codes = []
    for beds in ("40", "41"):
        with clock.frozen(DURING + timedelta(minutes=int(beds))):
            save_draft(person, file, {"beds": beds})
            codes.append(submit_candidacy(person, file).code)
    with clock.frozen(AFTER + DAY):
        assert deliver_all(tenant, "candidacy.submit") == 2
    texts = [notice.text_body or "" for notice in told(tenant)]
    assert [codes[0] in texts[0], codes[1] in texts[1]] == [True, True]
    assert not any("déposer de nouveau" in text for text in texts)


def test_a_withdrawal_is_said_and_a_draft_given_up_is_not(tenant: Tenant) -> None:
    person, file, _ = begun(tenant)
    with clock.frozen(DURING):
        withdraw_candidacy(person, file)
        deliver_all(tenant, "candidacy.withdraw")
        assert told(tenant) == []
        fill(person, file)
        submit_candidacy(person, file)
        withdraw_candidacy(person, file)
        deliver_all(tenant, "candidacy.withdraw")
    (notice,) = told(tenant)
    assert notice.title.endswith("retiré")
    assert "rien n’est perdu" in (notice.text_body or "")


def test_those_who_did_not_submit_are_reminded_and_told_so_in_capitals(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition, reminders=["P7D", "P1D", "PT2H"])
    person, draft = a_file(tenant, call, ej)
    reader = a_colleague(tenant, draft, role="reader")
    assert ring(tenant, call, "1:P1D", CLOSES - DAY + timedelta(hours=1)) == 1
    notices = told(tenant)
    assert {notice.user_id for notice in notices} == {person.user_id, reader.user_id}
    assert notices[0].title.startswith(f"NON DÉPOSÉ\u00a0: le dossier {draft.reference} attend votre dépôt")
    text = notices[0].text_body or ""
    assert "n’est PAS DÉPOSÉ" in text
    assert "Il reste 13\u00a0réponses à donner ou à corriger." in text
    assert "mardi 23 septembre 2025 à 23 h 59 (heure de Paris)" in plain(text)


def test_after_a_new_form_three_drafts_are_read_in_as_many_queries_as_one(
    tenant: Tenant, statements: list[str]
) -> None:
    counts = []
    for number in (1, 3):
        files = [a_legal_entity() for _ in range(number)]
        call = a_call(tenant, files[-1][1], reminders=["P1D"])
        for ej, _ in files:
            a_file(tenant, call, ej)
        a_new_form(tenant, call, document(reminders=["P1D"]))
        with transaction(system(tenant.id, "tests")) as tx:
            drafts = list_drafts(tx.session, call.id)
            before = len(statements)
            assert len(drafts_of(tx, drafts)) == number
            counts.append(len(statements) - before)
    assert counts[0] == counts[1]


def test_a_submitted_or_withdrawn_file_is_left_alone(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition, reminders=["P1D"])
    person, file = a_file(tenant, call, ej)
    fill(person, file.id)
    with clock.frozen(DURING):
        submit_candidacy(person, file.id)
    assert ring(tenant, call, "1:P1D", CLOSES - DAY + timedelta(hours=1)) == 1
    with clock.frozen(DURING):
        withdraw_candidacy(person, file.id)
    ring(tenant, call, "1:P1D", CLOSES - DAY + timedelta(hours=1))
    assert told(tenant) == []


def test_a_reminder_never_lies(tenant: Tenant) -> None:
    """Late workers: not after the closing, and not three mails at once."""
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition, reminders=["P7D", "P1D", "PT2H"])
    a_file(tenant, call, ej)
    ring(tenant, call, "1:PT2H", AFTER)
    assert told(tenant) == []
    late = CLOSES - timedelta(hours=1)
    for key in ("1:P7D", "1:P1D", "1:PT2H", "2:PT2H", "1:P3D"):
        ring(tenant, call, key, late)
    assert len(told(tenant)) == 1


def test_a_complete_draft_hears_that_only_submitting_is_left(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition, reminders=["PT2H"])
    person, file = a_file(tenant, call, ej)
    fill(person, file.id)
    ring(tenant, call, "1:PT2H", CLOSES - timedelta(hours=1))
    (notice,) = told(tenant)
    assert "il ne reste qu’à relire le dossier et à le déposer" in (notice.text_body or "")
