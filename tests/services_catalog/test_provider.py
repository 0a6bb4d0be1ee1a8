"""A provider on the real database: opened with its first person, written, suspended; its file; its people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kit import clock
from kit.actor import Actor, system
from kit.db import uuid7
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from kit.outbox import Deadline
from kit.transaction import transaction
from services_catalog.models import Provider
from services_catalog.rules.papers import read_consultant, read_subcontractor
from services_catalog.service.paper import tag_of
from services_catalog.service.provider import create_provider, edit_provider, resume_provider, suspend_provider
from services_catalog.service.provider_file import Filters, list_ends, list_providers, view_provider
from services_catalog.service.qualification import add_insurance, add_qualification, change_qualification
from services_catalog.service.qualification import remove_qualification as remove
from services_catalog.service.team import (
    accept_subcontractor,
    add_consultant,
    change_consultant,
    declare_subcontractor,
    remove_subcontractor,
)
from tenants.models import Organisation, OrganisationMember, Tenant, User
from tenants.queries.organisation import find_organisation
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_facility, a_supplier
from tests.services_catalog.provider_forms import CONSULTANT, PROFILE, SUBCONTRACTOR, a_qualification, an_insurance

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody of the GRADeS."""
    return a_person(tenant, "grades_manager")


def deadlines(tenant: Tenant, subject: UUID) -> set[tuple[str, datetime]]:
    with transaction(system(tenant.id, "tests")) as tx:
        found = tx.session.scalars(select(Deadline).where(Deadline.subject_id == subject)).all()
    return {(one.key, one.due_at) for one in found}


def test_a_provider_is_opened_with_its_first_person(tenant: Tenant, grades: Actor) -> None:
    made = create_provider(grades, PROFILE, "Katell@Breizh.invalid", "Directrice")
    with transaction(system(tenant.id, "tests")) as tx:
        organisation = tx.session.get_one(Organisation, (tenant.id, made.id))
        member = tx.session.scalars(
            select(OrganisationMember).where(OrganisationMember.organisation_id == made.id)
        ).one()
        owner = tx.session.get_one(User, member.user_id)
    assert (organisation.kind, organisation.finess_ej, organisation.name) == ("provider", None, "Breizh Audit")
    assert (member.role, member.function, owner.email) == ("owner", "Directrice", "katell@breizh.invalid")
    assert (made.state, made.siret, made.capacity_half_days) == ("active", "73282932000074", 24)


