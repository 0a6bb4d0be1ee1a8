"""Somebody edits the database by hand: `crrc audit verify` names the line. Then anchors, and the end of a log."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app import anchoring
from app.cli import run
from kit import clock, signing
from kit.actor import Actor, operator, system
from kit.audit import AuditAnchor, AuditLine
from kit.db import uuid7
from kit.errors import Forbidden, Invalid
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.audit_proof import EXPIRING, Report, anchor_day, anchor_now, list_anchors, purge, verify
from tests.tenants.tampering import Hand, by_hand

MORNING = datetime.fromisoformat("2026-03-02T09:00:00+01:00")
FACTS = {"source": "draft", "target": "publié", "amount_cents": 120_000, "list": [1, 'é\n"\\\t\u2028😀', None, 1.50]}


def boss(tenant: Tenant) -> Actor:
    """Whoever runs the installation."""
    return operator("tests", tenant.id)


def write(tenant: Tenant, count: int = 1, at: datetime = MORNING) -> None:
    """Acts of somebody, with all that a line may hold."""
    person = Actor(
        "person", tenant.id, uuid7(), roles=frozenset({"grades_manager"}), ip="2001:db8::7", request_id="r 'é\n"
    )
    with clock.frozen(at), transaction(person) as tx:
        for _ in range(count):
            tx.audit("campaign.publish", uuid7(), **FACTS)


@pytest.fixture
def log(tenant: Tenant) -> Tenant:
    """Twelve lines over three days, with an anchor in between each; the last three have none yet."""
    for day in range(3):
        write(tenant, 3, MORNING + timedelta(days=day))
        if day < 2:
            with clock.frozen(MORNING + timedelta(days=day, hours=10)):
                assert anchor_now(boss(tenant)) is not None
    return tenant


def said(report: Report) -> list[tuple[str, int, int]]:
    """Kind, first line, last line of each fault."""
    return [(one.kind, one.number, one.through) for one in report.faults]


def test_a_log_that_nobody_touched_holds(log: Tenant) -> None:
    report = verify(boss(log))
    assert (report.holds, report.lines, report.first, report.last, report.anchors, report.anchored) == (
        True,
        11,
        1,
        11,
        2,
        7,
    )


def test_a_tenant_without_a_line_holds(tenant: Tenant) -> None:
    assert verify(boss(tenant)).holds
    assert anchor_now(boss(tenant)) is None


UPDATES = {
    "facts": "facts = jsonb_set(facts, '{amount_cents}', '1')",
    "who": "actor_id = gen_random_uuid()",
    "who-erased": "actor_id = null",
    "kind": "actor_kind = 'system'",
    "as-whom": "acting_as = ''",
    "when": "at = at - interval '1 second'",
    "when-endless": "at = 'infinity'",
    "action": "action = 'campaign.hold'",
    "subject": "subject_id = gen_random_uuid()",
    "address": "ip = '192.0.2.1'",
    "request": "request_id = null",
    "identifier": "id = gen_random_uuid()",
    "hash": "hash = repeat('0', 64)",
}


@pytest.mark.parametrize("change", UPDATES.values(), ids=UPDATES.keys())
def test_a_column_changed_names_the_line(log: Tenant, database: str, change: str) -> None:
    with by_hand(database, log) as hand:
        hand.do(f"update audit_line set {change} where tenant_id = %(tenant)s and number = 6")
    report = verify(boss(log))
    assert said(report) == [("altered", 6, 6)]
    assert report.faults[0].id


def _delete(hand: Hand) -> None:
    hand.do("delete from audit_line where tenant_id = %(tenant)s and number = 6")


def _insert(hand: Hand) -> None:
    hand.do("alter table audit_line drop constraint uq_audit_line_tenant_id_number")
    hand.insert(6, like=5)


def _swap(hand: Hand) -> None:
    for old, new in ((5, -5), (9, 5), (-5, 9)):
        hand.do(
            "update audit_line set number = %(new)s where tenant_id = %(tenant)s and number = %(old)s", old=old, new=new
        )


def _truncate_tail(hand: Hand) -> None:
    hand.do("delete from audit_line where tenant_id = %(tenant)s and number > 9")


def _truncate_all(hand: Hand) -> None:
    hand.do("delete from audit_line where tenant_id = %(tenant)s")


def _behead(hand: Hand) -> None:
    hand.do("delete from audit_line where tenant_id = %(tenant)s and number < 4")


def _move_head_back(hand: Hand) -> None:
    hand.do(
        "update audit_chain c set number = 9, hash = (select hash from audit_line l where l.tenant_id = c.tenant_id "
        "and l.number = 9) where tenant_id = %(tenant)s"
    )


def _lose_head(hand: Hand) -> None:
    hand.do("delete from audit_chain where tenant_id = %(tenant)s")


def _cut_tail_and_head(hand: Hand) -> None:
    """Consistently: only the anchor at line 7 remembers."""
    _hide_anchor_line(hand)
    hand.do("delete from audit_line where tenant_id = %(tenant)s and number > 5")
    hand.forge_from(6)


def _hide_anchor_line(hand: Hand) -> None:
    hand.do("update audit_line set action = 'session.end', facts = '{}' where tenant_id = %(tenant)s and number = 8")


def _forge_suffix(hand: Hand) -> None:
    hand.do("update audit_line set facts = '{}' where tenant_id = %(tenant)s and number = 6")
    hand.forge_from(6)


def _forge_all(hand: Hand) -> None:
    hand.do("update audit_line set facts = '{}' where tenant_id = %(tenant)s and number = 2")
    hand.forge_from(1)


def _remove_and_renumber(hand: Hand) -> None:
    """A line goes, the next ones take its place, every hash follows."""
    hand.do("delete from audit_line where tenant_id = %(tenant)s and number = 6")
    for number in range(7, 12):
        hand.do(
            "update audit_line set number = number - 1 where tenant_id = %(tenant)s and number = %(number)s",
            number=number,
        )
    hand.forge_from(6)


def _remove_an_anchor(hand: Hand) -> None:
    hand.do("delete from audit_anchor where tenant_id = %(tenant)s and number = 3")


def _change_an_anchor(hand: Hand) -> None:
    hand.do("update audit_anchor set hash = repeat('0', 64) where tenant_id = %(tenant)s and number = 3")


def _sign_an_anchor_oneself(hand: Hand) -> None:
    """After forging the whole: with a key of one's own, and the anchor's date."""
    from base64 import b64encode

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from kit.chain import Anchor

    _forge_all(hand)
    mine = Ed25519PrivateKey.generate()
    key = b64encode(mine.public_key().public_bytes_raw()).decode()
    for number, at in hand.do("select number, at from audit_anchor where tenant_id = %(tenant)s"):
        ((digest,),) = hand.do(
            "select hash from audit_line where tenant_id = %(tenant)s and number = %(number)s", number=number
        )
        anchor = Anchor(str(hand.tenant.id), number, digest, at, key)
        hand.do(
            "update audit_anchor set hash = %(digest)s, public_key = %(key)s, signature = %(signature)s "
            "where tenant_id = %(tenant)s and number = %(number)s",
            digest=digest,
            key=key,
            signature=b64encode(mine.sign(anchor.statement)).decode(),
            number=number,
        )


# What was done by hand, and the first fault: kind, from line, to line.
TAMPERED: dict[str, tuple[Callable[[Hand], None], tuple[str, int, int]]] = {
    "delete-a-line": (_delete, ("removed", 6, 6)),
    "insert-a-line": (_insert, ("inserted", 6, 6)),
    "swap-two": (_swap, ("altered", 5, 5)),
    "truncate-the-tail": (_truncate_tail, ("removed", 10, 11)),
    "truncate-all": (_truncate_all, ("removed", 1, 11)),
    "cut-the-beginning": (_behead, ("removed", 1, 3)),
    "move-the-head-back": (_move_head_back, ("head", 10, 11)),
    "lose-the-head": (_lose_head, ("head", 1, 11)),
    "cut-tail-and-head": (_cut_tail_and_head, ("removed", 6, 7)),
    "forge-a-suffix": (_forge_suffix, ("anchor", 4, 7)),
    "forge-everything": (_forge_all, ("anchor", 1, 3)),
    "remove-and-renumber": (_remove_and_renumber, ("anchor", 4, 7)),
    "remove-an-anchor": (_remove_an_anchor, ("anchor", 3, 3)),
    "change-an-anchor": (_change_an_anchor, ("anchor", 3, 3)),
    "sign-anchors-oneself": (_sign_an_anchor_oneself, ("anchor", 3, 3)),
}


@pytest.fixture
def _constraint_again(database: str, tenant: Tenant) -> Iterator[None]:
    """The test that slips in a second line of a number takes a constraint away: others want it."""
    yield
    with by_hand(database, tenant) as hand:
        hand.do("delete from audit_line where tenant_id = %(tenant)s")
        hand.do("alter table audit_line drop constraint if exists uq_audit_line_tenant_id_number")
        hand.do("alter table audit_line add constraint uq_audit_line_tenant_id_number unique (tenant_id, number)")


@pytest.mark.usefixtures("_constraint_again")
@pytest.mark.parametrize(("act", "first"), TAMPERED.values(), ids=TAMPERED.keys())
def test_the_database_edited_by_hand(
    log: Tenant,
    database: str,
    act: Callable[[Hand], None],
    first: tuple[str, int, int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Shows 4: the line is named, to a program and to a person; the exit code says that something is wrong."""
    with by_hand(database, log) as hand:
        act(hand)
    report = verify(boss(log))
    assert first in said(report)[:2], "of two lines with one number, the stranger may be read first"
    assert report.faults[0].number == first[1]
    assert run(["audit", "verify", log.slug, "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["tenant"], told["holds"], told["faults"][0]["number"]) == (log.slug, False, first[1])
    assert run(["audit", "verify", log.slug]) == 1
    text = capsys.readouterr().out
    assert text.startswith(f"✗ {log.slug}")
    assert f"ligne {first[1]}" in text


@pytest.mark.usefixtures("_constraint_again")
def test_a_second_line_of_a_number_is_told_by_its_identifier(log: Tenant, database: str) -> None:
    with by_hand(database, log) as hand:
        _insert(hand)
        ((forged,),) = hand.do(
            "select id from audit_line where tenant_id = %(tenant)s and number = 6 and action = 'invoice.issue'"
        )
    assert {one.id for one in verify(boss(log)).faults} == {str(forged)}


def test_a_forged_function_of_the_database_changes_nothing(log: Tenant, database: str) -> None:
    """The text that is checked is written by whoever checks: the database's own function may lie."""
    with by_hand(database, log) as hand:
        hand.do("update audit_line set facts = '{}' where tenant_id = %(tenant)s and number = 6")
        hand.do("alter function audit_text(audit_line) rename to audit_text_true")
        hand.do("create function audit_text(line audit_line) returns text language sql as $$ select 'x' $$")
    try:
        assert said(verify(boss(log))) == [("altered", 6, 6)]
    finally:
        with by_hand(database, log) as hand:
            hand.do("drop function audit_text(audit_line)")
            hand.do("alter function audit_text_true(audit_line) rename to audit_text")


def test_a_log_rewritten_with_its_anchors_gone_is_told_by_the_copies_kept_elsewhere(
    log: Tenant, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything in the database is consistent: who has every right there can make it so. Copies are not there."""
    assert run(["audit", "anchors", log.slug]) == 0
    kept = tmp_path / "ancres.jsonl"
    kept.write_text(capsys.readouterr().out)
    assert run(["audit", "verify", log.slug, "--anchors", str(kept)]) == 0
    with by_hand(database, log) as hand:
        hand.do("delete from audit_anchor where tenant_id = %(tenant)s")
        hand.do(
            "update audit_line set action = 'session.end', facts = '{}' where tenant_id = %(tenant)s and number = 2 "
            "or tenant_id = %(tenant)s and action = 'audit.anchor'"
        )
        hand.forge_from(1)
    assert verify(boss(log)).holds, "nothing left in the database shows it"
    capsys.readouterr()
    assert run(["audit", "verify", log.slug, "--anchors", str(kept)]) == 1
    assert "n’est pas dans la base" in capsys.readouterr().out
    kept.write_text("{}\n")
    assert run(["audit", "verify", log.slug, "--anchors", str(kept)]) == 1


def test_a_line_slipped_in_with_every_number_moved_stops_being_told_after_a_hundred(
    tenant: Tenant, database: str
) -> None:
    write(tenant, 300)
    with by_hand(database, tenant) as hand:
        hand.do("update audit_line set number = -number where tenant_id = %(tenant)s and number > 50")
        hand.do("update audit_line set number = 1 - number where tenant_id = %(tenant)s and number < 0")
        hand.insert(51, like=50)
    report = verify(boss(tenant))
    assert said(report)[0] == ("altered", 51, 51)
    assert len(report.faults) == 100


def test_verifying_while_others_write_finds_nothing_wrong(tenant: Tenant) -> None:
    over = threading.Event()

    def act() -> None:
        while not over.is_set():
            write(tenant, 3)

    writers = [threading.Thread(target=act) for _ in range(2)]
    for writer in writers:
        writer.start()
    reports = [verify(boss(tenant)) for _ in range(15)]
    over.set()
    for writer in writers:
        writer.join()
    assert [one.faults for one in reports if not one.holds] == []
    assert reports[-1].lines > reports[0].lines


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
            expiring.end(tx, [row[0] for row in over[:2]])
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
