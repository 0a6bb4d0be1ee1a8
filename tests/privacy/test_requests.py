"""Requests of people and their copies: delays, who sees what, made once, nobody else's."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from bookings.models import Order
from kit import clock
from kit.actor import Actor, operator, system
from kit.db import Base, uuid7
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.outbox import OutboxMessage
from kit.relay import deliver, fire_due, listener_name
from kit.storage import storage
from kit.transaction import transaction
from notifications.models import Notification
from privacy.models import PersonalExport
from privacy.service import collecting, exporting, kinds
from privacy.service import request as requests
from privacy.service.exporting import KEPT_FOR, LEASE, ask_export, make_next, open_export, run_exports
from privacy.service.request_list import list_all
from tenants.models import OrganisationClaim, Tenant, User
from tenants.service.consent import has_consent, my_consents, record_consent, set_consent
from tests.campaigns.files import a_call, a_file, a_person
from tests.privacy.people import a_grades, somebody
from tests.privacy.poison import NAME
from tests.services_catalog.market import a_facility
from tests.sides import two_sides

# Tables that name people, and why no copy reads them.
UNREAD = {"issuer": "identity of the GRADeS on its invoices"}


def letter(on: date, **typed: str) -> dict[str, str]:
    return {
        "kind": "access",
        "channel": "letter",
        "name": "Jeanne Courrier",
        "email": "",
        "identity": "Copie de sa lettre signée",
        "received_on-day": str(on.day),
        "received_on-month": str(on.month),
        "received_on-year": str(on.year),
    } | typed


def news(tenant: Tenant) -> int:
    """Deliver everything that was told, each twice; returns how many notices there are."""
    with transaction(system(tenant.id, "tests")) as tx:
        told = [(one.id, one.topic) for one in tx.session.scalars(select(OutboxMessage))]
    for _ in range(2):
        for message_id, topic in told:
            for reaction in SUBSCRIPTIONS.get(topic, ()):
                deliver(SUBSCRIPTIONS, tenant.id, message_id, listener_name(reaction))
    with transaction(system(tenant.id, "tests")) as tx:
        return len(tx.session.scalars(select(Notification.id)).all())


def copy_of(actor: Actor, export_id: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(open_export(actor, export_id, "json").content)
    return found


def test_every_table_of_people_is_read_by_a_copy(database: str) -> None:
    """A new table that points at a person, or holds an address, comes with a line in <package>/service/personal.py."""
    read: dict[str, set[str]] = {}
    for traces in collecting.PACKAGES.values():
        for trace in traces:
            read.setdefault(trace.table, set()).update((*trace.by, *trace.email, *trace.contact))
            columns = trace.model.__table__.columns.keys()
            assert trace.shown.keys() <= set(columns), trace.table
            assert trace.why, trace.table
    for table in Base.metadata.tables.values():
        points = {key.parent.name for key in table.foreign_keys if key.column.table.name == "user_account"}
        names = points | ({"email", "contact", "referent"} & set(table.columns.keys()))
        if table.name != "user_account" and table.name not in UNREAD:
            assert names <= read.get(table.name, set()), table.name


def test_a_request_runs_its_month(tenant: Tenant) -> None:
    person = a_person(tenant)
    with clock.frozen(datetime(2026, 1, 31, 9, tzinfo=UTC)):
        made = requests.ask(person, "rectification", "Mon téléphone a changé.")
        assert (made.number, made.received_on, made.due_on) == ("DP-2026-0001", date(2026, 1, 31), date(2026, 2, 28))
        with pytest.raises(Conflict):
            requests.ask(person, "rectification", "encore")
        assert requests.ask(person, "objection", "").number == "DP-2026-0002"
    boss = a_grades(tenant)
    with clock.frozen(datetime(2026, 2, 20, 9, tzinfo=UTC)):
        longer = requests.extend(boss, made.id, "Trois services doivent répondre.")
        assert longer.due_on == date(2026, 4, 30)
        with pytest.raises(Conflict):
            requests.extend(boss, made.id, "Encore trois services à interroger.")
    with clock.frozen(datetime(2026, 4, 1, 9, tzinfo=UTC)):
        assert requests.answer(boss, made.id, "C’est corrigé dans votre dossier.").state == "answered"
        with pytest.raises(Conflict):
            requests.answer(boss, made.id, "C’est corrigé dans votre dossier.")


def test_too_late_to_extend(tenant: Tenant) -> None:
    with clock.frozen(datetime(2026, 1, 2, 9, tzinfo=UTC)):
        made = requests.ask(a_person(tenant), "objection", "")
    with clock.frozen(datetime(2026, 2, 3, 9, tzinfo=UTC)), pytest.raises(Conflict):
        requests.extend(a_grades(tenant), made.id, "Trois services doivent répondre.")


def test_the_grades_is_reminded_until_it_answers(tenant: Tenant) -> None:
    boss = a_grades(tenant)
    with clock.frozen(datetime(2026, 3, 1, 9, tzinfo=UTC)):
        made = requests.ask(a_person(tenant), "objection", "")
    with clock.frozen(datetime(2026, 3, 26, 9, tzinfo=UTC)):
        assert fire_due(tenant.id) == 1  # a week before; two days before and the day itself are to come
    before = news(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        titles = tx.session.scalars(select(Notification.title)).all()
    assert sum("7\xa0jours pour répondre" in title for title in titles) == 2  # each manager, once
    requests.answer(boss, made.id, "Nous ne vous écrirons plus.")
    with clock.frozen(datetime(2026, 5, 1, tzinfo=UTC)):
        assert fire_due(tenant.id) == 0
    assert news(tenant) == before + 1


def test_an_erasure_is_not_answered_with_words(tenant: Tenant) -> None:
    made = requests.ask(a_person(tenant), "erasure", "")
    boss = a_grades(tenant)
    with pytest.raises(Conflict):
        requests.answer(boss, made.id, "C’est fait, promis.")
    assert requests.answer(boss, made.id, "Vous avez une mission en cours.", refused=True).state == "refused"


def test_strangers_learn_nothing(tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    made = requests.ask(a_person(tenant), "access", "")
    other, elsewhere = a_person(tenant), a_person(make_tenant(), "grades_manager")
    for stranger in (other, elsewhere):
        for act in (requests.view_request, requests.withdraw):
            with pytest.raises(NotFound):
                act(stranger, made.id)
    with pytest.raises(Forbidden):
        list_all(other)
    with pytest.raises(NotFound):
        requests.answer(elsewhere, made.id, "Une réponse d’ailleurs.")
    with pytest.raises(Forbidden):
        requests.record(a_person(tenant, "ars_manager"), letter(date(2026, 1, 1)))


def test_a_letter_runs_since_it_was_received(tenant: Tenant) -> None:
    with clock.frozen(datetime(2026, 11, 22, 9, tzinfo=UTC)):
        boss = a_grades(tenant)
        made = requests.record(boss, letter(date(2026, 11, 2)))
        assert (made.due_on, made.user_id) == (date(2026, 12, 2), None)
        with pytest.raises(Invalid):
            requests.record(boss, letter(date(2026, 11, 23)))


def test_a_letter_finds_an_account_only_if_something_is_held_here(
    tenant: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    """An account of another portal is not this GRADeS's business."""
    there = a_person(make_tenant(), "ars_manager")
    here = somebody(tenant, a_facility(tenant).organisation.id, email="ici@ajoncs.invalid")
    boss, today = a_grades(tenant), clock.now().date()
    assert requests.record(boss, letter(today, email=there.email)).user_id is None
    assert requests.record(boss, letter(today, email=here.email.upper())).user_id == here.user_id


