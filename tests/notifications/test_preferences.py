"""Preferences: what they change in notices, their page, and what they cost."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import select

from kit import clock
from kit.actor import Actor, anonymous, operator, system
from kit.audit import AuditLine
from kit.db import uuid7
from kit.errors import Invalid, Unauthenticated
from kit.transaction import transaction
from notifications.rules.quiet import DEFAULT, QuietHours
from notifications.service.notices import NewNotice, notify_many
from notifications.service.preference import look_at_preferences, set_preferences
from tenants.models import Tenant, User
from tenants.service.role import grant_role
from tests.browser import Browser, text_of
from tests.notifications.reading import notices

NIGHT = datetime(2026, 3, 4, 22, 30, tzinfo=UTC)
MORNING = datetime(2026, 3, 5, 7, tzinfo=UTC)


def tell(tenant: Tenant, users: list[User], template: str = "notifications/webhook_paused", key: str = "k") -> None:
    """One notice each, of the family « Suivi du portail » unless said otherwise."""
    context = {"endpoint": SimpleNamespace(name="SI", pause_reason="absent"), "waiting": 2, "why": ""}
    with transaction(system(tenant.id, "tests")) as tx:
        notify_many(
            tx,
            [
                NewNotice(f"{key}:{user.id}", template, UUID(int=1), user.email, user.id, "/x", context)
                for user in users
            ],
        )


@pytest.mark.parametrize(
    ("rhythm", "quiet", "state", "due"),
    [
        ("now", DEFAULT, "pending", MORNING),
        ("now", QuietHours(None, None, False), "pending", NIGHT),
        ("now", QuietHours(22, 6, False), "pending", datetime(2026, 3, 5, 5, tzinfo=UTC)),
        ("daily", DEFAULT, "held", MORNING),
        ("weekly", DEFAULT, "held", datetime(2026, 3, 9, 7, tzinfo=UTC)),
        ("portal", DEFAULT, "silent", None),
    ],
    ids=["now", "no-quiet-hours", "own-hours", "daily", "weekly", "portal"],
)
def test_a_choice_changes_the_mail_and_never_the_notice(
    tenant: Tenant,
    user: User,
    person: Callable[..., Actor],
    rhythm: str,
    quiet: QuietHours,
    state: str,
    due: datetime | None,
) -> None:
    """The portal shows it at once, whatever was chosen."""
    set_preferences(person(user.email), {"office": rhythm}, quiet)
    with clock.frozen(NIGHT):
        tell(tenant, [user])
    (notice,) = notices(tenant)
    assert (notice.state, notice.next_attempt_at or notice.hold_until) == (state, due)
    assert (notice.user_id, notice.created_at, notice.read_at) == (user.id, NIGHT, None)


def test_one_portals_choices_are_not_another_s(
    make_tenant: Callable[..., Tenant], tenant: Tenant, user: User, person: Callable[..., Actor]
) -> None:
    set_preferences(person(user.email), {"office": "portal"}, DEFAULT)
    elsewhere = make_tenant()
    tell(elsewhere, [user])
    assert notices(elsewhere)[0].state == "pending"


@pytest.mark.parametrize(
    ("choices", "quiet", "field"),
    [
        ({"office": "hourly"}, DEFAULT, "office"),
        ({"office": ""}, DEFAULT, "office"),
        ({"office": "now"}, QuietHours(24, 8), "quiet_begins"),
        ({"office": "now"}, QuietHours(8, 8), "quiet_ends"),
        ({"office": "now"}, QuietHours(8, None), "quiet_ends"),
        ({"security": "portal"}, DEFAULT, None),
        ({"decisions": "daily"}, DEFAULT, None),
        ({"unknown": "now"}, DEFAULT, None),
    ],
    ids=["rhythm", "none", "hour", "same-hour", "one-hour", "security", "decisions", "unknown"],
)
def test_what_cannot_be_chosen_is_refused(
    person: Callable[..., Actor], choices: dict[str, str], quiet: QuietHours, field: str | None
) -> None:
    """With the field named; nothing is written."""
    me = person("marie@ehpad.fr")
    with pytest.raises(Invalid) as refused:
        set_preferences(me, choices, quiet)
    assert list(refused.value.fields) == ([field] if field else [])
    assert look_at_preferences(me).choices == {}


def test_nobody_signed_in_has_none(tenant: Tenant) -> None:
    with pytest.raises(Unauthenticated):
        look_at_preferences(anonymous(tenant.id))
    with pytest.raises(Unauthenticated):
        set_preferences(anonymous(tenant.id), {}, DEFAULT)


def test_a_change_is_audited_by_family_only(tenant: Tenant, user: User, person: Callable[..., Actor]) -> None:
    set_preferences(person(user.email), {"orders": "daily", "time": "now"}, DEFAULT)
    with transaction(system(tenant.id, "tests")) as tx:
        line = tx.session.scalars(select(AuditLine).where(AuditLine.action == "preference.set")).one()
    assert (line.subject_id, line.facts) == (user.id, {"changed": ["orders", "time"]})


def test_what_waits_follows_a_change(tenant: Tenant, user: User, person: Callable[..., Actor]) -> None:
    """Weekly, then daily, then at once, then never: nothing stays behind, nothing is put off."""
    me = person(user.email)
    quiet = QuietHours(None, None, False)
    set_preferences(me, {"office": "weekly"}, quiet)
    with clock.frozen(NIGHT):
        tell(tenant, [user])
        set_preferences(me, {"office": "daily"}, quiet)
        assert notices(tenant)[0].hold_until == MORNING
        set_preferences(me, {"office": "weekly"}, quiet)
        assert notices(tenant)[0].hold_until == MORNING
        set_preferences(me, {"office": "now"}, quiet)
    (notice,) = notices(tenant)
    assert (notice.state, notice.next_attempt_at, notice.hold_until) == ("pending", NIGHT, None)


def test_choices_cost_one_query_however_many_readers(tenant: Tenant, statements: list[str]) -> None:
    """A release of ten thousand asks once."""
    with transaction(operator("tests")) as tx:
        names = [f"{number}.{tenant.slug}@ehpad.fr" for number in range(300)]
        users = [
            tx.add(User(id=uuid7(), email=name, email_norm=name, name="Marie", created_at=tx.now)) for name in names
        ]
    counts = []
    for some in (users[:1], users[:3], users):
        statements.clear()
        tell(tenant, some, key=f"k{len(some)}")
        counts.append(len(statements))
        assert sum("notification_preference" in statement for statement in statements) == 1
    assert len(set(counts)) == 1


def test_the_page(browser: Browser, user: User) -> None:
    """What can be chosen, what cannot and why; saved, shown, wrong."""
    assert browser.get("/account/notifications").status_code == 303
    browser.sign_in(user.email)
    page = browser.get("/account/notifications")
    said = text_of(page)
    assert "Commandes et missions" in said
    assert "Suivi du portail" not in said  # nobody's of the ARS or the GRADeS
    assert "RGPD, article 32" in said
    assert 'name="security"' not in page.text
    form = {"orders": "daily", "files": "weekly", "time": "portal"}
    form |= {"quiet": "yes", "quiet_begins": "19", "quiet_ends": "9"}
    assert browser.post("/account/notifications", form).status_code == 303
    said = browser.get("/account/notifications")
    assert "Vos préférences sont enregistrées." in text_of(said)
    for name, value in (("orders", "daily"), ("files", "weekly"), ("time", "portal"), ("quiet", "yes")):
        assert f'name="{name}" value="{value}" checked' in said.text
    assert '<option value="19" selected>' in said.text
    assert 'name="quiet_weekends" value="yes" checked' not in said.text
    wrong = browser.post("/account/notifications", form | {"orders": "hourly", "quiet_begins": "9 h"})
    assert wrong.status_code == 422
    assert 'href="#orders"' in wrong.text
    assert 'href="#quiet_begins"' in wrong.text
    assert browser.post("/account/notifications", {}).status_code == 422
    assert 'name="orders" value="daily" checked' in browser.get("/account/notifications").text


def test_staff_choose_about_what_staff_receive(browser: Browser, tenant: Tenant, user: User) -> None:
    grant_role(operator("tests", tenant.id), user.email, "grades_manager")
    browser.sign_in(user.email)
    assert "Suivi du portail" in text_of(browser.get("/account/notifications"))
