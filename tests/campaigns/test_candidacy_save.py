"""Two tabs, two people, a connection that drops: nobody's text is lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from campaigns.models import AnswerRevision
from campaigns.rules import form as forms
from campaigns.service.candidacy import list_my_candidacies, view_candidacy
from campaigns.service.saving import save_draft
from campaigns.service.settling import compare, settle_conflicts
from campaigns.service.starting import start_candidacy
from campaigns.service.submission import submit_candidacy
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.transaction import transaction
from tenants.models import Tenant
from tests.campaigns.applying import (
    AFTER,
    DURING,
    a_call,
    a_colleague,
    a_file,
    a_legal_entity,
    a_new_form,
    fill,
)
from tests.campaigns.files import a_person
from tests.campaigns.forms import document


@pytest.fixture(autouse=True)
def during_the_window() -> Iterator[None]:
    """Most of it happens while the call is open."""
    with clock.frozen(DURING):
        yield


def begun(tenant: Tenant) -> tuple[Actor, UUID]:
    ej, edition = a_legal_entity()
    person, file = a_file(tenant, a_call(tenant, edition), ej)
    return person, file.id


def answers(person: Actor, file_id: UUID) -> dict[str, Any]:
    return dict(view_candidacy(person, file_id).draft.answers)


def history(tenant: Tenant, file_id: UUID) -> list[tuple[str, Any, bool]]:
    with transaction(system(tenant.id, "tests")) as tx:
        query = select(AnswerRevision.field, AnswerRevision.value, AnswerRevision.kept)
        mine = query.where(AnswerRevision.candidacy_id == file_id).order_by(
            AnswerRevision.revision, AnswerRevision.field
        )
        return [tuple(row) for row in tx.session.execute(mine)]  # type: ignore[misc]


def test_what_is_saved_is_there_with_its_revision_and_its_hour(tenant: Tenant) -> None:
    person, file = begun(tenant)
    saved = save_draft(person, file, {"beds": "40", "level": "beginner"}, 1)
    assert (saved.revision, saved.saved_at, set(saved.changed)) == (2, DURING, {"beds", "level"})
    assert answers(person, file) == {"beds": 40, "level": "beginner"}
    again = save_draft(person, file, {"beds": " 40 "}, 2)
    assert (again.revision, again.changed) == (2, ())


def test_an_answer_is_emptied(tenant: Tenant) -> None:
    person, file = begun(tenant)
    save_draft(person, file, {"beds": "40"})
    save_draft(person, file, {"beds": ""})
    assert answers(person, file) == {}
    assert history(tenant, file) == [("beds", 40, True), ("beds", None, True)]


def test_a_value_that_cannot_be_read_is_kept_as_typed_and_flagged(tenant: Tenant) -> None:
    person, file = begun(tenant)
    saved = save_draft(person, file, {"beds": "quarante", "cost": "12 345 678,00"})
    assert set(saved.problems) == {"beds", "cost"}
    assert answers(person, file)["beds"] == {"typed": "quarante"}
    assert set(saved.changed) == {"beds", "cost"}


def test_two_tabs_in_two_fields_both_win(tenant: Tenant) -> None:
    person, file = begun(tenant)
    save_draft(person, file, {"beds": "40"}, 1)
    saved = save_draft(person, file, {"level": "beginner", "beds": ""}, 1)  # the second tab still shows an empty field
    assert not saved.conflicts
    assert answers(person, file) == {"beds": 40, "level": "beginner"}


def test_two_texts_for_one_field_are_both_kept(tenant: Tenant) -> None:
    person, file = begun(tenant)
    colleague = a_colleague(tenant, view_candidacy(person, file).draft.candidacy)
    save_draft(colleague, file, {"why": "Le texte de Gwenaël", "beds": "40"}, 1)
    saved = save_draft(person, file, {"why": "Le texte d’Anne", "level": "beginner", "beds": "40"}, 1)
    (conflict,) = saved.conflicts
    assert (conflict.field, conflict.mine, conflict.theirs) == ("why", "Le texte d’Anne", "Le texte de Gwenaël")
    assert (conflict.theirs_by, conflict.theirs_at) == ("Gwenaël Tanguy", DURING)
    assert saved.changed == ("level",)
    assert answers(person, file) == {"why": "Le texte de Gwenaël", "beds": 40, "level": "beginner"}
    assert ("why", "Le texte d’Anne", False) in history(tenant, file)
    assert view_candidacy(colleague, file).aside == 1


def test_the_same_text_twice_is_no_conflict(tenant: Tenant) -> None:
    person, file = begun(tenant)
    save_draft(person, file, {"beds": "1 250"}, 1)
    assert not save_draft(person, file, {"beds": "1250"}, 1).conflicts


@pytest.mark.parametrize(("choice", "kept"), [("mine", "B"), ("theirs", "A")])
def test_somebody_chooses(tenant: Tenant, choice: str, kept: str) -> None:
    person, file = begun(tenant)
    save_draft(person, file, {"why": "A"}, 1)
    save_draft(person, file, {"why": "B"}, 1)
    shown = compare(person, file)
    assert shown.aside["why"].value == "B"
    assert settle_conflicts(person, file, {"why": choice}, shown.draft.candidacy.revision) == 1
    assert answers(person, file) == {"why": kept}
    assert compare(person, file).aside == {}
    assert {value for _, value, _ in history(tenant, file)} == {"A", "B"}


def test_a_choice_made_on_an_old_page_waits(tenant: Tenant) -> None:
    """While one compares, the other writes a third text: nothing is chosen unseen."""
    person, file = begun(tenant)
    colleague = a_colleague(tenant, view_candidacy(person, file).draft.candidacy)
    save_draft(person, file, {"why": "A"}, 1)
    save_draft(colleague, file, {"why": "B"}, 1)
    shown = compare(person, file).draft.candidacy.revision
    save_draft(person, file, {"why": "C"}, shown)
    assert settle_conflicts(colleague, file, {"why": "mine"}, shown) == 0
    assert answers(person, file) == {"why": "C"}
    assert compare(colleague, file).aside["why"].value == "B"


def test_a_choice_is_one_of_two(tenant: Tenant) -> None:
    person, file = begun(tenant)
    with pytest.raises(Invalid):
        settle_conflicts(person, file, {"why": "both"}, 1)
    assert settle_conflicts(person, file, {"why": "mine", "nothing": "theirs"}, 1) == 0


def test_two_who_save_at_once_take_turns(tenant: Tenant) -> None:
    person, file = begun(tenant)

    def save(index: int) -> int:
        with clock.frozen(DURING):
            return save_draft(person, file, {"note": f"texte {index}", "beds": str(index + 1)}, 1).revision

    with ThreadPoolExecutor(4) as pool:
        revisions = sorted(pool.map(save, range(4)))
    assert revisions == [2, 3, 4, 5]
    texts = {value for key, value, _ in history(tenant, file) if key == "note"}
    assert texts == {f"texte {index}" for index in range(4)}


def test_a_commitment_keeps_who_accepted_it_and_when(tenant: Tenant) -> None:
    person, file = begun(tenant)
    colleague = a_colleague(tenant, view_candidacy(person, file).draft.candidacy)
    save_draft(person, file, {"commitment.journey": "yes"})
    with clock.frozen(DURING + timedelta(hours=1)):
        save_draft(colleague, file, {"commitment.journey": "yes"})
    kept = answers(person, file)["commitment.journey"]
    assert (kept["by"], kept["at"]) == ("Anne Le Goff", "2025-09-18T20:14:00+00:00")
    save_draft(colleague, file, {"commitment.journey": ""})
    assert "commitment.journey" not in answers(person, file)


def test_what_is_too_long_or_unknown_is_refused_and_the_rest_is_saved(tenant: Tenant) -> None:
    person, file = begun(tenant)
    saved = save_draft(person, file, {"note": "a" * 50_001, "nothing": "x", "beds": "40"})
    assert set(saved.refused) == {"note", "nothing"}
    assert answers(person, file) == {"beds": 40}


def test_a_draft_follows_its_form(tenant: Tenant) -> None:
    person, file = begun(tenant)
    fill(person, file)
    changed = document()
    changed["form"]["sections"][0]["fields"] = [
        {"key": "beds", "label": "Lits", "type": "text"},
        {"key": "new", "label": "Nouveau", "type": "text"},
    ]
    draft = view_candidacy(person, file).draft
    a_new_form(tenant, draft.campaign, changed)
    carried = view_candidacy(person, file)
    assert carried.draft.answers["beds"] == "40"
    assert [gap.field for gap in carried.progress.gaps] == ["new"]
    save_draft(person, file, {"new": "oui"})
    stored = view_candidacy(person, file).draft.candidacy
    assert stored.form_version == carried.draft.version.form_version
    assert "why" not in stored.answers
    assert ("why", "Personne ici ne sait qui appeler.", True) in history(tenant, file)


def test_a_text_is_still_saved_after_the_closing_and_a_submitted_file_stands(tenant: Tenant) -> None:
    person, file = begun(tenant)
    with clock.frozen(AFTER):
        assert save_draft(person, file, {"beds": "40"}).changed == ("beds",)
    person, file = begun(tenant)
    fill(person, file)
    submit_candidacy(person, file)
    assert save_draft(person, file, {"beds": "41"}).changed == ("beds",)
    with clock.frozen(AFTER), pytest.raises(Conflict, match="celui qui sera instruit"):
        save_draft(person, file, {"beds": "42"})


def test_who_may_write(tenant: Tenant) -> None:
    person, file = begun(tenant)
    candidacy = view_candidacy(person, file).draft.candidacy
    with pytest.raises(Forbidden):
        save_draft(a_colleague(tenant, candidacy, role="reader"), file, {"beds": "1"})
    for stranger in (a_person(tenant), a_person(tenant, "ars_manager")):
        with pytest.raises(NotFound):
            save_draft(stranger, file, {"beds": "1"})
    other, _ = begun(tenant)
    with pytest.raises(NotFound):
        save_draft(other, file, {"beds": "1"})


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60) | st.lists(st.text(max_size=8))
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(forms.read_form(document()).fields)), ANYTHING, max_size=6))
def test_whatever_is_sent_is_saved_or_refused(tenant: Tenant, sent: dict[str, Any]) -> None:
    with clock.frozen(DURING):
        person, file = begun(tenant)
        saved = save_draft(person, file, sent)
        assert not saved.conflicts
        view_candidacy(person, file)


def test_as_many_queries_for_one_file_as_for_three(tenant: Tenant, statements: list[str]) -> None:
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    person, _ = a_file(tenant, call, ej)
    del statements[:]
    list_my_candidacies(person)
    one = len(statements)
    for _ in range(2):
        start_candidacy(person, a_call(tenant, edition).slug, ej)

    del statements[:]
    assert len(list_my_candidacies(person).lines) == 3
    assert len(statements) == one


def test_a_save_is_a_few_queries(tenant: Tenant, statements: list[str]) -> None:
    person, file = begun(tenant)
    fill(person, file)
    del statements[:]
    save_draft(person, file, {"beds": "41"}, 2)
    assert len(statements) <= 9, statements