def test_a_copy_is_made_once_by_a_worker_and_is_ones_own(tenant: Tenant) -> None:
    person = somebody(tenant, a_facility(tenant).organisation.id, email="copie@ajoncs.invalid")
    asked = ask_export(person)
    assert ask_export(person).id == asked.id
    assert run_exports(tenant.id, lambda: False) == 1
    assert run_exports(tenant.id, lambda: False) == 0
    found = copy_of(person, asked.id)
    titles = {section["title"] for section in found["sections"]}
    assert {"Compte", "Places dans des organismes", "Copies de données demandées"} <= titles
    assert found["person"] == {"email": person.email, "names": [NAME]}
    with storage().open(_row(tenant, asked.id).stored_pdf or "") as file:
        text = " ".join(page.extract_text() for page in PdfReader(file).pages)
    assert NAME in text
    with transaction(system(tenant.id, "tests")) as tx:
        told = tx.session.scalars(select(Notification).where(Notification.template == "privacy/export_ready")).all()
        assert [one.email for one in told] == [person.email]
    for stranger in (a_person(tenant), a_grades(tenant)):
        with pytest.raises(NotFound):
            open_export(stranger, asked.id, "json")


def test_a_copy_holds_what_others_may_not_read(tenant: Tenant) -> None:
    """Only what names the person: nothing of their colleagues."""
    facility = a_facility(tenant)
    person = somebody(tenant, facility.organisation.id, email="moi@ajoncs.invalid")
    asked = ask_export(person)
    run_exports(tenant.id, lambda: False)
    text = open_export(person, asked.id, "json").content.decode()
    assert facility.owner.email not in text
    assert str(facility.owner.user_id) not in text


