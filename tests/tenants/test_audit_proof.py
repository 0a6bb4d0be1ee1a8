"""Somebody edits the database by hand: `crrc audit verify` names the line."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli import run
from tenants.models import Tenant
from tenants.service.audit_proof import anchor_now, verify
from tests.tenants.audited import boss, said, three_days, write
from tests.tenants.tampering import Hand, by_hand


@pytest.fixture
def log(tenant: Tenant, database: str) -> Iterator[Tenant]:
    """Eleven lines over three days, anchored at 3 and 7. Nothing is left of it: on a log that was edited by hand the
    next act of anybody fails, the clock's too."""
    yield three_days(tenant)
    with by_hand(database, tenant) as hand:
        for table in ("audit_anchor", "audit_line", "audit_chain"):
            hand.do(f"delete from {table} where tenant_id = %(tenant)s")


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
