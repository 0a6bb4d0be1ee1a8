"""A portal's rules of access, its host, its conformity: bounds, and what is refused."""

from collections.abc import Callable
from datetime import date

import pytest

from kit.actor import Actor, operator
from kit.errors import Conflict, Invalid, Stale
from tenants.models import Tenant
from tenants.rules import profile as rules
from tenants.rules.policy_form import read_policies
from tenants.service import policy, profile
from tenants.service.portal import find_portal
from tests.browser import Browser
from tests.tenants.test_settings import acts, grades, save, staff

__all__ = ["grades", "staff"]

POLICIES = {"idle_minutes": "60", "step_up_minutes": "10", "claim_proof": "before", "review_months": "12"}


def test_policies(grades: Browser, tenant: Tenant) -> None:
    roles = ["owner", "ars_manager"]
    answer = save(grades, "/policy", POLICIES | {"second_factor_roles": roles})
    assert answer.status_code == 303
    found = find_portal(tenant.slug)
    assert found is not None
    assert found.second_factor_roles == ["ars_manager", "owner"]
    assert (found.idle_minutes, found.step_up_minutes, found.claim_proof, found.review_months) == (60, 10, "before", 12)
    assert acts(tenant)[-1][0] == "tenant_policy.set"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("idle_minutes", "14"),
        ("idle_minutes", "721"),
        ("idle_minutes", "x"),
        ("step_up_minutes", "4"),
        ("step_up_minutes", "61"),
        ("step_up_minutes", "-5"),
        ("review_months", "0"),
        ("review_months", "9" * 30),
        ("review_months", "١٢"),
        ("claim_proof", "never"),
    ],
)
def test_a_policy_out_of_bounds_is_refused(name: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_policies(POLICIES | {name: value}, [])
    assert caught.value.fields.keys() == {name}


def test_a_role_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        read_policies(POLICIES, ["king"])
    assert caught.value.fields.keys() == {"second_factor_roles"}


def test_whoever_asks_for_a_factor_and_has_none_is_asked_for_it(grades: Browser) -> None:
    """The rule holds for its author too, from the next request."""
    assert save(grades, "/policy", POLICIES | {"second_factor_roles": ["grades_manager"]}).status_code == 303
    assert grades.get("/staff/settings").status_code != 200


DOMAINS = {
    "https": "https://cyber.exemple.fr",
    "path": "cyber.exemple.fr/x",
    "port": "cyber.exemple.fr:443",
    "one word": "localhost",
    "address": "10.0.0.1",
    "blank": "cyber exemple.fr",
    "newline": "cyber.exemple.fr\nX: y",
    "dots": "cyber..fr",
    "dash": "-cyber.exemple.fr",
    "long": "a" * 250 + ".fr",
    "at": "a@cyber.exemple.fr",
    "local": "intranet.local",
}


@pytest.mark.parametrize("typed", DOMAINS.values(), ids=DOMAINS)
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.check_domain(typed)
    assert caught.value.fields.keys() == {"domain"}


@pytest.mark.parametrize(
    ("typed", "host"),
    [("", None), (" Cyber.Exemple.FR. ", "cyber.exemple.fr"), ("santé.exemple.fr", "xn--sant-epa.exemple.fr")],
)
def test_a_host_is_written_in_one_way(typed: str, host: str | None) -> None:
    assert rules.check_domain(typed) == host


def test_a_host_leads_to_one_portal(grades: Browser, tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    other = make_tenant()
    host = f"{other.slug}.exemple.fr"
    profile.set_domain(operator("root", other.id), host)
    assert save(grades, "/domain", {"domain": host}).status_code == 409
    assert save(grades, "/domain", {"domain": f"{tenant.slug}.exemple.fr"}).status_code == 303
    with pytest.raises(Conflict):
        profile.set_domain(operator("root", other.id), f"{tenant.slug}.exemple.fr")


@pytest.mark.parametrize(
    ("state", "day", "today", "fault"),
    [
        ("none", None, date(2026, 1, 1), None),
        ("none", date(2026, 1, 1), date(2026, 1, 1), None),
        ("full", date(2025, 1, 1), date(2026, 1, 1), None),
        ("partial", None, date(2026, 1, 1), "accessibility_audited_on"),
        ("full", date(2026, 1, 2), date(2026, 1, 1), "accessibility_audited_on"),
        ("none", date(2009, 1, 1), date(2026, 1, 1), "accessibility_audited_on"),
        ("", None, date(2026, 1, 1), "accessibility_state"),
    ],
)
def test_a_conformity_is_measured(state: str, day: date | None, today: date, fault: str | None) -> None:
    if fault is None:
        rules.check_accessibility(state, day, today)
        return
    with pytest.raises(Invalid) as caught:
        rules.check_accessibility(state, day, today)
    assert caught.value.fields.keys() == {fault}


def test_a_stale_version_is_refused_by_the_command_too(tenant: Tenant) -> None:
    boss: Actor = operator("root", tenant.id)
    with pytest.raises(Stale):
        policy.save_policies(boss, POLICIES, [], "0" * 16)