def test_nothing_is_left_of_a_provider_that_is_refused(tenant: Tenant, grades: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        create_provider(grades, PROFILE | {"siret": "12"}, "katell", "")
    assert list(refused.value.fields) == ["siret", "email", "function"]
    create_provider(grades, PROFILE, "katell@breizh.invalid", "Directrice")
    with pytest.raises(Conflict) as twice:
        create_provider(grades, PROFILE | {"name": "Autre"}, "a@b.fr", "Gérant")
    assert twice.value.fields == {"siret": "Ce SIRET est déjà celui de Breizh Audit."}
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.scalar(select(func.count()).select_from(Organisation)) == 1


def test_the_profile_is_written_as_it_was_read(tenant: Tenant, grades: Actor) -> None:
    made = create_provider(grades, PROFILE, "katell@breizh.invalid", "Directrice")
    written = edit_provider(grades, made.id, PROFILE | {"name": "Breizh Conseil", "zones": ["35"]}, 1)
    assert (written.name, written.zones, written.revision) == ("Breizh Conseil", ["35"], 2)
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get_one(Organisation, (tenant.id, made.id)).name == "Breizh Conseil"
    with pytest.raises(Stale):
        edit_provider(grades, made.id, PROFILE, 1)
    assert edit_provider(grades, made.id, PROFILE | {"name": "Breizh Conseil", "zones": ["35"]}, 2).revision == 2


def test_suspended_and_resumed(tenant: Tenant, grades: Actor) -> None:
    provider = a_supplier(tenant).provider
    assert suspend_provider(grades, provider.id).state == "suspended"
    with pytest.raises(Conflict):
        suspend_provider(grades, provider.id)
    assert resume_provider(grades, provider.id).state == "active"


def test_a_stranger_finds_nothing_its_people_only_look(tenant: Tenant, grades: Actor) -> None:
    ours, theirs, facility = a_supplier(tenant), a_supplier(tenant), a_facility(tenant)
    assert view_provider(ours.owner, ours.provider.id).provider.id == ours.provider.id
    assert view_provider(a_person(tenant, "ars_instructor"), ours.provider.id).consultants
    for stranger in (theirs.owner, facility.owner):
        with pytest.raises(NotFound):
            view_provider(stranger, ours.provider.id)
        with pytest.raises(NotFound):
            add_qualification(stranger, ours.provider.id, a_qualification(date(2027, 1, 1)))
        with pytest.raises(NotFound):
            add_consultant(stranger, ours.provider.id, read_consultant(CONSULTANT))
        with pytest.raises(Forbidden):
            list_providers(stranger, Filters())
    for refused in (ours.owner, a_person(tenant, "ars_manager")):
        with pytest.raises(Forbidden):
            edit_provider(refused, ours.provider.id, PROFILE, 1)
        with pytest.raises(Forbidden):
            suspend_provider(refused, ours.provider.id)
    with pytest.raises(NotFound):
        view_provider(grades, uuid7())


def test_a_paper_of_another_provider_does_not_exist_here(tenant: Tenant, grades: Actor) -> None:
    one, two = a_supplier(tenant), a_supplier(tenant)
    found = view_provider(grades, one.provider.id).qualifications[0]
    with pytest.raises(NotFound):
        change_qualification(grades, two.provider.id, found.id, a_qualification(date(2030, 1, 1)), tag_of(found))


def test_an_end_that_moves_moves_its_announcements(tenant: Tenant, grades: Actor) -> None:
    provider = a_supplier(tenant, None).provider
    with clock.frozen(NOW):
        made = add_qualification(grades, provider.id, a_qualification(date(2027, 6, 30)))
        assert deadlines(tenant, made.id) == {
            ("90", datetime(2027, 4, 1, 6, tzinfo=UTC)),
            ("30", datetime(2027, 5, 31, 6, tzinfo=UTC)),
            ("after", datetime(2027, 7, 1, 6, tzinfo=UTC)),
        }
        moved = change_qualification(grades, provider.id, made.id, a_qualification(date(2027, 7, 1)), tag_of(made))
        assert ("after", datetime(2027, 7, 2, 6, tzinfo=UTC)) in deadlines(tenant, made.id)
        assert len(deadlines(tenant, made.id)) == 3
        with pytest.raises(Stale):
            remove(grades, provider.id, made.id, "autre")
        remove(grades, provider.id, made.id, tag_of(moved))
        assert deadlines(tenant, made.id) == set()
        past = add_insurance(grades, provider.id, an_insurance(date(2026, 11, 21)))
        assert deadlines(tenant, past.id) == set()


def test_a_consultant_is_the_member_who_has_the_address(tenant: Tenant, grades: Actor) -> None:
    ours, theirs = a_supplier(tenant), a_supplier(tenant)
    mine = add_consultant(ours.owner, ours.provider.id, read_consultant(CONSULTANT | {"email": ours.owner.email}))
    assert mine.user_id == ours.owner.user_id
    other = add_consultant(grades, theirs.provider.id, read_consultant(CONSULTANT | {"email": ours.owner.email}))
    assert other.user_id is None
    gone = read_consultant(CONSULTANT | {"active": False})
    assert not change_consultant(ours.owner, ours.provider.id, mine.id, gone, tag_of(mine)).active
    assert view_provider(grades, ours.provider.id).consultants[-1].user_id is None


def test_a_subcontractor_is_declared_then_accepted(tenant: Tenant, grades: Actor) -> None:
    provider = a_supplier(tenant)
    declared = declare_subcontractor(grades, provider.provider.id, read_subcontractor(SUBCONTRACTOR))
    assert declared.accepted_on is None
    with clock.frozen(NOW):
        accepted = accept_subcontractor(grades, provider.provider.id, declared.id)
        again = accept_subcontractor(grades, provider.provider.id, declared.id)
    assert accepted.accepted_on == again.accepted_on == TODAY
    with pytest.raises(Forbidden):
        accept_subcontractor(provider.owner, provider.provider.id, declared.id)
    remove_subcontractor(grades, provider.provider.id, declared.id, tag_of(accepted))
    assert view_provider(grades, provider.provider.id).subcontractors == []


def test_the_list_says_who_is_fit(tenant: Tenant, grades: Actor) -> None:
    fit, unqualified = a_supplier(tenant), a_supplier(tenant, None)
    with clock.frozen(NOW):
        rows = list_providers(grades, Filters(family="audit", qualification="passi", department="35")).rows
        assert {row.provider.id: row.fault[-30:] for row in rows if not row.fault} == {fit.provider.id: ""}
        assert [row.fault for row in rows if row.provider.id == unqualified.provider.id] == [
            f"{unqualified.provider.name} n’est pas qualifié PASSI à la date du 22\xa0novembre 2026."
        ]
        first = list_providers(grades, Filters(), limit=1)
        second = list_providers(grades, Filters(), first.after, 1)
        names = sorted([fit.provider.name, unqualified.provider.name])
        assert [row.provider.name for row in (*first.rows, *second.rows)] == names
        assert second.after is None
        ends, on = list_ends(grades)
        assert on == TODAY
        assert {row.what for row in ends} == {"passi", "insurance"}


def test_an_account_without_a_finess_number_is_never_found_by_one(tenant: Tenant) -> None:
    provider = a_supplier(tenant).provider
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get_one(Provider, (tenant.id, provider.id))
        assert find_organisation(tx.session, "") is None
        assert find_organisation(tx.session, str(provider.id)) is None


def test_the_same_siret_at_once_is_one_provider(grades: Actor) -> None:
    def open_one(number: int) -> bool:
        try:
            create_provider(grades, PROFILE, f"katell{number}@breizh.invalid", "Directrice")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(open_one, range(8))) == 1
