"""Periods: rehearsed and purged alike, in batches, killed and gone on; what the law keeps is not touched."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app import errands
from bookings.models import Entitlement
from campaigns.models import AnswerRevision, Candidacy, Decision, Review, Submission
from kit import clock
from kit.actor import operator, system
from kit.audit import AuditLine
from kit.db import uuid7
from kit.errors import Forbidden, Invalid, Stale
from kit.transaction import transaction
from notifications.models import Notification
from notifications.service.notices import NewNotice, notify
from privacy.jobs.errands import PURGING, open_purges
from privacy.models import PurgeRun
from privacy.queries.mentions import tenant_tables
from privacy.rules.retention import defaults
from privacy.service import purging
from privacy.service.purging import open_due_purge, purge_now, run_purge
from privacy.service.retention import adopt_periods, view_periods
from tenants.models import Tenant
from tests.bookings.buying import an_entitlement
from tests.campaigns.files import CLOSED, NOTIFIED, a_call, a_file, a_person
from tests.privacy.people import a_grades
from tests.services_catalog.market import a_facility, a_market
from tests.sides import two_sides

TYPED = {key: str(months) for key, months in defaults().items()}
LATER = datetime(2026, 11, 22, 9, tzinfo=UTC)


def adopt(tenant: Tenant, **months: int) -> None:
    adopt_periods(a_grades(tenant), TYPED | {key: str(value) for key, value in months.items()}, 0)


def due(tenant: Tenant) -> dict[str, int]:
    """What the dry run says."""
    return {line.kind.key: line.count for line in view_periods(system(tenant.id, "tests")).lines if line.count}


def decided(tenant: Tenant, call: Any, outcome: str) -> UUID:
    """A file with answers, a review and a decision that was told."""
    file = a_file(tenant, call, state=outcome)
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(Candidacy, (tenant.id, file))
        row.answers = {"referent.name": "Anne", "referent.email": "anne@ajoncs.invalid"}
        tx.add(AnswerRevision(candidacy_id=file, field="q", revision=1, value="Anne", kept=True, saved_at=CLOSED))
        tx.add(Review(candidacy_id=file, note="Anne est bien", score=80, saved_at=CLOSED))
        motive = "Déjà financé" if outcome == "refused" else ""
        facts = {"outcome": outcome, "motive": motive, "state": "released", "decided_at": CLOSED}
        tx.add(Decision(candidacy_id=file, campaign_id=call.id, released_at=NOTIFIED, **facts))
    return file


def content_of(tenant: Tenant, file: UUID) -> tuple[Any, str, str]:
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(Candidacy, (tenant.id, file))
        said = tx.session.scalars(select(Submission).where(Submission.candidacy_id == file)).one()
        note = tx.session.scalar(select(Review.note).where(Review.candidacy_id == file)) or ""
        return row.answers, "erased" if said.erased_at else "kept", note


def test_nothing_is_purged_before_the_periods_are_adopted(tenant: Tenant) -> None:
    a_file(tenant, a_call(tenant), state="draft")
    with clock.frozen(LATER):
        assert due(tenant) == {"candidacy_draft": 1}
        assert view_periods(a_grades(tenant)).adopted is None
        assert open_due_purge(tenant.id) is False
        assert purge_now(operator("tests", tenant.id)) == {}
        assert due(tenant) == {"candidacy_draft": 1}


def test_the_purge_does_what_the_dry_run_said_and_tells_it(tenant: Tenant) -> None:
    call = a_call(tenant, state="released", released_at=NOTIFIED)
    kept = a_file(tenant, call, state="draft")
    adopt(tenant, candidacy_draft=6)
    with clock.frozen(LATER):
        said = due(tenant)
        assert said["candidacy_draft"] == 1
        assert purge_now(operator("tests", tenant.id)) == said
        assert due(tenant) == {}
        assert purge_now(operator("tests", tenant.id)) == {}
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get(Candidacy, (tenant.id, kept)) is None
        audited = tx.session.scalars(select(AuditLine).where(AuditLine.action == "retention.purge")).all()
        assert [line.facts["counts"] for line in audited] == [said, {}]


def test_the_answers_go_and_the_decision_stays(tenant: Tenant) -> None:
    """What an ARS must be able to defend: the verdict, the score, the decision, its motive, the receipt."""
    call = a_call(tenant, state="released", released_at=NOTIFIED)
    refused, accepted = decided(tenant, call, "refused"), decided(tenant, call, "accepted")
    adopt(tenant, candidacy_refused=12)
    with clock.frozen(LATER):
        purge_now(operator("tests", tenant.id))
    assert content_of(tenant, refused) == ({}, "erased", "")
    assert content_of(tenant, accepted)[1:] == ("kept", "Anne est bien")
    with transaction(system(tenant.id, "tests")) as tx:
        decision = tx.session.scalars(select(Decision).where(Decision.candidacy_id == refused)).one()
        assert (decision.outcome, decision.motive) == ("refused", "Déjà financé")
        assert tx.session.scalar(select(Review.score).where(Review.candidacy_id == refused)) == 80
        said = tx.session.scalars(select(Submission).where(Submission.candidacy_id == refused)).one()
        assert (said.code, said.statement) == (str(refused), "{}")
    with clock.frozen(datetime(2032, 1, 1, tzinfo=UTC)):
        purge_now(operator("tests", tenant.id))
    assert content_of(tenant, accepted) == ({}, "erased", "")


def test_what_was_submitted_is_blanked_never_rewritten(tenant: Tenant) -> None:
    file = a_file(tenant, a_call(tenant))
    for values in ({"content": '{"a":1}'}, {"content": '{"a":1}', "erased_at": LATER}, {"statement": "x"}):
        with pytest.raises(Exception, match=r"never rewritten|permission denied"):
            with transaction(system(tenant.id, "tests")) as tx:
                tx.session.execute(update(Submission).where(Submission.candidacy_id == file).values(**values))
    assert content_of(tenant, file)[1] == "kept"


def test_what_the_law_keeps_is_untouched(application: Any, make_tenant: Callable[..., Tenant]) -> None:
    """A whole region, a hundred years later, with the shortest periods: nothing of the accounts nor of the proofs."""
    tenant = make_tenant()
    two_sides(application, tenant)
    proving = (
        *("invoice", "invoice_line", "invoice_document", "journal_entry", "journal_line", "bank_line", "payment"),
        *("matching", "receivable", "quote", "purchase_order", "mission", "acceptance", "deliverable", "reserve"),
        *("time_movement", "time_entry", "decision", "submission", "award", "evidence", "campaign_version", "breach"),
    )
    tables = {table.name: table for table in tenant_tables()}

    def counted() -> dict[str, int]:
        with transaction(system(tenant.id, "tests")) as tx:
            return {name: tx.session.scalar(select(func.count()).select_from(tables[name])) or 0 for name in proving}

    before = counted()
    adopt(tenant)
    with clock.frozen(datetime(2125, 1, 1, tzinfo=UTC)):
        assert sum(due(tenant).values()) > 0
        purge_now(operator("tests", tenant.id))
        assert due(tenant) == {}
    assert counted() == before


def test_killed_in_the_middle_it_goes_on(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        for rank in range(7):
            notify(tx, NewNotice(f"n{rank}", "privacy/export_ready", uuid7(), "a@b.fr", context={"expires_at": LATER}))
    with transaction(system(tenant.id, "tests")) as tx:
        for one in tx.session.scalars(select(Notification)):
            one.state, one.next_attempt_at, one.sent_at, one.created_at = "sent", None, NOTIFIED, NOTIFIED
    adopt(tenant, notification=6)
    monkeypatch.setattr(purging, "BATCH", 2)
    with clock.frozen(LATER):
        assert open_due_purge(tenant.id)
        assert PURGING.wanted(tenant.id) == 1
        turns = iter([False, False, True])
        assert run_purge(tenant.id, lambda: next(turns)) == 4  # stopped after two batches
        assert errands.run_errand("purges", str(tenant.id), "0", lambda: False) == 3
        assert PURGING.wanted(tenant.id) == 0
        assert run_purge(tenant.id, lambda: False) == 0
    with transaction(system(tenant.id, "tests")) as tx:
        run = tx.session.scalars(select(PurgeRun)).one()
        assert (run.counts["notification"], run.finished_at is None) == (7, False)


def test_the_night_opens_one_purge_however_many_schedulers(tenant: Tenant) -> None:
    adopt(tenant)
    night = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)  # 2:30 in Paris
    with clock.frozen(night):
        assert not open_due_purge(tenant.id)
    with clock.frozen(night + timedelta(minutes=45)):
        assert open_due_purge(tenant.id)
        assert not open_due_purge(tenant.id)
        open_purges()
    with clock.frozen(night + timedelta(days=8, hours=1)):  # down for a week: one
        assert open_due_purge(tenant.id)
    with transaction(system(tenant.id, "tests")) as tx:
        assert len(tx.session.scalars(select(PurgeRun)).all()) == 2


def test_what_does_not_end_is_said_and_stops(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A purge that would turn for ever says which kind it is."""
    from kit.retention import Expiring
    from privacy.service import kinds

    a_file(tenant, a_call(tenant), state="draft")
    adopt(tenant)
    one = kinds.EXPIRING["candidacy_draft"][0]
    monkeypatch.setitem(kinds.EXPIRING, "candidacy_draft", [Expiring(one.kind, one.due, lambda tx, ids: None)])
    with clock.frozen(LATER):
        open_due_purge(tenant.id)
        with pytest.raises(RuntimeError, match="candidacy_draft"):
            run_purge(tenant.id, lambda: False)


