"""Anchors: one a day, by one of many schedulers, with any of our keys. The end of a log's time, and its commands."""

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app import anchoring
from app.cli import run
from kit import clock, signing
from kit.actor import Actor, system
from kit.audit import AuditAnchor, AuditLine
from kit.db import uuid7
from kit.errors import Forbidden, Invalid
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.audit_proof import EXPIRING, anchor_day, anchor_now, list_anchors, purge, verify
from tests.tenants.audited import MORNING, boss, said, three_days, write
from tests.tenants.tampering import by_hand


@pytest.fixture
def log(tenant: Tenant) -> Tenant:
    """Eleven lines over three days, anchored at 3 and 7."""
    return three_days(tenant)


def test_an_anchor_a_day_on_the_portals_clocks(make_tenant: Callable[..., Tenant]) -> None:
    """At La Réunion the day begins four hours before it does in London."""
    tenant = make_tenant(zone="Indian/Reunion")
    write(tenant)
    made: list[int] = []
    for at in ("2026-03-02T19:00:00Z", "2026-03-02T19:59:59Z", "2026-03-02T20:00:01Z", "2026-03-03T20:00:01Z"):
        with clock.frozen(datetime.fromisoformat(at)):
            made += [anchoring.anchor(tenant.id)]
            write(tenant, at=datetime.fromisoformat(at))
    assert made == [1, 0, 1, 1]
    assert verify(boss(tenant)).holds


def test_nothing_written_is_not_anchored_again(log: Tenant) -> None:
    """Not even the line that tells of the last anchor."""
    days = [MORNING + timedelta(days=number) for number in range(10, 14)]
    made = []
    for day in days:
        with clock.frozen(day):
            made.append(anchor_day(log.id) is not None)
    assert made == [True, False, False, False]


