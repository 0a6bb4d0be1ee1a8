"""Instructing files: the list, its filters and pages, assignment, completeness and score."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from app.rooms import permissions
from campaigns.queries.review import Filters
from campaigns.service.decision import decide
from campaigns.service.review import assign_files, list_files, view_file, write_review
from kit.actor import Actor, operator
from kit.errors import Forbidden, Invalid, NotFound, Stale
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.campaigns.files import a_call, a_file, a_person


@pytest.fixture
def instructor(tenant: Tenant) -> Actor:
    """Somebody who instructs."""
    return a_person(tenant, "ars_instructor", name="Anne Tanguy")


def test_drafts_stay_with_their_authors(tenant: Tenant, instructor: Actor) -> None:
    call = a_call(tenant)
    file, draft = a_file(tenant, call), a_file(tenant, call, state="draft")
    assert [row.id for row in list_files(instructor, call.slug, Filters()).rows] == [file]
    with pytest.raises(NotFound):
        view_file(instructor, draft)


def test_the_list_is_read_page_by_page_without_a_hole(tenant: Tenant, instructor: Actor) -> None:
    call = a_call(tenant)
    files = [a_file(tenant, call) for _ in range(7)]
    seen, after = [], None
    while True:
        page = list_files(instructor, call.slug, Filters(), after, limit=3)
        seen += [row.id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert seen == files
    assert page.total == 7


def test_as_many_queries_for_one_file_as_for_three(tenant: Tenant, instructor: Actor, statements: list[str]) -> None:
    call = a_call(tenant)

    def count() -> int:
        statements.clear()
        list_files(instructor, call.slug, Filters())
        return len(statements)

    a_file(tenant, call)
    one = count()
    a_file(tenant, call)
    a_file(tenant, call)
    assert count() == one


def test_filters_keep_what_they_say(tenant: Tenant, instructor: Actor) -> None:
    call = a_call(tenant)
    mine, other = a_file(tenant, call, name="EHPAD Les 100 % Lilas"), a_file(tenant, call, name="IME du Bocage")
    assign_files(instructor, [mine], instructor.user_id)
    write_review(instructor, mine, "complete", "Rien à dire", 80, 1)
    decide(instructor, other, "accepted")

    def kept(**filters: str) -> list[object]:
        return [row.id for row in list_files(instructor, call.slug, Filters(**filters)).rows]

    assert kept(text="100 %") == [mine]
    assert kept(text="_") == []
    assert kept(assignee=str(instructor.user_id)) == [mine]
    assert kept(assignee="none") == [other]
    assert kept(completeness="complete") == [mine]
    assert kept(completeness="unknown") == [other]
    assert kept(decision="none") == [mine]
    assert kept(decision="accepted") == [other]
    assert kept(eligibility="not_eligible") == []
    with pytest.raises(Invalid):
        kept(assignee="' or 1=1")


def test_files_are_given_all_or_none(tenant: Tenant, instructor: Actor) -> None:
    """A stranger among the files, or somebody who does not instruct here: nothing moves."""
    call = a_call(tenant)
    files = [a_file(tenant, call) for _ in range(2)]
    with pytest.raises(NotFound):
        assign_files(instructor, [*files, uuid4()], instructor.user_id)
    with pytest.raises(Invalid):
        assign_files(instructor, files, a_person(tenant).user_id)
    assert list_files(instructor, call.slug, Filters()).workload == {None: 2}
    assert assign_files(instructor, files, instructor.user_id) == 2
    assert list_files(instructor, call.slug, Filters()).workload == {instructor.user_id: 2}
    assert assign_files(instructor, files[:1], None) == 1


def test_a_colleague_does_not_overwrite_a_note_unseen(tenant: Tenant, instructor: Actor) -> None:
    file = a_file(tenant, a_call(tenant))
    first = write_review(instructor, file, "incomplete", "Il manque le RIB", None, 0)
    with pytest.raises(Stale):
        write_review(a_person(tenant, "ars_manager"), file, "complete", "", 50, 1)
    write_review(a_person(tenant, "ars_manager"), file, "complete", "Vu", 50, first.revision)


@pytest.mark.parametrize("score", [-1, 101])
def test_a_score_is_out_of_a_hundred(tenant: Tenant, instructor: Actor, score: int) -> None:
    file = a_file(tenant, a_call(tenant))
    with pytest.raises(Invalid) as raised:
        write_review(instructor, file, "complete", "", score, 0)
    assert "score" in raised.value.fields


def test_who_may_instruct(tenant: Tenant, make_tenant: Callable[..., Tenant], instructor: Actor) -> None:
    """The GRADeS reads; an applicant and another region learn nothing."""
    file = a_file(tenant, a_call(tenant))
    with pytest.raises(Forbidden):
        write_review(a_person(tenant, "grades_manager"), file, "complete", "", None, 0)
    for stranger in (a_person(tenant), a_person(make_tenant(), "ars_instructor")):
        with pytest.raises(NotFound):
            view_file(stranger, file)


def test_programs_change_the_review_they_read(application: Flask, tenant: Tenant, instructor: Actor) -> None:
    """By its ETag: 428 without, 412 when a colleague came first, 422 with the field named."""
    file = a_file(tenant, a_call(tenant))
    boss = operator("tests", tenant.id)
    token = create_token(boss, "essai", ["review"], known_scopes=list(permissions()), roles=["ars_instructor"])[1]
    client, bearer = application.test_client(), {"Authorization": f"Bearer {token}"}
    address = f"/api/v1/{tenant.slug}/candidacies/{file}/review"
    etag = client.get(address, headers=bearer).headers["ETag"]
    body = {"completeness": "complete", "note": "Lu", "score": 70}
    assert client.put(address, json=body, headers=bearer).status_code == 428
    wrong = client.put(address, json=body | {"score": 101}, headers=bearer | {"If-Match": etag})
    assert (wrong.status_code, list(wrong.get_json()["fields"])) == (422, ["score"])
    done = client.put(address, json=body, headers=bearer | {"If-Match": etag})
    assert (done.status_code, done.get_json()["score"]) == (200, 70)
    assert client.put(address, json=body, headers=bearer | {"If-Match": etag}).status_code == 412
    assert client.put(address, json=body, headers=bearer | {"If-Match": done.headers["ETag"]}).status_code == 200
