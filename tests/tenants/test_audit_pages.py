"""The audit log's pages: for whom, what they find, what they let out; and the file that anybody can check."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from kit import clock
from kit.actor import Actor, operator, system
from kit.db import uuid7
from kit.errors import Forbidden
from kit.transaction import transaction
from tenants.models import Tenant, User
from tenants.rules.audit import HEADINGS, Wanted, read_wanted
from tenants.service.audit import export_lines, list_lines
from tenants.service.audit_proof import anchor_now, purge
from tenants.service.role import grant_role
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person

NOON = datetime.fromisoformat("2026-11-21T12:00:00+01:00")
WINTER = datetime.fromisoformat("2026-01-21T12:00:00+01:00")
LONG = "Établissement public départemental d’accompagnement médico-social « Les Tilleuls & fils » de Saint-Brieuc"


def manager(application: Flask, tenant: Tenant, role: str = "grades_manager") -> Browser:
    """Somebody with a role, just signed in."""
    person = a_person(tenant)
    grant_role(operator("tests", tenant.id), person.email, role)
    return Browser(application, tenant).sign_in(person.email)


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Browser:
    return manager(application, tenant)


def act(
    tenant: Tenant, action: str = "campaign.publish", at: datetime = NOON, who: Actor | None = None, **facts: Any
) -> UUID:
    """Something was done; returns the thing's identifier."""
    thing = uuid7()
    with clock.frozen(at), transaction(who or system(tenant.id, "essais")) as tx:
        tx.audit(action, thing, **facts)
    return thing


def somebody(tenant: Tenant, name: str) -> Actor:
    """A person with an account, who acts."""
    with transaction(operator("tests")) as tx:
        user = tx.add(
            User(
                id=uuid7(), email=f"{uuid7()}@ehpad.fr", email_norm=f"{uuid7()}@ehpad.fr", name=name, created_at=tx.now
            )
        )
    return Actor("person", tenant.id, user.id, name=name, ip="192.0.2.9", request_id=f"req-{user.id}")


def rows(page: str) -> list[str]:
    """What each line of the table says."""
    found = re.findall(r"<tr role=\"row\">\s*<th scope=\"row\".*?</tr>", page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def listed(browser: Browser, **asked: Any) -> list[str]:
    answer = browser.get("/staff/audit", query_string=asked)
    assert answer.status_code == 200, text_of(answer)
    return rows(answer.get_data(as_text=True))


def test_it_says_who_did_what_and_when(grades: Browser, tenant: Tenant) -> None:
    marie = somebody(tenant, LONG)
    thing = act(tenant, "invoice.issue", who=marie, amount_cents=1200, note="é <b>")
    first = listed(grades)[0]
    for said in ("Facture émise", LONG, str(thing), str(marie.user_id), "192.0.2.9", "amount_cents 1200"):
        assert said.replace("&", "&amp;") in first, said
    assert "&lt;b&gt;" in first
    assert "21 novembre 2026" in first


def test_who_may_read_it(application: Flask, tenant: Tenant) -> None:
    assert manager(application, tenant, "ars_manager").get("/staff/audit").status_code == 200
    assert manager(application, tenant, "ars_instructor").get("/staff/audit").status_code == 403
    assert Browser(application, tenant).get("/staff/audit").status_code == 303
    for role in ("ars_instructor",):
        stranger = manager(application, tenant, role)
        for path in ("/staff/audit/verify", "/staff/audit/export"):
            assert stranger.post(path, {"form": "csv"}).status_code == 403
    reader = Actor("token", tenant.id, scopes=frozenset({"campaign"}), roles=frozenset({"grades_manager"}))
    with pytest.raises(Forbidden):
        list_lines(reader, Wanted())


def test_another_portals_lines_are_not_there(application: Flask, make_tenant: Callable[..., Tenant]) -> None:
    ours, theirs = make_tenant(), make_tenant()
    thing = act(theirs)
    browser = manager(application, ours)
    assert listed(browser, subject=str(thing)) == []
    assert str(thing) not in browser.get("/staff/audit").get_data(as_text=True)


def test_filters_find_and_only_that(grades: Browser, tenant: Tenant) -> None:
    marie, paul = somebody(tenant, "Marie Le Goff"), somebody(tenant, "Paul 100%_\\")
    first = act(tenant, "campaign.publish", NOON - timedelta(days=3), marie)
    act(tenant, "campaign.hold", NOON - timedelta(days=2), marie)
    act(tenant, "campaign.hold", NOON - timedelta(days=1), paul)
    act(tenant, "campaign.hold", NOON)
    days = {"since": "2026-11-18", "until": "2026-11-20"}
    for asked, count in (
        ({"who": "marie"}, 2),
        ({"who": str(marie.user_id)}, 2),
        ({"who": "100%_\\"}, 1),
        ({"who": "%"}, 1),
        ({"who": "essais"}, 1),
        ({"who": "personne d’autre"}, 0),
        ({"kind": "person", "action": "campaign.hold"}, 2),
        ({"kind": "system", "action": "campaign.hold"}, 1),
        ({"subject": str(first)}, 1),
        ({"request": f"req-{marie.user_id}"}, 2),
        (days, 3),
        (days | {"until": "19/11/2026"}, 2),
        (days | {"who": "marie", "action": "campaign.publish"}, 1),
    ):
        assert len(listed(grades, **asked)) == count, asked


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": "hier"}, "since"),
        ({"since": "0001-01-01"}, "since"),
        ({"since": "2026-02-30"}, "since"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until"),
        ({"subject": "pas-un-identifiant"}, "subject"),
        ({"kind": "roi"}, "kind"),
    ],
    ids=["word", "year-one", "no-such-day", "backwards", "no-identifier", "no-such-kind"],
)
def test_what_is_not_readable_is_said_at_its_field(grades: Browser, asked: dict[str, str], field: str) -> None:
    answer = grades.get("/staff/audit", query_string=asked)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("nasty", ["\x00", "'; drop table audit_line; --", "é" * 5000, "%00", "\u202e", "<script>"])
