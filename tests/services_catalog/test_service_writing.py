"""The catalogue's commands on the real database: drafts, versions that never change, who may, who came first."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import ProgrammingError

from kit.actor import Actor, anonymous, system
from kit.audit import AuditLine
from kit.document.finding import Refused
from kit.document.source import read_data
from kit.errors import Conflict, Forbidden, NotFound, PreconditionMissing, Stale, Unauthenticated
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from services_catalog.models import ServiceVersion
from services_catalog.queries import service as services
from services_catalog.service import reading
from services_catalog.service.publication import foresee_publication, get_on_sale, publish_service, withdraw_service
from services_catalog.service.writing import create_service, import_service, save_service
from tenants.models import Tenant
from tests.campaigns.files import a_person
from tests.services_catalog.services import DOCUMENT, RULE, a_document, change, publish, write


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody who keeps the catalogue."""
    return a_person(tenant, "grades_manager", name="Solenn Le Goff")


def test_a_draft_is_made_changed_and_left_alone(grades: Actor) -> None:
    made = write(grades)
    assert (made.outcome, made.service.state, made.service.version, made.service.revision) == ("created", "draft", 0, 1)
    assert write(grades).outcome == "unchanged"
    assert write(grades, title=" Exercice de crise cyber ").outcome == "unchanged"
    updated = write(grades, title="Autre titre")
    assert (updated.outcome, updated.service.revision, updated.service.title) == ("updated", 2, "Autre titre")
    assert write(grades, family="diagnostic", title="Autre titre").service.family == "diagnostic"


def test_warnings_are_told_and_errors_change_nothing(grades: Actor) -> None:
    assert [one.path for one in write(grades, deliverables=[]).findings] == ["deliverables"]
    with pytest.raises(Refused) as refused:
        save_service(grades, "Exercice", "sport", read_data(a_document(title="", half_days=0)))
    assert refused.value.fields.keys() == {"slug", "family", "title", "half_days"}
    with pytest.raises(Refused):
        save_service(grades, "exercice", "exercise", read_data(None), 1)
    assert reading.view_draft(grades, "exercice")[0].document.deliverables == ()


def test_two_people_do_not_overwrite_each_other(grades: Actor) -> None:
    write(grades)
    assert change(grades, 1, title="Le premier").service.revision == 2
    for old in (1, 0, 3):
        with pytest.raises(Stale):
            change(grades, old, title="Le second")
    with pytest.raises(PreconditionMissing):
        change(grades, None)
    with pytest.raises(Refused) as refused:
        create_service(grades, "exercice", "exercise", read_data(DOCUMENT))
    assert "Une prestation a déjà l’adresse" in refused.value.fields["slug"]


def test_each_publication_is_a_version_that_stays(grades: Actor) -> None:
    publish(grades)
    write(grades, title="Deuxième titre", qualification="pams")
    assert reading.view_service(grades, "exercice").document.title == DOCUMENT["title"]
    ahead = foresee_publication(grades, "exercice")
    assert (ahead.version, ahead.same) == (2, False)
    assert [one.label for one in ahead.changes] == ["Titre", "Qualification demandée"]
    service = publish_service(grades, "exercice")
    assert (service.version, service.title, service.title_norm) == (2, "Deuxième titre", "deuxieme titre")
    first, second = (reading.view_version(grades, "exercice", number) for number in (1, 2))
    assert first.page.document.title == DOCUMENT["title"]
    assert second.page.document.title == "Deuxième titre"
    assert (len(first.changes), len(second.changes)) == (0, 2)
    assert second.page.version is not None
    assert (second.page.version.qualification, second.page.version.author_id) == ("pams", grades.user_id)
    with pytest.raises(NotFound):
        reading.view_version(grades, "exercice", 3)


def test_nothing_new_is_not_published_again(grades: Actor) -> None:
    publish(grades)
    assert foresee_publication(grades, "exercice").same
    with pytest.raises(Conflict, match="Rien n’a changé"):
        publish_service(grades, "exercice")


def test_only_the_draft_that_was_read_is_published(grades: Actor) -> None:
    write(grades)
    write(grades, title="Changé entre-temps")
    with pytest.raises(Stale):
        publish_service(grades, "exercice", revision=1)
    assert publish_service(grades, "exercice", revision=2).version == 1


def test_a_version_cannot_be_changed_nor_removed_even_by_sql(grades: Actor) -> None:
    publish(grades)
    for statement in (update(ServiceVersion).values(title="Autre"), delete(ServiceVersion)):
        with pytest.raises(ProgrammingError, match="permission denied"):
            with transaction(grades) as tx:
                tx.session.execute(statement)


