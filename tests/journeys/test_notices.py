"""Choosing one's mails, in a real browser: a digest, one click to leave it, an address that refuses and is repaired."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from kit.actor import operator, system
from kit.transaction import transaction
from notifications.models import Notification
from notifications.service.notices import NewNotice, notify_many
from notifications.service.report import take_report
from tenants.models import Tenant, User
from tenants.service.role import grant_role
from tests.journeys.conftest import accessible
from tests.journeys.people import sign_in
from tests.journeys.portal import Portal
from tests.kit.crew import eventually
from tests.notifications.digest_tools import PAUSED
from tests.notifications.post import Post
from tests.notifications.reports import status

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOMEBODY = "anne@ehpad-les-ajoncs.fr"


def tell(tenant: Tenant, key: str) -> None:
    """Three pieces of news for her, of the family « Suivi du portail » (the portal's own people choose about it)."""
    with transaction(system(tenant.id, "tests")) as tx:
        user = tx.session.scalars(select(User).where(User.email == SOMEBODY)).one()
        rows = [
            NewNotice(
                f"{key}:{place}", "notifications/webhook_paused", UUID(int=place), SOMEBODY, user.id, "/account", PAUSED
            )
            for place in range(3)
        ]
        notify_many(tx, rows)


def morning(tenant: Tenant) -> None:
    """It is 8 h."""
    with transaction(system(tenant.id, "tests")) as tx:
        waiting = update(Notification).where(Notification.state == "held")
        tx.session.execute(waiting.values(hold_until=tx.now))


def whole(portal: Portal) -> None:
    """Every process of an installation."""
    portal.start_web()
    portal.start("worker")
    portal.start("scheduler")


def test_a_digest_and_one_click_to_leave_it(
    make_tenant: Callable[..., Tenant], portal: Portal, post: Post, visitor: Callable[..., Page]
) -> None:
    tenant = make_tenant()
    grant_role(operator("tests", tenant.id), SOMEBODY, "ars_instructor")
    whole(portal)
    anne, robot = visitor(), visitor(script=False, phone=True)
    anne.goto(f"/{tenant.slug}/account/notifications")
    sign_in(anne, post, SOMEBODY)
    anne.get_by_role("group", name="Suivi du portail").get_by_label("chaque jour ouvré").check()
    accessible(anne)
    anne.get_by_role("button", name="Enregistrer mes choix").click()
    expect(anne.get_by_text("Vos préférences sont enregistrées.")).to_be_visible()
    tell(tenant, "a")
    anne.goto(f"/{tenant.slug}/notifications")
    expect(anne.get_by_text("Non lue", exact=True)).to_have_count(4)  # her role was told too
    anne.get_by_role("button", name="Marquer comme lue").first.click()
    expect(anne.get_by_text("Non lue", exact=True)).to_have_count(3)
    accessible(anne)
    morning(tenant)
    eventually(lambda: "résumé" in str(post.mails[-1]["Subject"]))
    digest = post.mails[-1]
    assert str(digest["Subject"]).endswith("2\N{NO-BREAK SPACE}nouvelles")
    robot.goto(re.sub("[<>]", "", digest["List-Unsubscribe"]))
    expect(robot.get_by_text("anne@")).to_have_count(0)
    anne.reload()
    robot.get_by_role("button", name="Ne plus recevoir ces courriels").click()
    expect(robot.get_by_text("C’est fait")).to_be_visible()
    anne.goto(f"/{tenant.slug}/account/notifications")
    family = anne.get_by_role("group", name="Suivi du portail")
    expect(family.get_by_label("Seulement dans le portail")).to_be_checked()
    robot.get_by_role("button", name="C’est une erreur").click()
    anne.reload()
    expect(family.get_by_label("chaque jour ouvré")).to_be_checked()
    take_report(status(post_address(digest["X-CRRC-Notice"]), SOMEBODY))
    anne.goto(f"/{tenant.slug}/notifications")
    anne.get_by_role("link", name="Voir pourquoi et que faire").click()
    accessible(anne)
    anne.get_by_role("button", name="C’est réparé").click()
    expect(anne.get_by_text("Nous vous écrivons de nouveau.")).to_be_visible()


def post_address(ticket: str) -> str:
    """Where a refusal of that mail would come back to."""
    return f"bounces+{ticket}@crrc.example"
