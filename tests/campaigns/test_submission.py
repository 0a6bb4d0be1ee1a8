"""Submitting: in time or not, complete or not, once, by whoever may; and withdrawing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from campaigns.models import Submission, Verdict
from campaigns.queries.campaign import get_campaign_by_id
from campaigns.queries.candidacy import get_candidacy
from campaigns.service.candidacy import view_candidacy
from campaigns.service.decision import decide
from campaigns.service.review import view_file
from campaigns.service.saving import save_draft
from campaigns.service.submission import submit_candidacy, withdraw_candidacy
from finess.models import LegalEntity
from kit import clock
from kit.actor import Actor, system
from kit.audit import AuditLine
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound, Stale
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant
from tests.campaigns.applying import AFTER, CLOSES, DURING, OPENS, a_call, a_colleague, a_file, a_legal_entity, fill
from tests.campaigns.files import a_person

MILLISECOND = timedelta(milliseconds=1)


def ready(tenant: Tenant, *windows: tuple[datetime, datetime], **facts: str) -> tuple[Actor, UUID]:
    """A complete file."""
    ej, edition = a_legal_entity(**facts)
    person, file = a_file(tenant, a_call(tenant, edition, windows or ((OPENS, CLOSES),)), ej)
    fill(person, file.id)
    return person, file.id


def count_submissions(tenant: Tenant, file: UUID) -> int:
    with transaction(system(tenant.id, "tests")) as tx:
        return len(tx.session.scalars(select(Submission).where(Submission.candidacy_id == file)).all())


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# zone, opens, last accepted second, an instant, what happens then. The clock changes on 26 October and 30 March.
CLOCKS = [
    ("Europe/Paris", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-09T15:59:59.999", "window_not_open"),
    ("Europe/Paris", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-09T16:00", None),
    ("Europe/Paris", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-23T23:59:59", None),
    ("Europe/Paris", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-23T23:59:59.999", None),
    ("Europe/Paris", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-24T00:00", "window_closed"),
    ("Europe/Paris", "2025-09-09T16:00", "2025-10-26T23:59:59", "2025-10-26T23:59:59.999", None),
    ("Europe/Paris", "2025-09-09T16:00", "2025-10-26T23:59:59", "2025-10-27T00:00", "window_closed"),
    ("Europe/Paris", "2025-09-09T16:00", "2026-03-29T23:59:59", "2026-03-29T23:59:59.999", None),
    ("Europe/Paris", "2025-09-09T16:00", "2026-03-29T23:59:59", "2026-03-30T00:00", "window_closed"),
    ("Indian/Reunion", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-23T23:59:59.999", None),
    ("Indian/Reunion", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-24T00:00", "window_closed"),
    ("America/Martinique", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-23T23:59:59.999", None),
    ("America/Martinique", "2025-09-09T16:00", "2025-09-23T23:59:59", "2025-09-24T00:00", "window_closed"),
]


@pytest.mark.parametrize(("zone", "opens", "closes", "at", "refusal"), CLOCKS)
def test_the_clock_of_the_tenant_decides_to_the_second(
    make_tenant: Callable[..., Tenant], zone: str, opens: str, closes: str, at: str, refusal: str | None
) -> None:
    tenant = make_tenant(zone=zone)
    person, file = ready(tenant, (local(zone, opens), local(zone, closes)))
    with clock.frozen(local(zone, at)):
        if refusal is None:
            assert submit_candidacy(person, file).received_at == local(zone, at)
            return
        with pytest.raises(CrrcError) as refused:
            submit_candidacy(person, file)
    assert refused.value.code == refusal
    assert "Votre brouillon est conservé." in refused.value.sentence
    assert view_candidacy(person, file).draft.candidacy.state == "draft"
    assert view_candidacy(person, file).progress.is_complete


def test_too_late_is_said_in_the_tenants_time(make_tenant: Callable[..., Tenant]) -> None:
    tenant = make_tenant(zone="Indian/Reunion")
    person, file = ready(tenant, (OPENS, local("Indian/Reunion", "2025-09-23T23:59:59")))
    with clock.frozen(local("Indian/Reunion", "2025-09-24T00:00")), pytest.raises(Conflict) as refused:
        submit_candidacy(person, file)
    assert refused.value.sentence == (
        "La fenêtre est close depuis le 23\u00a0septembre 2025 à 23\u00a0h\u00a059 (heure de La Réunion). "
        "Votre brouillon est conservé."
    )


def test_between_two_phases_one_waits(tenant: Tenant) -> None:
    second = (CLOSES + timedelta(days=30), CLOSES + timedelta(days=40))
    person, file = ready(tenant, (OPENS, CLOSES), second)
    with clock.frozen(AFTER), pytest.raises(Conflict, match=r"Les dépôts ouvrent le .*octobre 2025"):
        submit_candidacy(person, file)
    with clock.frozen(second[0]):
        assert submit_candidacy(person, file).number == 1


def test_a_submission_holds_everything(tenant: Tenant) -> None:
    person, file = ready(tenant)
    with clock.frozen(CLOSES + 999 * MILLISECOND):
        submission = submit_candidacy(person, file)
    candidacy = view_candidacy(person, file).draft.candidacy
    assert (candidacy.state, candidacy.submitted_at) == ("submitted", submission.received_at)
    assert submission.submitted_by == person.user_id
    assert len(submission.code) == 24
    with transaction(system(tenant.id, "tests")) as tx:
        verdict = tx.session.scalars(select(Verdict).where(Verdict.id == submission.verdict_id)).one()
        news = tx.session.scalars(select(OutboxMessage.topic).where(OutboxMessage.subject_id == file)).all()
        audit = tx.session.scalars(select(AuditLine).where(AuditLine.subject_id == file)).all()
    assert verdict.outcome == "eligible"
    assert "candidacy.submit" in news
    (line,) = [line for line in audit if line.action == "candidacy.submit"]
    assert line.facts["sha256"] == submission.sha256
    assert "Anne" not in str(line.facts)


def test_a_file_that_is_not_eligible_is_submitted_with_its_verdict(tenant: Tenant) -> None:
    person, file = ready(tenant, category="182")
    with clock.frozen(DURING):
        submission = submit_candidacy(person, file)
    with transaction(system(tenant.id, "tests")) as tx:
        verdict = tx.session.scalars(select(Verdict).where(Verdict.id == submission.verdict_id)).one()
    assert verdict.outcome == "not_eligible"


def test_a_register_pinned_again_that_forgot_the_organisation_loses_no_file(tenant: Tenant) -> None:
    person, file = ready(tenant)
    _, newer = a_legal_entity()
    ej = view_candidacy(person, file).draft.candidacy.finess_ej
    with transaction(system(tenant.id, "tests")) as tx:
        query = update(LegalEntity).where(LegalEntity.finess_ej == ej).values(last_edition=newer - 1)
        tx.session.execute(query)
        get_campaign_by_id(tx.session, get_candidacy(tx.session, file).campaign_id).edition_id = newer
    with clock.frozen(DURING):
        assert view_candidacy(person, file).assessment.outcome == "information_missing"
        assert submit_candidacy(person, file).number == 1


def test_what_is_missing_is_named_field_by_field(tenant: Tenant) -> None:
    person, file = ready(tenant)
    with clock.frozen(DURING):
        save_draft(person, file, {"beds": "quarante", "referent.phone": "", "commitment.journey": ""})
        with pytest.raises(Invalid) as refused:
            submit_candidacy(person, file)
    assert list(refused.value.fields) == ["beds", "referent.phone", "commitment.journey"]
    assert count_submissions(tenant, file) == 0


def test_two_clicks_are_one_submission(tenant: Tenant) -> None:
    person, file = ready(tenant)
    with clock.frozen(DURING):
        first = submit_candidacy(person, file, 2)
    with clock.frozen(AFTER):  # the second one was sent late, and says the same
        assert submit_candidacy(person, file, 2).code == first.code
    assert count_submissions(tenant, file) == 1


def test_two_threads_at_once_are_one_submission(tenant: Tenant) -> None:
    person, file = ready(tenant)

    def submit(index: int) -> str:
        with clock.frozen(DURING + index * MILLISECOND):
            return submit_candidacy(person, file, 2).code

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(submit, range(4)))) == 1
    assert count_submissions(tenant, file) == 1


def test_changed_before_the_deadline_is_another_submission_and_the_last_one_counts(tenant: Tenant) -> None:
    person, file = ready(tenant)
    with clock.frozen(DURING):
        first = submit_candidacy(person, file)
        save_draft(person, file, {"beds": "41"})
        assert view_candidacy(person, file).is_changed
        save_draft(person, file, {"beds": "40"})
        assert not view_candidacy(person, file).is_changed
        save_draft(person, file, {"beds": "41"})
        second = submit_candidacy(person, file)
        page = view_candidacy(person, file)
    assert (first.number, second.number) == (1, 2)
    assert first.sha256 != second.sha256
    assert page.last is not None
    assert page.last.code == second.code
    assert not page.is_changed
    assert count_submissions(tenant, file) == 2


def test_nobody_signs_what_they_have_not_read(tenant: Tenant) -> None:
    person, file = ready(tenant)
    read = view_candidacy(person, file).draft.candidacy
    colleague = a_colleague(tenant, read)
    with clock.frozen(DURING):
        save_draft(colleague, file, {"beds": "41"})
        with pytest.raises(Stale, match="Gwenaël Tanguy"):
            submit_candidacy(person, file, read.revision)
        assert count_submissions(tenant, file) == 0
        assert submit_candidacy(person, file, read.revision + 1).number == 1


def test_withdrawn_then_submitted_again_until_the_deadline(tenant: Tenant) -> None:
    person, file = ready(tenant)
    with clock.frozen(DURING):
        first = submit_candidacy(person, file)
        withdrawn = withdraw_candidacy(person, file)
        assert (withdrawn.state, withdrawn.withdrawn_at) == ("withdrawn", DURING)
        assert withdraw_candidacy(person, file).revision == withdrawn.revision
        again = submit_candidacy(person, file)
    assert (again.number, again.code != first.code) == (2, True)
    assert view_candidacy(person, file).draft.candidacy.withdrawn_at is None
    with clock.frozen(AFTER), pytest.raises(Conflict, match="écrivez à l’ARS"):
        withdraw_candidacy(person, file)


@pytest.mark.parametrize("change", ["withdraw", "submit"])
def test_a_decision_does_not_outlive_the_submission_it_was_about(tenant: Tenant, change: str) -> None:
    """Decided between two phases, then changed in the second: the place is free, the new text is to be read."""
    second = (CLOSES + timedelta(days=30), CLOSES + timedelta(days=40))
    person, file = ready(tenant, (OPENS, CLOSES), second)
    instructor = a_person(tenant, "ars_instructor")
    with clock.frozen(DURING):
        submit_candidacy(person, file)
    with clock.frozen(AFTER):
        decide(instructor, file, "accepted")
    with clock.frozen(second[0]):
        submit_candidacy(person, file)
        assert view_file(instructor, file).decision is not None  # the same text
        if change == "withdraw":
            withdraw_candidacy(person, file)
        else:
            fill(person, file, second[0], beds="81")
            submit_candidacy(person, file)
        assert view_file(instructor, file).decision is None


def test_who_may_submit(tenant: Tenant) -> None:
    person, file = ready(tenant)
    candidacy = view_candidacy(person, file).draft.candidacy
    reader = a_colleague(tenant, candidacy, role="reader")
    other, _ = ready(tenant)
    with clock.frozen(DURING):
        for act in (submit_candidacy, withdraw_candidacy):
            with pytest.raises(Forbidden):
                act(reader, file)
            for stranger in (other, a_person(tenant), a_person(tenant, "ars_manager")):
                with pytest.raises(NotFound):
                    act(stranger, file)


def test_another_tenant_sees_nothing(tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    _, file = ready(tenant)
    stranger, _ = ready(make_tenant())
    with clock.frozen(DURING):
        for act in (submit_candidacy, withdraw_candidacy, view_candidacy):
            with pytest.raises(NotFound):
                act(stranger, file)


def test_cut_in_the_middle_leaves_nothing(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    person, file = ready(tenant)

    def cut(*_: object, **__: object) -> None:
        raise ConnectionError("cut")

    monkeypatch.setattr("kit.transaction.Tx.emit", cut)
    with clock.frozen(DURING), pytest.raises(ConnectionError):
        submit_candidacy(person, file)
    monkeypatch.undo()
    assert count_submissions(tenant, file) == 0
    assert view_candidacy(person, file).draft.candidacy.state == "draft"
    with clock.frozen(DURING):
        assert submit_candidacy(person, file).number == 1


def test_a_decided_file_moves_no_more(tenant: Tenant) -> None:
    person, file = ready(tenant)
    with clock.frozen(DURING):
        submit_candidacy(person, file)
        with transaction(system(tenant.id, "tests")) as tx:
            get_candidacy(tx.session, file).state = "accepted"
        for act in (submit_candidacy, withdraw_candidacy):
            with pytest.raises(Conflict):
                act(person, file)
        with pytest.raises(Conflict, match="ne peut plus être modifié"):
            save_draft(person, file, {"beds": "41"})