def test_a_withdrawn_service_is_read_and_not_ordered(grades: Actor, tenant: Tenant) -> None:
    version = publish(grades)
    with transaction(grades) as tx:
        service, on_sale = get_on_sale(tx, "exercice")
        assert (service.id, on_sale.number) == (version.service.id, 1)
    withdraw_service(grades, "exercice")
    with transaction(grades) as tx, pytest.raises(Conflict, match="ne peut pas être commandée"):
        get_on_sale(tx, "exercice")
    with transaction(grades) as tx:
        assert services.get_version_by_id(tx.session, on_sale.id).document == DOCUMENT
    visitor = anonymous(tenant.id)
    assert reading.view_service(visitor, "exercice").document.title == DOCUMENT["title"]
    assert reading.list_offer(visitor) == []
    with pytest.raises(Conflict, match="Seule une prestation publiée"):
        withdraw_service(grades, "exercice")


def test_it_comes_back_as_it_was_or_as_a_new_version(grades: Actor) -> None:
    publish(grades)
    withdraw_service(grades, "exercice")
    assert publish_service(grades, "exercice").version == 1
    withdraw_service(grades, "exercice")
    write(grades, title="De retour")
    assert publish_service(grades, "exercice").version == 2


def test_a_draft_is_nobody_elses(grades: Actor, tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    write(grades)
    instructor, visitor = a_person(tenant, "ars_instructor"), anonymous(tenant.id)
    elsewhere = a_person(make_tenant(), "grades_manager")
    for actor in (instructor, visitor, elsewhere):
        for look in (reading.view_service, reading.view_draft, publish_service, withdraw_service, foresee_publication):
            with pytest.raises(NotFound):
                look(actor, "exercice")
        with transaction(actor) as tx, pytest.raises(NotFound):
            get_on_sale(tx, "exercice")
        for slug in ("exercice", "inconnue"):  # the words are the same, or they would tell that a draft is there
            with pytest.raises(NotFound, match="Cette page n’existe pas"):
                reading.view_service(actor, slug)
    with pytest.raises(Unauthenticated):
        import_service(visitor, "autre", "exercise", DOCUMENT)
    with pytest.raises(Forbidden):
        import_service(instructor, "autre", "exercise", DOCUMENT)
    publish_service(grades, "exercice")
    with pytest.raises(Forbidden):
        withdraw_service(instructor, "exercice")
    with pytest.raises(Forbidden):
        reading.list_catalogue(instructor)


def test_lists_show_what_is_published_and_to_its_keeper_what_is_not(grades: Actor, tenant: Tenant) -> None:
    publish(grades, "b", title="Éclair")
    publish(grades, "a", title="Zèbre")
    write(grades, "c", title="Brouillon", level=None, mode="time", half_days=1)
    write(grades, "b", title="Éclair changé")
    visitor = anonymous(tenant.id)
    assert [one.slug for one in reading.list_offer(visitor)] == ["b", "a"]
    assert [one.slug for one in reading.list_offer(visitor, "eclair")] == ["b"]
    assert [(one.title, one.changed) for one in reading.list_catalogue(grades)] == [
        ("Brouillon", False),
        ("Éclair", True),
        ("Zèbre", False),
    ]
    first = reading.list_services(grades, limit=2)
    assert ([one.slug for one in first.items], first.after) == (["a", "b"], "b")
    rest = reading.list_services(grades, first.after, 2)
    assert ([(one.slug, one.level, one.half_days) for one in rest.items], rest.after) == ([("c", None, 1)], None)
    assert [one.slug for one in reading.list_services(visitor).items] == ["a", "b"]


def test_what_was_done_is_told_and_written_down(grades: Actor, tenant: Tenant) -> None:
    service = publish(grades, rule=RULE).service
    withdraw_service(grades, "exercice")
    with transaction(system(tenant.id, "tests")) as tx:
        lines = tx.session.scalars(select(AuditLine).where(AuditLine.subject_id == service.id).order_by(AuditLine.id))
        assert [line.action for line in lines] == ["service.write", "service.publish", "service.withdraw"]
        told = tx.session.scalars(select(OutboxMessage.topic).where(OutboxMessage.subject_id == service.id))
        assert set(told) == {"service.publish", "service.withdraw"}


def test_two_who_take_the_same_address_or_publish_at_once(grades: Actor) -> None:
    outcomes: list[str] = []

    def attempt(act: Callable[[], Any]) -> None:
        try:
            act()
            outcomes.append("done")
        except (Refused, Conflict):
            outcomes.append("refused")

    for act in (
        lambda: create_service(grades, "exercice", "exercise", read_data(DOCUMENT)),
        lambda: publish_service(grades, "exercice"),
    ):
        outcomes.clear()
        threads = [Thread(target=attempt, args=(act,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["done", "refused", "refused", "refused"]
    assert reading.view_service(grades, "exercice").service.version == 1


def test_a_catalogue_is_bounded(grades: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    write(grades)
    assert write(grades, title="Autre titre").outcome == "updated"
    with pytest.raises(Conflict, match="prestations au plus"):
        write(grades, "autre")
