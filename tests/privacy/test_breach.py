"""The notebook of breaches: its clock, its reminders, everything it ever said."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from app.subscriptions import SUBSCRIPTIONS
from kit import clock
from kit.actor import system
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from kit.outbox import OutboxMessage
from kit.relay import deliver, fire_due, listener_name
from kit.transaction import transaction
from notifications.models import Notification
from privacy.models import Breach, BreachRevision
from privacy.rules.breach import Account
from privacy.service.breach import close_breach, edit_breach, notify_cnil, open_breach, view_breach
from privacy.web.words import clock_words
from tenants.models import Tenant
from tests.campaigns.files import a_person
from tests.privacy.people import a_grades
from tests.privacy.test_rules import WHOLE

SEEN = datetime(2026, 11, 20, 18, tzinfo=UTC)  # a Friday evening
FACTS = Account("Un courriel est parti à la mauvaise personne.")


def opened(tenant: Tenant, at: datetime = SEEN + timedelta(hours=1)) -> Breach:
    with clock.frozen(at):
        return open_breach(a_grades(tenant), "Courriel au mauvais destinataire", SEEN, FACTS)


def reminded(tenant: Tenant) -> list[str]:
    """The titles of the reminders, each message delivered twice."""
    with transaction(system(tenant.id, "tests")) as tx:
        news = select(OutboxMessage).where(OutboxMessage.topic == "breach.remind").order_by(OutboxMessage.emitted_at)
        told = tx.session.scalars(news).all()
    for message in [*told, *told]:
        for reaction in SUBSCRIPTIONS["breach.remind"]:
            deliver(SUBSCRIPTIONS, tenant.id, message.id, listener_name(reaction))
    with transaction(system(tenant.id, "tests")) as tx:
        of_it = select(Notification.title).where(Notification.template == "privacy/breach_due")
        return list(tx.session.scalars(of_it.order_by(Notification.id)))


def test_somebody_is_reminded_at_24_48_60_and_70_hours(tenant: Tenant) -> None:
    opened(tenant)
    for hours, fired in ((23, 0), (24, 1), (47, 0), (48, 1), (60, 1), (70, 1), (80, 0)):
        with clock.frozen(SEEN + timedelta(hours=hours, minutes=1)):
            assert fire_due(tenant.id) == fired, hours
    titles = reminded(tenant)
    assert len(titles) == 8  # two managers, four times, each once
    assert [title.split(": ")[-1] for title in titles[::2]] == [
        f"{left}\xa0heures pour notifier la CNIL" for left in (48, 24, 12, 2)
    ]


def test_a_breach_seen_long_ago_is_not_reminded_of_the_past(tenant: Tenant) -> None:
    opened(tenant, SEEN + timedelta(hours=65))
    with clock.frozen(SEEN + timedelta(hours=71)):
        assert fire_due(tenant.id) == 1


@pytest.mark.parametrize("how", ["notified", "decided not to", "closed"])
def test_nobody_is_reminded_once_it_is_settled(tenant: Tenant, how: str) -> None:
    breach = opened(tenant)
    boss = a_grades(tenant)
    with clock.frozen(SEEN + timedelta(hours=2)):
        if how == "notified":
            notify_cnil(boss, breach.id, clock.now(), {"reference": "CNIL-1"})
        else:
            edit_breach(boss, breach.id, breach.title, WHOLE, 1)
            if how == "closed":
                close_breach(boss, breach.id)
    with clock.frozen(SEEN + timedelta(hours=80)):
        assert fire_due(tenant.id) == 0


def test_late_is_said_with_its_reason(tenant: Tenant) -> None:
    breach, boss = opened(tenant), a_grades(tenant)
    with clock.frozen(SEEN + timedelta(hours=73)):
        page = view_breach(boss, breach.id)
        assert "dépassé" in clock_words(page.breach, page.now)
        with pytest.raises(Invalid) as fault:
            notify_cnil(boss, breach.id, clock.now(), {"reference": "CNIL-1"})
        assert "late_reason" in fault.value.fields
        typed = {"reference": "CNIL-1", "late_reason": "Constatée un vendredi."}
        done = notify_cnil(boss, breach.id, clock.now(), typed)
        assert clock_words(done, clock.now()) == "CNIL notifiée après le délai"
        with pytest.raises(Conflict):
            notify_cnil(boss, breach.id, clock.now(), {"reference": "CNIL-2"})


def test_the_database_wants_the_reason_too(tenant: Tenant) -> None:
    breach = opened(tenant)
    with pytest.raises(Exception, match="ck_breach_late"), transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(
            update(Breach)
            .where(Breach.id == breach.id)
            .values(notified_at=SEEN + timedelta(hours=73), state="notified")
        )


def test_nothing_is_removed_from_the_notebook(tenant: Tenant) -> None:
    breach, boss = opened(tenant), a_grades(tenant)
    edit_breach(boss, breach.id, "Titre corrigé", WHOLE, 1)
    with pytest.raises(Stale):
        edit_breach(boss, breach.id, "Deux à la fois", WHOLE, 1)
    close_breach(boss, breach.id)
    with pytest.raises(Conflict):
        edit_breach(boss, breach.id, "Après", WHOLE, 2)
    page = view_breach(boss, breach.id)
    assert [(one.revision, one.content["title"]) for one, _ in page.revisions] == [
        (2, "Titre corrigé"),
        (1, "Courriel au mauvais destinataire"),
    ]
    for statement in (delete(Breach), delete(BreachRevision), update(BreachRevision).values(content={})):
        with pytest.raises(Exception, match="permission denied"), transaction(system(tenant.id, "tests")) as tx:
            tx.session.execute(statement)


def test_it_is_not_closed_before_everything_is_said(tenant: Tenant) -> None:
    breach, boss = opened(tenant), a_grades(tenant)
    with pytest.raises(Conflict, match="pas décidé"):
        close_breach(boss, breach.id)


def test_the_notebook_is_the_grades_alone(tenant: Tenant) -> None:
    breach = opened(tenant)
    for role in ("ars_manager", "ars_instructor"):
        with pytest.raises(NotFound):
            view_breach(a_person(tenant, role), breach.id)
    with pytest.raises(Forbidden):
        open_breach(a_person(tenant), "Un titre", SEEN, FACTS)


@pytest.mark.parametrize("seen", [None, datetime(2030, 1, 1, tzinfo=UTC), datetime(1990, 1, 1, tzinfo=UTC)])
def test_when_it_was_seen_is_wanted(tenant: Tenant, seen: datetime | None) -> None:
    with pytest.raises(Invalid) as fault:
        open_breach(a_grades(tenant), "Un titre", seen, FACTS)
    assert fault.value.fields.keys() == {"detected_at"}


def test_a_reference_that_cannot_be_kept_is_named(tenant: Tenant) -> None:
    boss, breach = a_grades(tenant), opened(tenant)
    with clock.frozen(SEEN + timedelta(hours=2)), pytest.raises(Invalid) as refused:
        notify_cnil(boss, breach.id, clock.now(), {"reference": "CNIL\0-1"})
    assert refused.value.fields.keys() == {"reference"}
