"""A file begins with a number, and nothing the register knows is typed again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from campaigns.service.candidacy import list_my_candidacies, view_candidacy
from campaigns.service.starting import recognise_applicant, start_candidacy
from kit import clock
from kit.actor import anonymous, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from kit.transaction import transaction
from tenants.models import Adhesion, Tenant
from tests.campaigns.applying import (
    AFTER,
    DURING,
    OPENS,
    a_call,
    a_colleague,
    a_file,
    a_legal_entity,
    as_member,
)
from tests.campaigns.files import a_person


def test_one_number_fills_the_file(tenant: Tenant) -> None:
    ej, edition = a_legal_entity(sites=3, name="Association des Ajoncs")
    call = a_call(tenant, edition)
    person, file = a_file(tenant, call, ej)
    assert (file.finess_ej, file.applicant_name, file.department, file.state) == (
        ej,
        "Association des Ajoncs",
        "35",
        "draft",
    )
    assert file.reference.startswith("AMI-2025-")
    assert file.applicant["edition"]["id"] == edition
    assert file.applicant["legal_entity"]["town"] == "Rennes"
    assert len(file.applicant["establishments"]) == 3
    with clock.frozen(DURING):
        page = view_candidacy(person, file.id)
    assert page.assessment.outcome == "eligible"
    assert [section.state for section in page.progress.sections] == ["done", "todo", "optional", "todo", "todo"]
    assert page.last is None


@pytest.mark.parametrize("kind", ["et", "siren", "siret", "spaced"])
def test_any_number_of_the_organisation_leads_to_it(tenant: Tenant, kind: str) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    person, file = a_file(tenant, call, ej)
    site = file.applicant["establishments"][0]
    entity = file.applicant["legal_entity"]
    typed = {
        "et": site["finess_et"],
        "siren": entity["siren"],
        "siret": site["siret"],
        "spaced": f"{ej[:3]} {ej[3:6]} {ej[6:]}",
    }[kind]
    with clock.frozen(DURING):
        found = recognise_applicant(person, call.slug, typed)
        assert found.file_id == file.id
        assert found.is_establishment == (kind in ("et", "siret"))
        assert start_candidacy(person, call.slug, typed).id == file.id


@pytest.mark.parametrize("typed", ["", "000000000", "350000000", "abc", "\x00" * 9, "1" * 5000, "９" * 9])
def test_a_number_that_leads_nowhere_says_why(tenant: Tenant, typed: str) -> None:
    _, edition = a_legal_entity()
    call = a_call(tenant, edition)
    with clock.frozen(DURING), pytest.raises(Invalid) as refused:
        start_candidacy(a_person(tenant), call.slug, typed, "Directrice")
    assert refused.value.fields["number"].endswith(".")
    assert list_my_candidacies(a_person(tenant)).lines == []


def test_a_closed_organisation_cannot_apply(tenant: Tenant) -> None:
    ej, edition = a_legal_entity(is_open=False, closed_on=date(2024, 12, 31))
    call = a_call(tenant, edition)
    with clock.frozen(DURING), pytest.raises(Invalid, match="pas commencé") as refused:
        start_candidacy(a_person(tenant), call.slug, ej, "Directrice")
    assert "fermée depuis le 31\u00a0décembre 2024" in refused.value.fields["number"]


def test_the_edition_is_the_pinned_one(tenant: Tenant) -> None:
    """An organisation that only a later edition knows does not exist for this call."""
    _, edition = a_legal_entity()
    later, _ = a_legal_entity()
    call = a_call(tenant, edition)
    with clock.frozen(DURING), pytest.raises(Invalid):
        start_candidacy(a_person(tenant), call.slug, later, "Directrice")


def test_not_eligible_is_said_and_stops_nothing(tenant: Tenant) -> None:
    ej, edition = a_legal_entity(category="182")
    call = a_call(tenant, edition)
    with clock.frozen(DURING):
        found = recognise_applicant(a_person(tenant), call.slug, ej)
    assert found.assessment.outcome == "not_eligible"
    assert any("SESSAD (182)" in clause["because"] for clause in found.assessment.clauses)
    _, file = a_file(tenant, call, ej)
    assert file.state == "draft"


def test_whoever_is_not_of_the_organisation_is_not_told_what_the_region_knows_of_it(tenant: Tenant) -> None:
    """Anybody may sign in and type a number: who is an adherent, who applied where, is for the entity's own people."""
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition, rule={"version": 1, "all": [{"adherent": True}]})
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(Adhesion(finess_ej=ej, since_on=date(2020, 1, 1), until_on=None))
    with clock.frozen(DURING):
        told = recognise_applicant(a_person(tenant), call.slug, ej).assessment
        assert (told.outcome, told.clauses[0]["outcome"]) == ("information_missing", "information_missing")
        member, _ = a_file(tenant, call, ej)
        assert recognise_applicant(member, call.slug, ej).assessment.outcome == "eligible"


