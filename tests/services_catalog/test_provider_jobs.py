"""Who is told of a provider: once each, whatever is delivered again, and nothing that is not true any more."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from kit import clock
from kit.actor import Actor, system
from kit.outbox import OutboxMessage
from kit.relay import deliver, fire_due, listener_name
from kit.transaction import transaction
from notifications.models import Notification
from services_catalog.rules.papers import read_consultant
from services_catalog.service.paper import tag_of
from services_catalog.service.provider import create_provider, resume_provider, suspend_provider
from services_catalog.service.provider_file import view_provider
from services_catalog.service.qualification import (
    add_insurance,
    add_qualification,
    change_qualification,
    remove_insurance,
    remove_qualification,
)
from services_catalog.service.team import add_consultant
from tenants.models import Tenant
from tenants.service.colleague import add_member, remove_member
from tests.campaigns.files import a_person
from tests.services_catalog.market import Supplier, a_supplier
from tests.services_catalog.provider_forms import CONSULTANT, PROFILE, a_qualification, an_insurance

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
END = date(2027, 6, 30)


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody of the GRADeS, alone to manage the market."""
    return a_person(tenant, "grades_manager")


@pytest.fixture
def supplier(tenant: Tenant) -> Supplier:
    """A provider without any qualification."""
    return a_supplier(tenant, None)


def deliver_all(tenant: Tenant, *topics: str) -> int:
    """Deliver every message of these topics to every listener; returns how many did something."""
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(OutboxMessage).where(OutboxMessage.topic.in_(topics)).order_by(OutboxMessage.id)
        messages = list(tx.session.scalars(query))
    return sum(
        deliver(SUBSCRIPTIONS, tenant.id, one.id, listener_name(listener))
        for one in messages
        for listener in SUBSCRIPTIONS[one.topic]
    )


def told(tenant: Tenant, template: str = "") -> list[Notification]:
    with transaction(system(tenant.id, "tests")) as tx:
        found = tx.session.scalars(select(Notification).order_by(Notification.id)).all()
    return [one for one in found if one.template.startswith(f"services_catalog/{template}")]


def later(tenant: Tenant, at: datetime) -> list[str]:
    """What is told when every deadline until then has fired, twice."""
    before = len(told(tenant))
    with clock.frozen(at):
        fire_due(tenant.id)
        for _ in range(2):
            deliver_all(tenant, "qualification.ends_soon", "insurance.ends_soon")
    return [one.title for one in told(tenant)[before:]]


def plain(text: Any) -> str:
    return str(text).replace("\u00a0", " ")


def test_the_first_person_is_invited_once(tenant: Tenant, grades: Actor) -> None:
    made = create_provider(grades, PROFILE, "katell@breizh.invalid", "Directrice")
    assert (deliver_all(tenant, "provider.create"), deliver_all(tenant, "provider.create")) == (1, 0)
    (mail,) = told(tenant)
    assert (mail.email, mail.path) == ("katell@breizh.invalid", f"/providers/{made.id}")
    assert "FINESS" not in str(mail.text_body)


def test_a_suspension_and_its_end_are_told_to_the_owners(tenant: Tenant, grades: Actor, supplier: Supplier) -> None:
    suspend_provider(grades, supplier.provider.id)
    resume_provider(grades, supplier.provider.id)
    for _ in range(2):
        deliver_all(tenant, "provider.suspend", "provider.resume")
    assert [one.email for one in told(tenant)] == [supplier.owner.email] * 2
    assert "continuent jusqu’à leur terme" in str(told(tenant, "provider_suspended")[0].text_body)


def test_the_end_of_a_qualification_is_announced_three_times(tenant: Tenant, grades: Actor, supplier: Supplier) -> None:
    with clock.frozen(NOW):
        add_qualification(grades, supplier.provider.id, a_qualification(END))
    assert later(tenant, datetime(2027, 3, 31, 12, tzinfo=UTC)) == []
    soon = later(tenant, datetime(2027, 4, 1, 12, tzinfo=UTC))
    assert [plain(title) for title in soon] == [
        f"{supplier.provider.name} : la qualification PASSI prend fin le 30 juin 2027"
    ] * 2
    assert {one.email for one in told(tenant)} == {supplier.owner.email, grades.email}
    assert "dans 90 jours" in plain(told(tenant)[0].text_body)
    assert len(later(tenant, datetime(2027, 5, 31, 12, tzinfo=UTC))) == 2
    assert later(tenant, datetime(2027, 6, 30, 21, tzinfo=UTC)) == []
    over = later(tenant, datetime(2027, 7, 1, 12, tzinfo=UTC))
    assert [plain(title) for title in over] == [f"{supplier.provider.name} : la qualification PASSI a pris fin"] * 2


def test_after_a_season_without_workers_one_mail_says_what_is_true(
    tenant: Tenant, grades: Actor, supplier: Supplier
) -> None:
    with clock.frozen(NOW):
        add_qualification(grades, supplier.provider.id, a_qualification(END))
    assert len(later(tenant, datetime(2027, 6, 20, 12, tzinfo=UTC))) == 2  # to each of two people, of three deadlines
    assert all("dans 10 jours" in plain(one.text_body) for one in told(tenant))


