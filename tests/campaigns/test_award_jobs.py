"""Who is told what of an award, and when: reminded once, told once, never of what is over."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from campaigns.jobs import award as jobs
from campaigns.jobs.release import tell_applicants
from campaigns.rules.award import appointments, current_reminder
from campaigns.service.award import confirm_award, decline_award, lapse_award, view_award
from kit import clock
from kit.actor import system
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.campaigns.awards import CONTACT, GIFT, LATER, a_released_call, news, owner_of, reference_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_service

LISTENERS = {
    "award.remind": jobs.remind_unconfirmed,
    "award.unconfirmed": jobs.tell_unconfirmed,
    "award.confirm": jobs.tell_confirmation,
    "award.decline": jobs.tell_refusal,
    "award.lapse": jobs.tell_lapse,
}
LAST = date(2025, 10, 16)
WEEK, EVE, AFTER = (datetime(2025, 10, day, 7, tzinfo=UTC) for day in (9, 15, 17))


def tell(tenant: Tenant, at: datetime, topic: str, subject_id: UUID, key: str = "") -> None:
    """Let our listener react to a piece of news twice at `at`."""
    message = news(tenant, topic, subject_id, key)
    for _ in range(2):
        with clock.frozen(at), transaction(system(tenant.id, "t")) as tx:
            LISTENERS[topic](tx, message)


def told(tenant: Tenant) -> Sequence[Notification]:
    with transaction(system(tenant.id, "t")) as tx:
        return tx.session.scalars(select(Notification).order_by(Notification.email)).all()


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        (datetime(2025, 10, 1, 7, tzinfo=UTC), ["2025-10-16:P7D", "2025-10-16:P1D", "2025-10-16"]),
        (WEEK, ["2025-10-16:P1D", "2025-10-16"]),
        (EVE, ["2025-10-16"]),
        (AFTER, []),
    ],
)
def test_what_is_past_is_not_announced(now: datetime, keys: list[str]) -> None:
    assert [one.key for one in appointments(LAST, now, "Europe/Paris")] == keys


@pytest.mark.parametrize(
    ("now", "key"),
    [
        (WEEK - timedelta(seconds=1), None),
        (WEEK, "P7D"),
        (EVE - timedelta(seconds=1), "P7D"),
        (EVE, "P1D"),
        (datetime(2025, 10, 16, 21, 59, 59, tzinfo=UTC), "P1D"),
        (datetime(2025, 10, 16, 22, tzinfo=UTC), None),
    ],
)
def test_one_reminder_has_its_hour(now: datetime, key: str | None) -> None:
    assert current_reminder(LAST, now, "Europe/Paris") == key


def test_mornings_are_those_of_the_region() -> None:
    """Nine o'clock in La Réunion is five in UTC."""
    first = appointments(LAST, datetime(2025, 10, 1, tzinfo=UTC), "Indian/Reunion")[0]
    assert first.at == datetime(2025, 10, 9, 5, tzinfo=UTC)


def test_the_letter_says_what_is_given_and_until_when_to_confirm(tenant: Tenant) -> None:
    call, _ = a_released_call(tenant, award=GIFT)
    message = news(tenant, "campaign.release", call.id)
    with transaction(system(tenant.id, "t")) as tx:
        tell_applicants(tx, message)
    (letter,) = told(tenant)
    assert letter.text_body is not None
    assert (
        "Ce que vous obtenez\u00a0: Exercice de crise. L’ARS prend en charge 80\u00a0% du prix TTC" in letter.text_body
    )
    assert "au plus tard le jeudi 16\u00a0octobre 2025" in letter.text_body
    assert "Confirmer et nommer le référent" in letter.text_body


def test_a_service_bears_the_name_of_the_catalogue(tenant: Tenant) -> None:
    service, _ = a_service(tenant)
    _, (award_id,) = a_released_call(tenant, award={"service": service.slug})
    assert view_award(owner_of(tenant, award_id), award_id).journey.gives == service.title


def test_only_those_without_an_answer_are_reminded(tenant: Tenant) -> None:
    call, (silent, confirmed, declined) = a_released_call(tenant, files=3)
    with clock.frozen(LATER):
        confirm_award(owner_of(tenant, confirmed), confirmed, CONTACT)
        decline_award(owner_of(tenant, declined), declined)
    tell(tenant, WEEK, "award.remind", call.id, f"{LAST}:P7D")
    (notice,) = told(tenant)
    assert (notice.template, notice.email) == ("campaigns/award_reminder", owner_of(tenant, silent).email)
    assert notice.path == f"/awards/{silent}"


@pytest.mark.parametrize("late", [EVE, AFTER, AFTER + timedelta(days=9)])
def test_a_reminder_that_is_late_is_not_sent(tenant: Tenant, late: datetime) -> None:
    call, _ = a_released_call(tenant)
    tell(tenant, late, "award.remind", call.id, f"{LAST}:P7D")
    assert told(tenant) == []


def test_the_ars_learns_once_who_has_not_answered(tenant: Tenant) -> None:
    call, (silent, confirmed) = a_released_call(tenant, files=2)
    confirm_award(owner_of(tenant, confirmed), confirmed, CONTACT)
    tell(tenant, AFTER, "award.unconfirmed", call.id, str(LAST))
    (notice,) = told(tenant)
    assert (notice.template, notice.path) == (
        "campaigns/award_unconfirmed",
        f"/staff/campaigns/{call.slug}/awards?state=offered",
    )
    assert notice.text_body is not None
    assert reference_of(tenant, silent) in notice.text_body
    assert reference_of(tenant, confirmed) not in notice.text_body


def test_when_everybody_answered_the_ars_is_left_alone(tenant: Tenant) -> None:
    call, (award_id,) = a_released_call(tenant)
    confirm_award(owner_of(tenant, award_id), award_id, CONTACT)
    tell(tenant, AFTER, "award.unconfirmed", call.id, str(LAST))
    assert told(tenant) == []


def confirm(tenant: Tenant, award_id: UUID) -> None:
    confirm_award(owner_of(tenant, award_id), award_id, CONTACT)


def decline(tenant: Tenant, award_id: UUID) -> None:
    decline_award(owner_of(tenant, award_id), award_id, "Plus de directeur.")


def lapse(tenant: Tenant, award_id: UUID) -> None:
    with clock.frozen(AFTER):
        lapse_award(a_person(tenant, "ars_manager"), award_id)


@pytest.mark.parametrize(
    ("move", "act", "template", "words"),
    [
        ("confirm", confirm, "award_confirmed", "Nom et prénom du référent\u00a0: Anne Le Goff"),
        ("decline", decline, "award_declined", "Plus de directeur."),
        ("lapse", lapse, "award_lapsed", "caduque"),
    ],
)
def test_each_answer_is_told_to_the_other_side(
    tenant: Tenant, move: str, act: Callable[[Tenant, UUID], None], template: str, words: str
) -> None:
    _, (award_id,) = a_released_call(tenant)
    act(tenant, award_id)
    managers = {"award_declined"}
    tell(tenant, AFTER, f"award.{move}", award_id)
    notices = told(tenant)
    assert {notice.template for notice in notices} == {f"campaigns/{template}"}
    for notice in notices:
        assert words in (notice.text_body or "")
        assert (notice.email == owner_of(tenant, award_id).email) == (template not in managers)
    assert jobs.AWARDS_PAGE in (notices[0].path if template in managers else jobs.AWARDS_PAGE)
