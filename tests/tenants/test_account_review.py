"""Twice a year somebody looks at who has access: it opens by itself, each person is decided, and it is kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.subscriptions import SUBSCRIPTIONS
from kit import clock
from kit.actor import Actor, operator, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unconfirmed
from kit.outbox import Deadline, OutboxMessage
from kit.relay import deliver, fire_due, listener_name
from kit.transaction import transaction
from notifications.models import Notification
from tenants.jobs import arm_reviews_of
from tenants.models import AccountReview, Organisation, Tenant
from tenants.service.account_review import DUE, close_review, open_reviews
from tenants.service.colleague import add_member, list_colleagues
from tenants.service.organisation import join_organisation
from tenants.service.review_reading import open_review_of, page_of_reviews, view_review
from tenants.service.role import grant_role, list_people
from tenants.service.tenant import create_tenant
from tests.campaigns.files import a_person

Person = Callable[[str], Actor]
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody of the GRADeS."""
    return a_person(tenant, "grades_manager")


@pytest.fixture
def owned(person: Person) -> Organisation:
    """An account with its owner and a reader."""
    owner = person("directrice@lilas.fr")
    organisation = join_organisation(owner, "350000022", "LES LILAS", "Directrice")
    add_member(person("directrice@lilas.fr"), organisation.id, "comptable@lilas.fr", "reader", "Comptable")
    return organisation


def opened(tenant: Tenant, only: UUID | None = None) -> int:
    """Open the reviews now."""
    with transaction(system(tenant.id, "tests")) as tx:
        return open_reviews(tx, only)


def review_of(actor: Actor, organisation: Organisation) -> AccountReview:
    """The one that waits for its owners."""
    found = open_review_of(actor, organisation.id)
    assert found is not None
    return found


def due_at(tenant: Tenant) -> datetime | None:
    """When the next ones open."""
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalar(select(Deadline.due_at).where(Deadline.topic == DUE, Deadline.done_at.is_(None)))


def deliver_all(tenant: Tenant, *topics: str) -> int:
    """Deliver every message of these topics to every listener, returns how many did something."""
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(OutboxMessage).where(OutboxMessage.topic.in_(topics)).order_by(OutboxMessage.id)
        messages = list(tx.session.scalars(query))
    return sum(
        deliver(SUBSCRIPTIONS, tenant.id, one.id, listener_name(listener))
        for one in messages
        for listener in SUBSCRIPTIONS[one.topic]
    )


def notices(tenant: Tenant, template: str) -> list[str]:
    """To whom a mail was written, sorted."""
    with transaction(system(tenant.id, "tests")) as tx:
        return sorted(tx.session.scalars(select(Notification.email).where(Notification.template == template)))


def test_a_new_portal_is_reviewed_in_six_months() -> None:
    made = create_tenant(
        operator("tests"),
        f"revue-{datetime.now(UTC).timestamp():.0f}"[:20],
        "GRADeS d’essai",
        ars="ARS d’essai",
        region_code="53",
        zone="Europe/Paris",
        contact_email="a@b.fr",
    )
    assert due_at(made) is None
    deliver_all(made, "tenant.create")
    first = due_at(made)
    assert first is not None
    assert timedelta(days=180) < first - made.created_at < timedelta(days=185)
    assert arm_reviews_of(made.id) == 0
    assert due_at(made) == first


def test_a_portal_that_was_there_before_is_armed_once_and_follows_its_policy(tenant: Tenant) -> None:
    with clock.frozen(NOW):
        assert (arm_reviews_of(tenant.id), arm_reviews_of(tenant.id)) == (1, 0)
        assert due_at(tenant) == datetime(2027, 5, 22, 9, tzinfo=UTC)
        with transaction(system(tenant.id, "tests")) as tx:
            tx.session.execute(update(Tenant).where(Tenant.id == tenant.id).values(review_months=3))
        assert arm_reviews_of(tenant.id) == 1
        assert due_at(tenant) == datetime(2027, 2, 22, 9, tzinfo=UTC)


def test_when_the_day_comes_everybody_concerned_is_asked_once(
    tenant: Tenant, person: Person, grades: Actor, owned: Organisation
) -> None:
    grant_role(grades, "ars@ars.fr", "ars_manager")
    with clock.frozen(NOW):
        arm_reviews_of(tenant.id)
    with clock.frozen(NOW + timedelta(days=182)):
        assert fire_due(tenant.id) == 1
        assert deliver_all(tenant, DUE) == 1
        assert deliver_all(tenant, DUE) == 0
        assert due_at(tenant) is not None
        assert deliver_all(tenant, "account_review.open") == 2
        assert deliver_all(tenant, "account_review.open") == 0
    assert notices(tenant, "tenants/review_opened") == sorted(["directrice@lilas.fr", grades.email])
    assert page_of_reviews(grades, False).open == 2
    with clock.frozen(NOW + timedelta(days=213)):
        assert page_of_reviews(grades, False).late == 2
        assert [one.late for one in page_of_reviews(grades, False).items] == [True, True]
        assert fire_due(tenant.id) == 2
        deliver_all(tenant, "account_review.late")
        deliver_all(tenant, "account_review.late")
    assert notices(tenant, "tenants/review_late") == sorted(["directrice@lilas.fr", grades.email])