def test_what_is_entered_late_is_announced_at_once(tenant: Tenant, grades: Actor, supplier: Supplier) -> None:
    with clock.frozen(NOW):
        add_qualification(grades, supplier.provider.id, a_qualification(date(2026, 12, 12)))
    titles = later(tenant, NOW + timedelta(minutes=1))
    assert len(titles) == 2
    assert "dans 20 jours" in plain(told(tenant)[-1].text_body)
    assert later(tenant, NOW + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("starts_on", "kind", "mails"),
    [(END + timedelta(1), "passi", 0), (END + timedelta(2), "passi", 2), (END + timedelta(1), "pris", 2)],
)
def test_a_renewal_silences_the_announcement(
    tenant: Tenant, grades: Actor, supplier: Supplier, starts_on: date, kind: str, mails: int
) -> None:
    with clock.frozen(NOW):
        add_qualification(grades, supplier.provider.id, a_qualification(END))
        add_qualification(grades, supplier.provider.id, a_qualification(date(2029, 6, 30), starts_on, kind))
    assert len(later(tenant, datetime(2027, 4, 1, 12, tzinfo=UTC))) == mails


@pytest.mark.parametrize("how", ["removed", "shortened", "of another kind", "untouched"])
def test_a_renewal_that_is_none_any_more_gives_the_announcement_back(
    tenant: Tenant, grades: Actor, supplier: Supplier, how: str
) -> None:
    """It was due while the renewal silenced it: without this, nobody would be told before the last month."""
    provider_id, until = supplier.provider.id, date(2029, 6, 30)
    with clock.frozen(NOW):
        add_qualification(grades, provider_id, a_qualification(END))
        renewal = add_qualification(grades, provider_id, a_qualification(until, END + timedelta(1)))
    assert later(tenant, datetime(2027, 4, 1, 12, tzinfo=UTC)) == []
    papers = {
        "shortened": a_qualification(until, END + timedelta(9)),
        "of another kind": a_qualification(until, END + timedelta(1), "pris"),
        "untouched": replace(a_qualification(until, END + timedelta(1)), scope="Audit de code"),
    }
    with clock.frozen(datetime(2027, 5, 1, 12, tzinfo=UTC)):
        if how == "removed":
            remove_qualification(grades, provider_id, renewal.id, tag_of(renewal))
        else:
            change_qualification(grades, provider_id, renewal.id, papers[how], tag_of(renewal))
    titles = later(tenant, datetime(2027, 5, 1, 13, tzinfo=UTC))
    assert len(titles) == (0 if how == "untouched" else 2)
    assert all("prend fin le 30 juin 2027" in plain(title) for title in titles)


def test_an_insurance_is_announced_once_no_other_follows_it(tenant: Tenant, grades: Actor, supplier: Supplier) -> None:
    """The supplier of these tests has another one, until the end of 2028."""
    with clock.frozen(NOW):
        add_insurance(grades, supplier.provider.id, an_insurance(END))
    assert later(tenant, datetime(2027, 6, 20, 12, tzinfo=UTC)) == []
    other = view_provider(grades, supplier.provider.id).insurances[0]
    with clock.frozen(datetime(2027, 6, 21, 12, tzinfo=UTC)):
        remove_insurance(grades, supplier.provider.id, other.id, tag_of(other))
    assert len(later(tenant, datetime(2027, 6, 21, 13, tzinfo=UTC))) == 2


def test_what_was_removed_is_not_announced(tenant: Tenant, grades: Actor, supplier: Supplier) -> None:
    with clock.frozen(NOW):
        made = add_qualification(grades, supplier.provider.id, a_qualification(END))
        with transaction(system(tenant.id, "tests")) as tx:
            tx.emit("qualification.ends_soon", made.id, key="90")
        remove_qualification(grades, supplier.provider.id, made.id, tag_of(made))
    assert later(tenant, datetime(2027, 4, 1, 12, tzinfo=UTC)) == []


def test_a_consultant_is_linked_when_they_join_and_unlinked_when_they_leave(tenant: Tenant, supplier: Supplier) -> None:
    provider_id = supplier.provider.id
    made = add_consultant(supplier.owner, provider_id, read_consultant(CONSULTANT))
    assert made.user_id is None

    def linked() -> Any:
        deliver_all(tenant, "organisation_member.add", "organisation_member.remove")
        found = view_provider(supplier.owner, provider_id).consultants
        return next(one.user_id for one in found if one.id == made.id)

    user = add_member(supplier.owner, provider_id, CONSULTANT["email"], "editor")
    assert linked() == user.id
    assert "FINESS" not in str(_last(tenant).text_body)
    remove_member(supplier.owner, provider_id, user.id)
    assert linked() is None


def _last(tenant: Tenant) -> Notification:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalars(select(Notification).order_by(Notification.id.desc())).first()  # type: ignore[return-value]