def test_who_adopts(tenant: Tenant) -> None:
    boss = a_grades(tenant)
    with pytest.raises(Forbidden):
        adopt_periods(a_person(tenant, "ars_manager"), TYPED, 0)
    with pytest.raises(Invalid):
        adopt_periods(boss, TYPED | {"audit": "1"}, 0)
    assert adopt_periods(boss, TYPED, 0).revision == 1
    with pytest.raises(Stale):
        adopt_periods(boss, TYPED, 0)
    assert adopt_periods(boss, TYPED, 1).revision == 2
    with pytest.raises(Forbidden):
        purge_now(boss)


def test_a_portal_purges_its_own_rows(tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    other = make_tenant()
    for one in (tenant, other):
        a_file(one, a_call(one), state="draft")
    adopt(tenant)
    with clock.frozen(LATER):
        purge_now(operator("tests", tenant.id))
        assert (due(tenant), due(other)) == ({}, {"candidacy_draft": 1})


def test_a_right_that_is_still_open_keeps_its_contact(tenant: Tenant) -> None:
    """Given three years ago, never used, without a last day: it can be used tomorrow, and somebody is called."""
    market = a_market(tenant)
    right = an_entitlement(tenant, market, a_facility(tenant))
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(update(Entitlement).values(created_at=LATER - timedelta(days=1100), expires_on=None))
    with clock.frozen(LATER):
        assert "order_contact" not in due(tenant)
        with transaction(system(tenant.id, "tests")) as tx:
            tx.session.get_one(Entitlement, (tenant.id, right.id)).state = "closed"
        assert due(tenant)["order_contact"] == 1