def test_one_that_is_still_open_is_not_opened_twice(tenant: Tenant, grades: Actor, owned: Organisation) -> None:
    assert (opened(tenant), opened(tenant), opened(tenant, owned.id)) == (2, 0, 0)


def test_an_owner_keeps_some_and_removes_others(tenant: Tenant, person: Person, owned: Organisation) -> None:
    opened(tenant)
    owner, colleague = person("directrice@lilas.fr"), person("comptable@lilas.fr")
    review = review_of(owner, owned)
    page = view_review(owner, review.id)
    assert [(one.email, one.roles, one.seen_at is not None) for one in page.people] == [
        ("directrice@lilas.fr", ["owner"], True),
        ("comptable@lilas.fr", ["reader"], True),
    ]
    assert owner.user_id
    assert colleague.user_id
    done = close_review(owner, review.id, {owner.user_id: "keep", colleague.user_id: "remove"})
    assert (done.kept, done.removed, done.closed_by) == (1, 1, owner.user_id)
    assert person("comptable@lilas.fr").organisations == {}
    assert open_review_of(owner, owned.id) is None
    with pytest.raises(Conflict, match="déjà terminée"):
        close_review(owner, review.id, {owner.user_id: "keep"})
    assert [one.review.id for one in page_of_reviews(owner, True).items] == [review.id]
    with transaction(system(tenant.id, "tests")) as tx:
        late = select(Deadline).where(Deadline.topic == "account_review.late", Deadline.subject_id == review.id)
        assert tx.session.scalars(late).first() is None


def test_nobody_is_forgotten_and_somebody_stays_in_charge(tenant: Tenant, person: Person, owned: Organisation) -> None:
    opened(tenant)
    owner, colleague = person("directrice@lilas.fr"), person("comptable@lilas.fr")
    review = review_of(owner, owned)
    assert owner.user_id
    assert colleague.user_id
    with pytest.raises(Invalid) as caught:
        close_review(owner, review.id, {owner.user_id: "keep"})
    assert set(caught.value.fields) == {f"person-{colleague.user_id}"}
    with pytest.raises(Invalid):
        close_review(owner, review.id, {owner.user_id: "remove", colleague.user_id: "keep"})
    boss = a_person(tenant, "grades_manager")
    with pytest.raises(Conflict, match="seule personne responsable"):
        close_review(boss, review.id, {owner.user_id: "remove", colleague.user_id: "keep"})
    _, people = list_colleagues(owner, owned.id)
    assert len(people) == 2
    add_member(owner, owned.id, "arrivee@lilas.fr", "reader")
    with pytest.raises(Invalid):
        close_review(owner, review.id, {owner.user_id: "keep", colleague.user_id: "keep"})


def test_the_grades_reviews_the_portals_own_people(tenant: Tenant, grades: Actor) -> None:
    leaver = grant_role(grades, "partie@ars.fr", "ars_manager")
    grant_role(grades, "partie@ars.fr", "ars_instructor")
    opened(tenant)
    (line,) = page_of_reviews(grades, False).items
    assert line.organisation is None
    assert grades.user_id
    assert [one.roles for one in view_review(grades, line.review.id).people] == [
        ["ars_instructor", "ars_manager"],
        ["grades_manager"],
    ]
    with pytest.raises(Conflict, match="seule personne qui gère"):
        close_review(operator("tests", tenant.id), line.review.id, {grades.user_id: "remove", leaver.id: "keep"})
    close_review(grades, line.review.id, {grades.user_id: "keep", leaver.id: "remove"})
    assert [one.email for one in list_people(grades)] == [grades.email]


def test_strangers_and_readers_do_not_look(
    tenant: Tenant, person: Person, owned: Organisation, make_tenant: Callable[..., Tenant]
) -> None:
    opened(tenant)
    owner = person("directrice@lilas.fr")
    review = review_of(owner, owned)
    elsewhere = a_person(make_tenant(), "grades_manager")
    others = (person("comptable@lilas.fr"), person("voisin@roses.fr"), a_person(tenant, "ars_manager"), elsewhere)
    for actor in others:
        with pytest.raises(NotFound):
            view_review(actor, review.id)
        with pytest.raises(NotFound):
            close_review(actor, review.id, {})
    with pytest.raises(Forbidden):
        page_of_reviews(person("comptable@lilas.fr"), False)
    with pytest.raises(Unconfirmed):
        close_review(replace(owner, stale=True), review.id, {})


def test_pages_of_reviews(tenant: Tenant, person: Person, grades: Actor) -> None:
    for number in range(3):
        join_organisation(person(f"d{number}@x.fr"), f"35000003{number}", f"X {number}", "Directrice")
    opened(tenant)
    seen, after = [], None
    while True:
        found = page_of_reviews(grades, False, after, 2)
        seen += [one.review.id for one in found.items]
        after = found.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 4