def test_a_copy_goes_after_a_week(tenant: Tenant) -> None:
    person = a_person(tenant)
    asked = ask_export(person)
    run_exports(tenant.id, lambda: False)
    stored = _row(tenant, asked.id)
    with clock.frozen(clock.now() + KEPT_FOR):
        with pytest.raises(Conflict):
            open_export(person, asked.id, "json")
        assert run_exports(tenant.id, lambda: False) == 1
        assert ask_export(person).id != asked.id
    for name in (stored.stored_json, stored.stored_pdf):
        with pytest.raises(NotFound), storage().open(name or ""):
            pass


def test_a_copy_whose_worker_dies_is_made_by_another(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_person(tenant)
    asked = ask_export(person)
    with monkeypatch.context() as patch:
        patch.setattr(exporting, "make_pdf", lambda *rest: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            make_next(tenant.id)
    assert (_row(tenant, asked.id).state, _row(tenant, asked.id).progress) == ("asked", 90)
    assert not make_next(tenant.id)  # its lease is not over
    with clock.frozen(clock.now() + LEASE + timedelta(seconds=1)):
        assert make_next(tenant.id)
    assert _row(tenant, asked.id).state == "ready"


def test_a_copy_that_always_fails_is_given_up(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask_export(a_person(tenant))
    monkeypatch.setattr(exporting, "collect_part", lambda *rest: 1 // 0)
    at = clock.now()
    for attempt in range(exporting.MOST_ATTEMPTS):
        with clock.frozen(at + attempt * (LEASE + timedelta(seconds=1))):
            assert make_next(tenant.id)
    assert (_row(tenant, asked.id).state, _row(tenant, asked.id).error) == ("failed", "ZeroDivisionError")


def test_a_copy_for_a_letter_says_nothing_of_the_account_elsewhere(tenant: Tenant) -> None:
    """A GRADeS must not learn where somebody signs in from, by writing a letter to itself."""
    file = a_file(tenant, a_call(tenant))
    with transaction(system(tenant.id, "tests")) as tx:
        member = tx.session.scalars(select(User).join_from(User, Base.metadata.tables["organisation_member"])).first()
    assert file
    assert member is not None
    boss = a_grades(tenant)
    made = requests.record(boss, letter(clock.now().date(), email=member.email))
    asked = ask_export(boss, made.id)
    run_exports(tenant.id, lambda: False)
    titles = {section["title"] for section in copy_of(boss, asked.id)["sections"]}
    assert "Places dans des organismes" in titles
    assert not titles & {trace.title for trace in collecting.ACCOUNT}


def test_consents_hold_for_the_words_that_were_read(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from tenants.rules import purposes

    person = a_person(tenant)
    assert person.user_id

    def holds() -> bool:
        with transaction(system(tenant.id, "tests")) as tx:
            return has_consent(tx, person.user_id, "news")  # type: ignore[arg-type]

    assert not holds()
    assert not set_consent(person, "news", False)  # never said: nothing to write
    assert set_consent(person, "news", True)
    assert not set_consent(person, "news", True)
    assert holds()
    newer = replace(purposes.BY_KEY["news"], version=2)
    with monkeypatch.context() as patch:
        patch.setitem(purposes.BY_KEY, "news", newer)
        assert not holds()
        with transaction(system(tenant.id, "tests")) as tx:
            assert record_consent(tx, person.user_id, "news", True)
        assert holds()
    assert set_consent(person, "news", False)
    choices, history = my_consents(person)
    assert [one.given for one in choices] == [False, False, False]
    assert [(one.version, one.given) for one in history] == [(1, False), (2, True), (1, True)]
    with pytest.raises(NotFound):
        set_consent(person, "spying", True)


def test_a_consent_is_never_rewritten(tenant: Tenant) -> None:
    set_consent(person := a_person(tenant), "news", True)
    with pytest.raises(Exception, match="permission denied"), transaction(system(tenant.id, "tests")) as tx:
        consents = Base.metadata.tables["consent"]
        tx.session.execute(consents.update().where(consents.c.user_id == person.user_id).values(given=False))


def test_two_requests_at_once_have_two_numbers(tenant: Tenant) -> None:
    from concurrent.futures import ThreadPoolExecutor

    people = [a_person(tenant) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda one: requests.ask(one, "access", "").number, people))
    assert len(set(made)) == 4


def test_somebody_who_only_visits_is_asked_to_sign_in(tenant: Tenant) -> None:
    from kit.actor import anonymous
    from kit.errors import Unauthenticated

    for act in (lambda who: requests.ask(who, "access", ""), ask_export, my_consents):
        with pytest.raises(Unauthenticated):
            act(anonymous(tenant.id))
    with pytest.raises(Unauthenticated):
        ask_export(operator("tests", tenant.id))


def _row(tenant: Tenant, export_id: Any) -> PersonalExport:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(PersonalExport, (tenant.id, export_id))


def test_a_copy_holds_nothing_that_others_wrote_of_themselves(tenant: Tenant) -> None:
    """Whoever answered somebody's request reads that they did, never again what was asked or shown (RGPD 15.4)."""
    boss, person = a_grades(tenant), somebody(tenant, email="anne@ajoncs.invalid")
    asked = requests.ask(person, "access", "Ma santé ne regarde que moi.")
    requests.answer(boss, asked.id, "Voici tout ce que nous gardons.")
    facility = a_facility(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        words = {"function": "Aide-soignante", "evidence": "Ma carte est la 35 000.", "role": "editor"}
        where = {"finess_ej": facility.organisation.finess_ej, "name": facility.organisation.name}
        when = {"state": "accepted", "asked_at": tx.now, "decided_at": tx.now, "decision": "Bienvenue, Anne."}
        who = {"user_id": person.user_id, "decided_by": boss.user_id}
        tx.add(OrganisationClaim(id=uuid7(), **words, **where, **when, **who))
    copy = ask_export(boss)
    run_exports(tenant.id, lambda: False)
    text = open_export(boss, copy.id, "json").content.decode()
    assert "Demandes de droits auxquelles vous avez répondu" in text
    assert "Demandes d’accès auxquelles vous avez répondu" in text
    for theirs in ("Ma santé", "Voici tout", "Aide-soignante", "35 000", "Bienvenue"):
        assert theirs not in text
    mine = ask_export(person)
    run_exports(tenant.id, lambda: False)
    text = open_export(person, mine.id, "json").content.decode()
    for own in ("Ma santé", "Voici tout", "Aide-soignante", "35 000", "Bienvenue"):
        assert own in text


def test_a_request_that_goes_takes_the_files_of_its_copies(tenant: Tenant) -> None:
    """A copy may be made of an old request the day before its period is over: nothing finds its files afterwards."""
    boss, person = a_grades(tenant), somebody(tenant, email="jadis@ajoncs.invalid")
    asked = requests.ask(person, "access", "")
    requests.answer(boss, asked.id, "Voici tout ce que nous gardons.")
    ask_export(boss, asked.id)
    run_exports(tenant.id, lambda: False)
    assert len(storage().names(tenant.id)) == 2
    with transaction(system(tenant.id, "tests")) as tx:
        (own,) = kinds.OUR_OWN
        own.end(tx, [asked.id])
    assert storage().names(tenant.id) == []


def test_a_copy_holds_no_other_contact_of_an_order(application: Flask, tenant: Tenant) -> None:
    """Whoever placed an order reads that they did, not the telephone of the colleague they named in it."""
    sides = two_sides(application, tenant)
    person = somebody(tenant, UUID(sides.facility["organisation_id"]), email="commande@ajoncs.invalid")
    contact = {"name": "Odile Autre", "function": "RSSI", "email": "odile@ajoncs.invalid", "phone": "0299000000"}
    with transaction(system(tenant.id, "tests")) as tx:
        order = tx.session.scalars(select(Order)).first()
        assert order is not None
        order.requested_by, order.contact = person.user_id, contact
    asked = ask_export(person)
    run_exports(tenant.id, lambda: False)
    text = open_export(person, asked.id, "json").content.decode()
    assert order.number in text
    assert "Odile" not in text
    assert "0299000000" not in text
