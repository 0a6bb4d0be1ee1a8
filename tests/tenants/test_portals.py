"""Portals, roles, adhesions and attributes, on a real database."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kit.actor import Actor, operator, system
from kit.audit import AuditLine
from kit.errors import Conflict, Forbidden, Invalid
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.queries.tenant import entity_attributes, find_adhesion
from tenants.service.entity import set_adhesion, set_attribute
from tenants.service.portal import find_portal, forget_portals, list_portals
from tenants.service.role import grant_role, list_memberships, revoke_role
from tenants.service.tenant import brand_tenant, create_tenant, list_tenants

FACTS = {"ars": "ARS Corse", "region_code": "94", "zone": "Europe/Paris", "contact_email": "contact@corse.fr"}
EJ = "2A0000014"


def actions(tenant_id: UUID) -> list[str]:
    """What the audit log says happened."""
    with transaction(system(tenant_id, "t")) as tx:
        return list(tx.session.scalars(select(AuditLine.action).order_by(AuditLine.id)))


@pytest.mark.usefixtures("database")
def test_a_portal_is_created_once() -> None:
    made = create_tenant(operator("root"), "corse", "GIP Corse e-santé", **FACTS)
    assert find_portal("corse") is not None
    assert actions(made.id) == ["tenant.create"]
    with pytest.raises(Conflict, match="existe déjà"):
        create_tenant(operator("root"), "corse", "Un autre", **FACTS)
    assert [tenant.name for tenant in list_tenants(operator("root")) if tenant.slug == "corse"] == ["GIP Corse e-santé"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"colour": "#ffff00"}, "colour"),
        ({"contact_email": "personne"}, "contact_email"),
        ({"ars": ""}, "ars"),
    ],
)
def test_a_portal_with_a_wrong_fact_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        create_tenant(operator("root"), "ailleurs", "GIP", **{**FACTS, **change})
    assert field in caught.value.fields
    assert find_portal("ailleurs") is None


def test_only_the_operator_creates_and_only_the_grades_brands(tenant: Tenant) -> None:
    ars = Actor("person", tenant.id, user_id=UUID(int=1), roles=frozenset({"ars_manager"}))
    grades = Actor("person", tenant.id, user_id=UUID(int=1), roles=frozenset({"grades_manager"}))
    with pytest.raises(Forbidden):
        create_tenant(grades, "autre", "GIP", **FACTS)
    with pytest.raises(Forbidden):
        brand_tenant(ars, colour="#0b4f6c")
    assert brand_tenant(grades, colour="#1a3d2b", name="e-santé Ici").colour == "#1a3d2b"
    found = find_portal(tenant.slug)
    assert found is not None
    assert found.name == "e-santé Ici"
    with pytest.raises(Invalid, match="plus proche"):
        brand_tenant(grades, colour="#aaaaaa")


def test_a_portal_is_found_from_memory(tenant: Tenant, statements: list[str]) -> None:
    """Each is read once, then not; an unknown slug does not make each request read."""
    forget_portals()
    assert tenant.slug in {portal.slug for portal in list_portals()}
    assert find_portal(tenant.slug) is not None
    before = len(statements)
    for _ in range(50):
        assert find_portal(tenant.slug) is not None
        assert find_portal("inconnu") is None
        list_portals()
    assert len(statements) == before


def test_a_role_is_given_and_taken_back(tenant: Tenant) -> None:
    boss = operator("root", tenant.id)
    user = grant_role(boss, "Anne@ARS.fr", "ars_manager")
    assert user.email == "anne@ars.fr"
    with pytest.raises(Conflict, match="déjà"):
        grant_role(boss, "anne@ars.fr", "ars_manager")
    assert [(person.email, role) for person, role in list_memberships(boss)] == [("anne@ars.fr", "ars_manager")]
    revoke_role(boss, "anne@ars.fr", "ars_manager")
    assert list_memberships(boss) == []
    for address in ("anne@ars.fr", "personne@ars.fr"):
        with pytest.raises(Conflict, match="n’a pas le rôle"):
            revoke_role(boss, address, "ars_manager")
    with pytest.raises(Invalid):
        grant_role(boss, "anne@ars.fr", "owner")


def test_adhesions_do_not_overlap(tenant: Tenant) -> None:
    boss = operator("root", tenant.id)
    set_adhesion(boss, EJ, date(2023, 1, 1), date(2023, 12, 31))
    set_adhesion(boss, EJ, date(2024, 6, 1))
    for since, until in [
        (date(2023, 5, 1), None),
        (date(2022, 1, 1), date(2023, 1, 1)),
        (date(2025, 1, 1), date(2025, 2, 1)),
    ]:
        with pytest.raises(Conflict, match="court déjà"):
            set_adhesion(boss, EJ, since, until)
    set_adhesion(boss, EJ, date(2024, 6, 1), date(2024, 12, 31))
    set_adhesion(boss, EJ, date(2025, 1, 1))
    with pytest.raises(Invalid, match="finir avant"):
        set_adhesion(boss, EJ, date(2026, 1, 1), date(2025, 1, 1))
    with pytest.raises(Invalid, match="neuf chiffres"):
        set_adhesion(boss, "12", date(2026, 1, 1))
    with transaction(system(tenant.id, "t")) as tx:
        held = [bool(find_adhesion(tx.session, EJ, date(year, 3, 1))) for year in (2022, 2023, 2024, 2025, 2030)]
    assert held == [False, True, False, True, True]


def test_attributes_are_set_and_replaced(tenant: Tenant) -> None:
    boss = operator("root", tenant.id)
    set_attribute(boss, EJ, "niveau", 3)
    set_attribute(boss, EJ, "niveau", 4)
    set_attribute(boss, " 2a 0000014", "prioritaire", True)
    with transaction(system(tenant.id, "t")) as tx:
        assert entity_attributes(tx.session, EJ) == {"niveau": 4, "prioritaire": True}
    for name, value in [("Niveau", 3), ("niveau", 1.5), ("niveau", {"a": 1}), ("niveau", "x" * 600)]:
        with pytest.raises(Invalid):
            set_attribute(boss, EJ, name, value)
