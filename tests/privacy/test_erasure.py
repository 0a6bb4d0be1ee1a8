"""Erasing somebody: no name is left in any column but where the law wants it, and nothing that proves is lost."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.subscriptions import SUBSCRIPTIONS
from billing.models import Invoice
from kit import clock
from kit.actor import operator, system
from kit.audit import AuditLine
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.relay import fire_due
from kit.storage import storage
from kit.transaction import transaction
from notifications.models import Notification
from privacy.models import Breach, PrivacyRequest
from privacy.queries.mentions import tenant_tables, written_columns
from privacy.rules.breach import Account
from privacy.rules.kept import KEPT, why_kept
from privacy.service import request as requests
from privacy.service.breach import open_breach
from privacy.service.erasing import FIRST_LOOK, erase_next, forget_request, run_erasures
from privacy.service.erasure import decide, plan_erasure
from tenants.models import Membership, OrganisationClaim, OrganisationMember, Session, Tenant, User
from tenants.service.forgetting import forget_account
from tenants.service.organisation import list_my_organisations
from tests.browser import Browser
from tests.campaigns.files import a_person
from tests.privacy.people import a_grades, erase, hold_place, request_of, somebody
from tests.privacy.poison import EMAIL, NAME, SAID, named, poison
from tests.services_catalog.market import a_facility
from tests.sides import two_sides


def forget(tenant: Tenant, request_id: UUID) -> None:
    """What the deadline does, once the certificate has left."""
    from kit.outbox import OutboxMessage

    with transaction(system(tenant.id, "tests")) as tx:
        forget_request(tx, OutboxMessage(subject_id=request_id, topic="privacy_request.forget", key=""))


def mail_leaves(tenant: Tenant) -> None:
    """The mail server takes every mail."""
    with transaction(system(tenant.id, "tests")) as tx:
        for one in tx.session.scalars(select(Notification).where(Notification.state.in_(("pending", "held")))):
            one.state, one.next_attempt_at, one.sent_at = "sent", None, tx.now


def test_the_name_is_left_nowhere_but_where_the_law_wants_it(
    application: Flask, database: str, make_tenant: Callable[..., Tenant]
) -> None:
    """Written in every column that takes it, of every table of a region where everything happened once."""
    with psycopg.connect(database.replace("+psycopg", "")) as hand:  # others of that name, whom other tests left
        hand.execute("update user_account set name = '' where name = %s", [NAME])
    tenant = make_tenant()
    sides = two_sides(application, tenant)
    person = somebody(tenant, UUID(sides.facility["organisation_id"]))
    poisoned = poison(database, tenant.id)
    assert len(poisoned) > 150
    asked = requests.ask(person, "erasure", SAID)
    decide(a_grades(tenant), asked.id, {}, [])
    run_erasures(tenant.id, lambda: False)
    mail_leaves(tenant)
    forget(tenant, asked.id)
    left = named(database, tenant.id)
    assert {one for one in left if why_kept(*one.split(".")) is None} == set()
    # The audit log and the request have no word of them, whatever was written there behind the application's back.
    assert "audit_line.facts" not in left - poisoned
    assert not left & {"privacy_request.name", "privacy_request.email", "user_account.name", "user_account.email"}
    assert left - poisoned == set()


def test_what_may_be_changed_is_looked_through_and_the_rest_has_its_law(database: str) -> None:
    """A table that is added is looked through, unless the application may not change it: then a law must say why."""
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "select table_name, column_name from information_schema.column_privileges "
            "where table_schema = 'public' and grantee = 'crrc_app' and privilege_type = 'UPDATE'"
        ).fetchall()
    changeable = set(rows)
    for table in tenant_tables():
        for column in written_columns(table):
            if (table.name, column.name) not in changeable:
                assert why_kept(table.name, column.name), f"{table.name}.{column.name}"
    columns = {f"{table.name}.{column.name}" for table in tenant_tables() for column in table.columns}
    tables = {table.name for table in tenant_tables()}
    assert {key for key in KEPT if key not in columns | tables} == set()


def test_nothing_that_proves_is_lost(application: Flask, make_tenant: Callable[..., Tenant]) -> None:
    tenant = make_tenant()
    sides = two_sides(application, tenant)
    person = somebody(tenant, UUID(sides.facility["organisation_id"]), email="preuve@ajoncs.invalid")

    def counted() -> dict[str, int]:
        with transaction(system(tenant.id, "tests")) as tx:
            return {
                name: tx.session.scalar(select(func.count()).select_from(tables[name])) or 0 for name in sorted(proving)
            }

    tables = {table.name: table for table in tenant_tables()}
    proving = {
        *("invoice", "invoice_line", "journal_line", "bank_line", "decision", "submission", "award", "purchase_order"),
        *("mission", "acceptance", "time_entry", "quote", "evidence", "candidacy", "campaign_version", "organisation"),
    }
    with transaction(system(tenant.id, "tests")) as tx:
        contents = {row.id: row.content for row in tx.session.scalars(select(Invoice))}
    before = counted()
    erase(tenant, person)
    assert counted() == before
    with transaction(system(tenant.id, "tests")) as tx:
        assert {row.id: row.content for row in tx.session.scalars(select(Invoice))} == contents
        audited = tx.session.scalars(select(AuditLine).where(AuditLine.actor_id == person.user_id)).all()
    assert audited
    assert all(line.actor_name == "" for line in audited)


@pytest.mark.usefixtures("no_limits")
def test_who_comes_back_finds_nothing_of_it(application: Flask, tenant: Tenant) -> None:
    facility = a_facility(tenant)
    person = somebody(tenant, facility.organisation.id, email="retour@ajoncs.invalid")
    browser = Browser(application, tenant).sign_in(person.email)
    assert browser.get("/account/privacy").status_code == 200
    done = erase(tenant, person)
    assert (done.state, done.outcome["account"]) == ("answered", True)
    assert browser.get("/account/privacy").status_code == 303  # the session is over
    again = Browser(application, tenant).sign_in(person.email)
    assert NAME not in again.get("/account").text
    assert facility.organisation.name not in again.get("/account").text
    with transaction(operator("tests")) as tx:
        users = tx.session.scalars(select(User).where(User.email_norm == person.email)).all()
        old = tx.session.get_one(User, person.user_id)
        assert [user.id for user in users] != [person.user_id]
        assert (old.name, old.email, old.erased_at is None) == (
            "Personne effacée",
            f"effacee-{person.user_id}@invalid",
            False,
        )
        assert tx.session.scalar(select(func.count()).where(Session.user_id == person.user_id)) == 0


def test_an_organisation_never_stays_without_an_owner(tenant: Tenant) -> None:
    """Its colleagues are there: one of them is chosen, and owns it in the same transaction."""
    facility = a_facility(tenant)
    owner = facility.owner
    colleague = somebody(tenant, facility.organisation.id, email="collegue@ajoncs.invalid")
    asked = requests.ask(owner, "erasure", "")
    boss = a_grades(tenant)
    field = f"heir-{facility.organisation.id}"
    with pytest.raises(Invalid) as fault:
        decide(boss, asked.id, {}, [])
    assert field in fault.value.fields
    with pytest.raises(Invalid):
        decide(boss, asked.id, {facility.organisation.id: None}, [])  # not while somebody is left
    with pytest.raises(Conflict):
        decide(boss, asked.id, {facility.organisation.id: boss.user_id}, [])  # nobody of it
    assert request_of(tenant, asked.id).state == "received"
    decide(boss, asked.id, {facility.organisation.id: colleague.user_id}, [])
    with transaction(system(tenant.id, "tests")) as tx:
        places = tx.session.scalars(
            select(OrganisationMember).where(OrganisationMember.organisation_id == facility.organisation.id)
        ).all()
        assert [(place.user_id, place.role) for place in places] == [(colleague.user_id, "owner")]


def test_an_account_with_nobody_else_is_left_empty_knowingly(tenant: Tenant) -> None:
    facility = a_facility(tenant)
    asked = requests.ask(facility.owner, "erasure", "")
    with pytest.raises(Invalid):
        decide(a_grades(tenant), asked.id, {}, [])
    decide(a_grades(tenant), asked.id, {facility.organisation.id: None}, [])
    assert list_my_organisations(facility.owner) == []


def test_the_last_manager_and_oneself_are_not_erased(tenant: Tenant) -> None:
    boss = a_person(tenant, "grades_manager")
    asked = requests.ask(boss, "erasure", "")
    with pytest.raises(Conflict):
        decide(boss, asked.id, {}, [])
    other = a_person(tenant, "grades_manager")
    decide(other, asked.id, {}, [])
    theirs = requests.ask(other, "erasure", "")
    with pytest.raises(Conflict):
        decide(operator("tests", tenant.id), theirs.id, {}, [])


def test_an_account_that_serves_elsewhere_stays_there_and_opens_nothing_here(
    tenant: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    here, elsewhere = a_facility(tenant), make_tenant()
    person = somebody(tenant, here.organisation.id, email="deux@ajoncs.invalid")
    hold_place(elsewhere, person.user_id, "ars_instructor")  # type: ignore[arg-type]
    done = erase(tenant, person)
    assert done.outcome["account"] is False
    with transaction(operator("tests")) as tx:
        assert tx.session.get_one(User, person.user_id).email == person.email
    with transaction(system(elsewhere.id, "tests")) as tx:
        assert (
            tx.session.scalar(select(Membership.role).where(Membership.user_id == person.user_id)) == "ars_instructor"
        )
    assert list_my_organisations(person) == []
    assert forget_account(person.user_id) is False  # type: ignore[arg-type]


def test_killed_anywhere_it_ends_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the account and before the portal: the second worker finds who it was in the request."""
    person = somebody(tenant, a_facility(tenant).organisation.id, email="tue@ajoncs.invalid")
    asked = requests.ask(person, "erasure", "")
    decide(a_grades(tenant), asked.id, {}, [])
    with monkeypatch.context() as patch:
        patch.setattr("privacy.service.erasing._certify", lambda *rest: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            erase_next(tenant.id)
    assert request_of(tenant, asked.id).state == "erasing"
    assert run_erasures(tenant.id, lambda: False) == 1
    assert run_erasures(tenant.id, lambda: False) == 0
    with transaction(system(tenant.id, "tests")) as tx:
        said = tx.session.scalars(select(Notification.email).where(Notification.template == "privacy/erased")).all()
    assert said == [person.email]


def test_the_certificate_leaves_before_the_address_goes(tenant: Tenant) -> None:
    person = somebody(tenant, a_facility(tenant).organisation.id, email="dernier@ajoncs.invalid")
    done = erase(tenant, person)
    forget(tenant, done.id)
    assert request_of(tenant, done.id).email == person.email  # the mail has not left: an hour more
    mail_leaves(tenant)
    with clock.frozen(clock.now() + 2 * FIRST_LOOK):
        assert fire_due(tenant.id) > 0
        assert "privacy_request.forget" in SUBSCRIPTIONS
        forget(tenant, done.id)
        forget(tenant, done.id)
    gone = request_of(tenant, done.id)
    assert (gone.name, gone.email, gone.details, gone.user_id) == ("", "", "", None)
    with transaction(system(tenant.id, "tests")) as tx:
        mails = select(func.count()).select_from(Notification).where(Notification.email == person.email)
        assert tx.session.scalar(mails) == 0


def test_a_homonym_keeps_their_name(tenant: Tenant) -> None:
    facility = a_facility(tenant)
    person = somebody(tenant, facility.organisation.id, email="une@ajoncs.invalid")
    somebody(tenant, facility.organisation.id, email="autre@ajoncs.invalid")
    asked = requests.ask(person, "erasure", "")
    assert plan_erasure(a_grades(tenant), asked.id).homonym
    with transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(PrivacyRequest, (tenant.id, asked.id))
        row.spellings = ["Solenn Prigent-Kerguélen"]
    boss = a_grades(tenant)
    with pytest.raises(Invalid):
        decide(boss, asked.id, {}, ["Solenn"])


def test_somebody_without_an_account_is_erased_too(tenant: Tenant) -> None:
    """A référent, a contact: the GRADeS writes their letter down."""
    boss = a_grades(tenant)
    today = clock.now().date()
    made = requests.record(
        boss,
        {
            "kind": "erasure",
            "channel": "letter",
            "name": NAME,
            "email": EMAIL,
            "identity": "Rappelée au standard",
            "received_on-day": str(today.day),
            "received_on-month": str(today.month),
            "received_on-year": str(today.year),
        },
    )
    assert made.user_id is None
    decide(boss, made.id, {}, [])
    run_erasures(tenant.id, lambda: False)
    assert request_of(tenant, made.id).outcome["account"] is None


def test_killed_after_the_account_it_still_knows_the_name_of_the_account(tenant: Tenant) -> None:
    """A letter is signed « S. Kerguélen »: once the account is forgotten, only the request knows how it was called."""
    person = somebody(tenant, a_facility(tenant).organisation.id, email="lettre@ajoncs.invalid")
    boss = a_grades(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        asked = PrivacyRequest(kind="erasure", channel="letter", user_id=person.user_id, name="S. Kerguélen")
        asked.email, asked.details, asked.identity = person.email, "", "Sa lettre"
        requests._receive(tx, asked, tx.now.date(), "Europe/Paris", "privacy_request.record")
    breach = open_breach(boss, f"Vu avec {NAME}", clock.now(), Account("Un courriel est parti ailleurs."))
    decide(boss, asked.id, {}, [])
    assert person.user_id is not None
    forget_account(person.user_id)
    run_erasures(tenant.id, lambda: False)
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get_one(Breach, (tenant.id, breach.id)).title == "Vu avec Personne effacée"


def test_a_proof_that_somebody_else_sent_too_stays(tenant: Tenant, tmp_path: Path) -> None:
    """The same paper of an organism, sent by two people, is kept once: one of them goes, the paper stays."""
    place = f"claims/{tenant.id}/ab/abcd"
    (tmp_path / "kbis").write_bytes(b"%PDF-1.7")
    storage().keep(place, tmp_path / "kbis")
    person, other = somebody(tenant, email="kbis.un@ajoncs.invalid"), somebody(tenant, email="kbis.deux@ajoncs.invalid")
    for one in (person, other):
        with transaction(system(tenant.id, "tests")) as tx:
            file = {"file_stored": place, "file_name": "kbis.pdf", "file_type": "application/pdf", "file_bytes": 8}
            words = {"function": "Cadre", "evidence": "Le Kbis.", "role": "editor", "decision": "", **file}
            entity = {"finess_ej": "350000022", "name": "Les Lilas", "state": "asked", "asked_at": tx.now}
            tx.add(OrganisationClaim(id=uuid7(), user_id=one.user_id, **entity, **words))
    for one, left in ((person, [place]), (other, [])):
        erase(tenant, one)
        assert storage().names(tenant.id) == left