@pytest.mark.parametrize(("hour", "outcome"), [(21, "eligible"), (22, "not_eligible")])
def test_an_adhesion_ends_with_the_day_of_the_region(tenant: Tenant, hour: int, outcome: str) -> None:
    """At half past midnight in Paris it is another day, whatever the day is in Greenwich."""
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition, rule={"version": 1, "all": [{"adherent": True}]})
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(Adhesion(finess_ej=ej, since_on=date(2020, 1, 1), until_on=date(2025, 9, 18)))
    member, _ = a_file(tenant, call, ej)
    with clock.frozen(datetime(2025, 9, 18, hour, 30, tzinfo=UTC)):
        assert recognise_applicant(member, call.slug, ej).assessment.outcome == outcome


def test_there_is_one_file_by_organisation_and_call(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call, other_call = a_call(tenant, edition), a_call(tenant, edition)
    person, file = a_file(tenant, call, ej)
    colleague = a_colleague(tenant, file)
    with clock.frozen(DURING):
        assert start_candidacy(person, call.slug, ej).id == file.id
        assert start_candidacy(colleague, call.slug, ej).id == file.id
        assert start_candidacy(colleague, other_call.slug, ej).id != file.id


def test_two_who_start_at_once_get_the_same_file(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    _, first = a_file(tenant, a_call(tenant, edition), ej)
    people = [a_colleague(tenant, first) for _ in range(4)]
    call = a_call(tenant, edition)

    def start(index: int) -> object:
        with clock.frozen(DURING):
            return start_candidacy(people[index], call.slug, ej).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(start, range(4)))) == 1


def test_somebody_else_is_told_whom_to_ask(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    a_file(tenant, call, ej)
    with clock.frozen(DURING), pytest.raises(Conflict, match=r"déjà un compte.*@test\.invalid"):
        start_candidacy(a_person(tenant), call.slug, ej, "Curieux")


def test_whoever_only_reads_starts_nothing(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    _, file = a_file(tenant, a_call(tenant, edition), ej)
    reader = a_colleague(tenant, file, role="reader")
    with clock.frozen(DURING), pytest.raises(Forbidden):
        start_candidacy(reader, a_call(tenant, edition).slug, ej)


def test_a_function_is_asked_of_whoever_opens_the_account(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    with clock.frozen(DURING), pytest.raises(Invalid) as refused:
        start_candidacy(a_person(tenant), call.slug, ej, " ")
    assert "function" in refused.value.fields


def test_prepared_before_the_opening_and_never_begun_after_the_closing(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    person = a_person(tenant)
    with clock.frozen(OPENS - timedelta(days=2)):
        file = start_candidacy(person, call.slug, ej, "Directrice")
    assert file.state == "draft"
    late, edition = a_legal_entity()
    call = a_call(tenant, edition)
    with clock.frozen(AFTER), pytest.raises(Conflict) as refused:
        start_candidacy(person, call.slug, late, "Directrice")
    assert refused.value.code == "window_closed"
    assert "23\u00a0septembre 2025 à 23\u00a0h\u00a059 (heure de Paris)" in refused.value.sentence


@pytest.mark.parametrize(("state", "error"), [("draft", NotFound), ("scheduled", NotFound), ("released", Conflict)])
def test_a_call_that_is_not_public_or_over(tenant: Tenant, state: str, error: type[Exception]) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition, state=state)
    with clock.frozen(DURING), pytest.raises(error):
        start_candidacy(a_person(tenant), call.slug, ej, "Directrice")


def test_a_visitor_signs_in_first(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    with clock.frozen(DURING), pytest.raises(Unauthenticated):
        start_candidacy(anonymous(tenant.id), a_call(tenant, edition).slug, ej, "Directrice")


def test_the_call_of_another_tenant_does_not_exist(tenant: Tenant, make_tenant: Callable[[], Tenant]) -> None:
    ej, edition = a_legal_entity()
    call = a_call(make_tenant(), edition)
    with clock.frozen(DURING), pytest.raises(NotFound):
        start_candidacy(a_person(tenant), call.slug, ej, "Directrice")


def test_whoever_leaves_loses_the_file_and_the_organisation_keeps_it(tenant: Tenant) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    person, file = a_file(tenant, call, ej)
    colleague = a_colleague(tenant, file, role="owner")
    left = replace(person, organisations={})
    with clock.frozen(DURING):
        with pytest.raises(NotFound):
            view_candidacy(left, file.id)
        assert list_my_candidacies(left).lines == []
        assert view_candidacy(colleague, file.id).draft.candidacy.id == file.id
        assert [line.draft.candidacy.id for line in list_my_candidacies(as_member(colleague)).lines] == [file.id]