def test_nothing_typed_breaks_it(grades: Browser, nasty: str) -> None:
    for name in ("who", "kind", "action", "subject", "since", "until", "request", "after"):
        answer = grades.get("/staff/audit", query_string={name: nasty})
        assert answer.status_code in (200, 422), name
        assert "<script>" not in answer.get_data(as_text=True).replace("<script ", "")


def test_pages_hold_every_line_once(grades: Browser, tenant: Tenant) -> None:
    things = [str(act(tenant, "campaign.hold", NOON + timedelta(seconds=number))) for number in range(120)]
    seen: list[str] = []
    path: str | None = "/staff/audit?action=campaign.hold"
    while path:
        page = grades.get(path).get_data(as_text=True)
        seen += [
            re.search(r"subject=([0-9a-f-]{36})", one)[1] for one in re.findall(r"<dt>Objet</dt><dd>.*?</dd>", page)
        ]  # type: ignore[index]
        following = re.search(r'href="/[^/]+(/staff/audit[^"]*after=[^"]*)"[^>]*rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else None
        assert len(seen) <= 120
    assert seen == things[::-1]


def test_the_same_number_of_queries_for_one_line_and_for_three(
    grades: Browser, tenant: Tenant, statements: list[str]
) -> None:
    counts = []
    for lines in (1, 3):
        for number in range(lines):
            act(tenant, "campaign.hold", who=somebody(tenant, f"P{number}"))
        statements.clear()
        grades.get("/staff/audit")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_person_who_was_erased_is_nobody_and_the_chain_holds(grades: Browser, tenant: Tenant) -> None:
    marie = somebody(tenant, "Marie Le Goff")
    act(tenant, who=marie)
    with transaction(operator("tests")) as tx:
        tx.session.execute(
            update(User)
            .where(User.id == marie.user_id)
            .values(erased_at=NOON, name="Personne effacée", email=f"effacee-{marie.user_id}@invalid")
        )
    page = grades.get("/staff/audit").get_data(as_text=True)
    assert ("Personne effacée" in page, "Marie" in page) == (True, False)
    assert "Le journal est intact" in text_of(grades.post("/staff/audit/verify"))


def test_organisations_and_roles_are_said_in_words(grades: Browser, tenant: Tenant) -> None:
    from tests.services_catalog.market import a_facility

    facility = a_facility(tenant)
    with transaction(facility.owner) as tx:
        tx.audit("candidacy.start", facility.organisation.id)
    first = listed(grades, kind="person", action="candidacy.start")[0]
    name = facility.organisation.name.replace("&", "&amp;")
    assert first.count(name) == 2
    assert "Responsable du compte" in first


def exported(browser: Browser, form: str, **asked: str) -> bytes:
    answer = browser.post("/staff/audit/export", {"form": form, **asked})
    assert answer.status_code == 200, text_of(answer)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=journal-")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with answer:
        return answer.get_data()


def test_a_table_to_take_away(grades: Browser, tenant: Tenant) -> None:
    act(tenant, "invoice.issue", who=somebody(tenant, '=HYPERLINK("x")'), amount_cents=5)
    content = exported(grades, "csv", action="invoice.issue").decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    assert tuple(head) == HEADINGS
    said = dict(zip(head, line, strict=True))
    assert said["qui"] == '\'=HYPERLINK("x")'
    assert (said["action"], said["ce qui a été fait"], said["date et heure"]) == (
        "invoice.issue",
        "Facture émise",
        "2026-11-21T12:00:00.000+01:00",
    )
    assert json.loads(said["faits"]) == {"amount_cents": 5}


def check(lines: list[dict[str, Any]]) -> None:
    """What docs/audit.md tells anybody to do."""
    for before, line in zip([None, *lines], lines, strict=False):
        assert hashlib.sha256(f"{line['before']}\n{line['text']}".encode()).hexdigest() == line["hash"]
        if before is not None and line["number"] == before["number"] + 1:
            assert line["before"] == before["hash"]


def test_lines_to_take_away_are_checked_without_us(grades: Browser, tenant: Tenant) -> None:
    for number in range(5):
        act(tenant, who=somebody(tenant, "É"), list=[1, "é\u2028", 1.5, None], number=number)
    lines = [json.loads(one) for one in exported(grades, "jsonl").decode().splitlines()]
    assert [one["number"] for one in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["before"] == ""
    check(lines)
    said = json.loads(lines[-1]["text"])
    assert said[0] == lines[-1]["number"]


def test_the_first_line_after_a_purge_follows_its_anchor(tenant: Tenant) -> None:
    boss = operator("tests", tenant.id)
    for day in range(3):
        act(tenant, at=WINTER + timedelta(days=day))
    with clock.frozen(WINTER + timedelta(days=2, hours=1)):
        anchor_now(boss)
    act(tenant, at=WINTER + timedelta(days=3))
    with clock.frozen(WINTER + timedelta(days=300)):
        assert purge(boss, WINTER + timedelta(days=30)).lines == 3
    with export_lines(boss, Wanted(), "jsonl", str).content as content:
        lines = [json.loads(one) for one in content]
    assert lines[0]["number"] == 4
    assert len(lines[0]["before"]) == 64
    check(lines)


def test_an_export_is_told_in_the_log_with_its_hash(grades: Browser, tenant: Tenant) -> None:
    act(tenant)
    content = exported(grades, "csv", since="2026-11-01")
    first = listed(grades)[0]
    assert "Journal des actions exporté" in first
    assert hashlib.sha256(content).hexdigest() in first


@pytest.mark.parametrize(
    "asked", [{"form": "exe"}, {}, {"form": "csv", "since": "hier"}], ids=["exe", "none", "bad-day"]
)
def test_an_export_of_something_else_is_refused(grades: Browser, asked: dict[str, str]) -> None:
    assert grades.post("/staff/audit/export", asked).status_code == 422


def test_an_export_that_is_too_long_says_what_to_do(tenant: Tenant) -> None:
    act(tenant)
    act(tenant)
    from kit.errors import Conflict

    with pytest.raises(Conflict, match="dates plus proches"):
        export_lines(operator("tests", tenant.id), Wanted(), "csv", str, most=1)


def test_an_export_wants_a_fresh_proof(application: Flask, tenant: Tenant, grades: Browser) -> None:
    """Signed in an hour ago: the page that asks to confirm comes first, and no file."""
    act(tenant)
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        answer = grades.post("/staff/audit/export", {"form": "csv"})
    assert answer.headers.get("Content-Disposition") is None
    assert answer.status_code != 200 or "Confirmez" in text_of(answer)


def test_the_page_of_a_log_that_was_edited_names_the_line(grades: Browser, tenant: Tenant, database: str) -> None:
    from tests.tenants.tampering import by_hand

    act(tenant, "invoice.issue")
    with by_hand(database, tenant) as hand:
        hand.do("update audit_line set facts = '[]' where tenant_id = %(tenant)s and action = 'invoice.issue'")
    said = text_of(grades.post("/staff/audit/verify"))
    assert "modifié hors du portail" in said
    assert "Facture émise" in said


def test_an_empty_log_is_said(application: Flask, tenant: Tenant) -> None:
    found = list_lines(operator("tests", tenant.id), read_wanted({}))
    assert (found.entries, found.head, found.after) == ([], 0, None)


@pytest.fixture
def whoever() -> Callable[[bytes], "subprocess.CompletedProcess[bytes]"]:
    """The program of docs/audit.md, in a Python of its own."""
    text = (Path(__file__).resolve().parents[2] / "docs/audit.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(program.splitlines()) <= 20
    return lambda said: subprocess.run(
        [sys.executable, "-I", "-c", program], input=said, capture_output=True, check=False
    )


def test_the_program_of_the_documentation_checks_an_export(
    grades: Browser, tenant: Tenant, whoever: Callable[[bytes], "subprocess.CompletedProcess[bytes]"]
) -> None:
    for number in range(6):
        act(tenant, "campaign.hold", note=f"é\u2028{number}")
    lines = exported(grades, "jsonl").splitlines(keepends=True)
    good = whoever(b"".join(lines))
    head = json.loads(lines[-1])
    assert (good.returncode, good.stderr) == (0, b"")
    assert good.stdout.decode().strip() == f"up to line {head['number']}: {head['hash']}"
    changed = {**json.loads(lines[3]), "text": json.loads(lines[3])["text"].replace("hold", "publish")}
    assert (
        b"line 4: altered" in whoever(b"".join([*lines[:3], json.dumps(changed).encode() + b"\n", *lines[4:]])).stderr
    )
    assert b"lines 3 to 3: not in this file" in whoever(b"".join([*lines[:2], *lines[3:]])).stdout
    stranger = {**json.loads(lines[3]), "before": "0" * 64}
    stranger["hash"] = hashlib.sha256(f"{stranger['before']}\n{stranger['text']}".encode()).hexdigest()
    forged = whoever(b"".join([*lines[:3], json.dumps(stranger).encode() + b"\n", *lines[4:]]))
    assert b"line 4: does not follow line 3" in forged.stderr
    assert whoever(b"").stdout == b"no line\n"


def test_a_sign_in_says_who_came_in(application: Flask, tenant: Tenant, grades: Browser) -> None:
    """Nobody until then, the line is of a visitor; what it is about says who that was. Found by name, too."""
    anne = a_person(tenant, name="Anne Arrivante")
    Browser(application, tenant).sign_in(anne.email)
    for asked in ({"who": "arrivante"}, {"who": anne.email}, {"who": str(anne.user_id)}, {"action": "session.start"}):
        said = listed(grades, **asked)[0]
        assert said.startswith("Connexion Ligne"), said
        assert said.count("Anne Arrivante") == 1
    assert "Visiteur" not in " ".join(listed(grades, action="session.start"))
    act(tenant, "sign_in_link.refuse", who=Actor("anonymous", tenant.id))
    assert "Visiteur" in listed(grades, action="sign_in_link.refuse")[0], "what fails is nobody's"
    with transaction(operator("tests")) as tx:
        tx.session.execute(update(User).where(User.id == anne.user_id).values(erased_at=tx.now))
    assert "Personne effacée" in listed(grades, subject=str(anne.user_id))[0]