def test_two_schedulers_anchor_once(log: Tenant) -> None:
    with clock.frozen(MORNING + timedelta(days=20)):
        made: list[AuditAnchor | None] = []
        threads = [threading.Thread(target=lambda: made.append(anchor_day(log.id))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len([one for one in made if one]) <= 1 or len({one.number for one in made if one}) == len(made)
    assert verify(boss(log)).holds


def test_a_change_of_key_keeps_the_old_anchors(log: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from kit.settings import settings

    monkeypatch.setattr(signing, "settings", lambda: replace(settings(), home=tmp_path))
    assert {one.kind for one in verify(boss(log)).faults} == {"anchor"}, "another installation's anchors"
    with clock.frozen(MORNING + timedelta(days=4)):
        write(log)
        assert anchor_now(boss(log))
        signing.rotate()
        write(log, 2)
        assert anchor_now(boss(log))
    report = verify(boss(log))
    assert {one.number for one in report.faults} == {3, 7}
    assert report.anchored > 7


def test_the_log_says_the_anchor_elsewhere_too(log: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    from app import logs

    logs.configure()
    with clock.frozen(MORNING + timedelta(days=30)):
        assert anchoring.anchor(log.id) == 1
    (line,) = [json.loads(one) for one in capsys.readouterr().err.splitlines() if "audit_anchor" in one]
    last = list_anchors(boss(log))[-1]
    assert (line["number"], line["hash"], line["signature"]) == (last.number, last.hash, last.signature)


def test_a_purge_goes_up_to_an_anchor_and_the_chain_goes_on(log: Tenant) -> None:
    later = MORNING + timedelta(days=300)
    with clock.frozen(later):
        rehearsed = purge(boss(log), MORNING + timedelta(days=1), dry_run=True)
        assert (rehearsed.lines, rehearsed.through) == (3, 3)
        assert verify(boss(log)).lines == 11
        assert purge(boss(log), MORNING + timedelta(days=1)) == rehearsed
        report = verify(boss(log))
        assert (report.holds, report.first, report.last) == (True, 4, 12)
        with transaction(boss(log)) as tx:
            told = tx.session.scalars(select(AuditLine).where(AuditLine.action == "audit.purge")).one()
        assert told.facts == {"number": 3, "lines": 3}
        assert purge(boss(log), MORNING + timedelta(days=1)).lines == 0
        assert purge(boss(log), MORNING + timedelta(days=90)).lines == 4
        assert verify(boss(log)).holds


def test_more_gone_than_a_purge_told_of(log: Tenant, database: str) -> None:
    with clock.frozen(MORNING + timedelta(days=300)):
        purge(boss(log), MORNING + timedelta(days=1))
        with by_hand(database, log) as hand:
            hand.do("delete from audit_line where tenant_id = %(tenant)s and number <= 7")
        assert said(verify(boss(log))) == [("removed", 4, 7)]


def test_six_months_are_kept_whatever_is_asked(log: Tenant, database: str) -> None:
    with clock.frozen(MORNING + timedelta(days=100)), pytest.raises(Invalid, match="six mois"):
        purge(boss(log), MORNING + timedelta(days=1))
    with clock.frozen(MORNING + timedelta(days=300)), pytest.raises(Invalid, match="six mois"):
        purge(boss(log), MORNING + timedelta(days=200))
    write(log, at=clock.now())
    with transaction(boss(log)) as tx, pytest.raises(Exception, match="kept six months"):
        tx.session.execute(AuditLine.__table__.delete())


def test_lines_that_no_anchor_covers_stay(tenant: Tenant) -> None:
    write(tenant, 5)
    with clock.frozen(MORNING + timedelta(days=300)):
        assert purge(boss(tenant), MORNING + timedelta(days=90)).lines == 0
    assert verify(boss(tenant)).lines == 5


def test_the_portals_period_ends_lines_day_after_day(log: Tenant) -> None:
    """What the nightly purge asks (privacy): which lines are over, and to end some of them."""
    (expiring,) = EXPIRING
    with clock.frozen(MORNING + timedelta(days=300)):
        with transaction(system(log.id, "purge")) as tx:
            over = tx.session.execute(expiring.due(MORNING + timedelta(days=30))).all()
            assert len(over) == 7
            oldest = sorted(over, key=lambda row: row.since)[:2]
            expiring.end(tx, [row.id for row in oldest])
        report = verify(boss(log))
        assert (report.holds, report.first) == (True, 4)
        with transaction(system(log.id, "purge")) as tx:
            assert len(tx.session.execute(expiring.due(MORNING + timedelta(days=30))).all()) == 4


def test_refusals_are_sentences(log: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify", "nulle-part"]) == 1
    assert "n’existe pas" in capsys.readouterr().err
    assert run(["audit", "purge", log.slug, "--before", "2999-01-01"]) == 1
    assert "six mois" in capsys.readouterr().err


def test_commands_say_what_they_did(log: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "verify", log.slug]) == 0
    said_ = capsys.readouterr().out
    assert said_.startswith(f"✓ {log.slug}")
    assert "4\xa0lignes depuis la dernière ancre" in said_
    assert run(["audit", "anchor", log.slug]) == 0
    assert "ligne 11" in capsys.readouterr().out
    assert run(["audit", "anchor", log.slug]) == 0
    assert "rien de nouveau" in capsys.readouterr().out
    assert run(["audit", "purge", log.slug, "--before", "2026-03-03", "--dry-run"]) == 0
    assert "3\xa0lignes du 2026-03-02 au 2026-03-02 seraient retirées" in capsys.readouterr().out
    assert run(["audit", "purge", log.slug, "--before", "2026-03-03"]) == 0
    assert "retirées, jusqu’à la ligne 3" in capsys.readouterr().out
    assert run(["audit", "verify", log.slug]) == 0


def test_only_managers_verify_and_nobody_signs_or_purges(log: Tenant) -> None:
    manager = Actor("person", log.id, uuid7(), roles=frozenset({"ars_manager"}))
    assert verify(manager).holds
    for act in (anchor_now, lambda who: purge(who, MORNING)):
        with pytest.raises(Forbidden):
            act(manager)
    with pytest.raises(Forbidden):
        verify(Actor("person", log.id, uuid7(), roles=frozenset({"ars_instructor"})))
