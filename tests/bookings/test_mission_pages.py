"""The pages of missions: each side's happy path, what is refused and how, as many queries for three as for one."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bookings.service.acceptance import reserve_mission
from bookings.service.deliverable import share_deliverable
from bookings.service.satisfaction import answer_satisfaction
from kit import clock
from tenants.models import Tenant
from tests.bookings import sent
from tests.bookings.doing import NOW, Scene, a_scene, accept, add_file, deliver
from tests.browser import Browser, text_of
from tests.services_catalog.market import a_facility, a_market

GOOD = {"usefulness": "5", "quality": "4", "recommendation": "5"}


@pytest.fixture
def scene(tenant: Tenant) -> Scene:
    """A planned mission."""
    return a_scene(tenant)


@pytest.fixture
def enter(application: Flask) -> Callable[[Scene, str], Browser]:
    """Sign in as one of the scene's people: buyer, doer, grades."""

    def sign_in(scene: Scene, who: str) -> Browser:
        return Browser(application, scene.tenant).sign_in(getattr(scene, who).email)

    return sign_in


def send(browser: Browser, scene: Scene, name: str, content: bytes, **words: str) -> TestResponse:
    data: dict[str, Any] = {"file": (io.BytesIO(content), name), **words}
    return browser.post(f"/missions/{scene.mission.id}/deliverables", data, content_type="multipart/form-data")


def test_a_mission_from_its_start_to_its_acceptance(tenant: Tenant, enter: Callable[..., Browser]) -> None:
    """As a provider and a facility do it, page by page."""
    begins = clock.now() + timedelta(days=10)
    scene = a_scene(tenant, starts_at=begins, ends_at=begins + timedelta(hours=8))
    doer, buyer, address = enter(scene, "doer"), enter(scene, "buyer"), f"/missions/{scene.mission.id}"
    assert "À vous" not in text_of(doer.get("/missions")), "its day is to come"
    assert doer.post(f"{address}/start", {"revision": "1"}).status_code == 303
    assert "À vous" in text_of(doer.get("/missions"))
    assert send(doer, scene, "Retour d’expérience.pdf", sent.a_pdf(), note="Version finale").status_code == 303
    assert doer.post(f"{address}/deliver", {"revision": "3"}).status_code == 303
    page = buyer.get(address)
    assert "Accepter : le service est fait" in text_of(page).replace("\xa0", " ")
    answer = buyer.post(f"{address}/accept", {"name": "Marie", "function": "Directrice", "seen": scene.seen()})
    assert answer.status_code == 303
    said = text_of(buyer.get(address))
    assert "La prestation est acceptée" in said
    assert "par Marie , Directrice" in said
    assert buyer.post(f"{address}/satisfaction", GOOD).status_code == 303
    assert "Merci, votre avis est enregistré" in text_of(buyer.get(address))


def test_reserves_and_what_answers_them(scene: Scene, enter: Callable[..., Browser]) -> None:
    mission = deliver(scene)
    buyer, address = enter(scene, "buyer"), f"/missions/{mission.id}"
    refused = buyer.post(f"{address}/reserve", {"revision": str(mission.revision), "text": ""})
    assert (refused.status_code, "Décrivez ce qui manque" in text_of(refused)) == (422, True)
    assert buyer.post(f"{address}/reserve", {"revision": str(mission.revision), "text": "Page 4 ?"}).status_code == 303
    assert "Page 4 ?" in text_of(enter(scene, "doer").get(address))


@pytest.mark.parametrize(
    ("move", "form", "status", "sentence"),
    [
        ("accept", {"seen": "old", "name": "M", "function": "D"}, 412, "un nouveau document"),
        ("accept", {}, 422, "Indiquez votre nom"),
        ("reserve", {"revision": "1", "text": "x"}, 412, "La mission a changé"),
        ("reserve", {"revision": "abc", "text": "x"}, 412, "La mission a changé"),
        ("start", {"revision": "1"}, 403, "ne permet pas"),
        ("cancel", {"revision": "1"}, 409, "elle ne peut plus être annulée"),
        ("satisfaction", GOOD, 409, "une fois la prestation acceptée"),
        ("deliverables", {}, 403, "ne permet pas"),
    ],
)
def test_what_is_refused_is_said_on_the_page(
    scene: Scene, enter: Callable[..., Browser], move: str, form: dict[str, str], status: int, sentence: str
) -> None:
    deliver(scene)
    answer = enter(scene, "buyer").post(f"/missions/{scene.mission.id}/{move}", form)
    assert (answer.status_code, sentence in text_of(answer)) == (status, True)


def test_accepting_twice_is_said(scene: Scene, enter: Callable[..., Browser]) -> None:
    deliver(scene)
    accept(scene)
    form = {"name": "Marie", "function": "Directrice", "seen": scene.seen()}
    answer = enter(scene, "buyer").post(f"/missions/{scene.mission.id}/accept", form)
    assert (answer.status_code, "Seule une mission livrée" in text_of(answer)) == (409, True)


def test_a_mission_with_an_order_is_cancelled_with_it(scene: Scene, enter: Callable[..., Browser]) -> None:
    answer = enter(scene, "buyer").post(f"/missions/{scene.mission.id}/cancel", {"revision": "1"})
    assert (answer.status_code, "annulez la commande" in text_of(answer)) == (409, True)


@pytest.mark.parametrize("field", ["usefulness", "quality", "recommendation"])
@pytest.mark.parametrize("value", ["", "0", "6", "cinq"])
def test_three_questions_want_three_answers(
    scene: Scene, enter: Callable[..., Browser], field: str, value: str
) -> None:
    deliver(scene)
    accept(scene)
    answer = enter(scene, "buyer").post(f"/missions/{scene.mission.id}/satisfaction", GOOD | {field: value})
    assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)


def test_a_file_is_saved_never_shown(scene: Scene, enter: Callable[..., Browser]) -> None:
    deliverable = add_file(scene, "Retour d’expérience.pdf")
    answer = enter(scene, "buyer").get(f"/deliverables/{deliverable.id}")
    assert answer.data == sent.a_pdf()
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "Retour%20d%E2%80%99exp%C3%A9rience.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.content_length == deliverable.size


def test_the_grades_sees_the_print_and_reads_what_is_shared(scene: Scene, enter: Callable[..., Browser]) -> None:
    deliverable = add_file(scene)
    grades = enter(scene, "grades")
    page = text_of(grades.get(f"/missions/{scene.mission.id}"))
    assert deliverable.sha256 in page
    assert "Non partagé par l’établissement" in page
    assert grades.get(f"/deliverables/{deliverable.id}").status_code == 404
    shared = enter(scene, "buyer").post(f"/deliverables/{deliverable.id}/share", {"shared": "yes"})
    assert shared.status_code == 303
    assert grades.get(f"/deliverables/{deliverable.id}").status_code == 200


@pytest.mark.parametrize(("name", "content"), [("x.html", b"<html>"), ("x.pdf", sent.with_script()), ("vide.pdf", b"")])
def test_a_file_that_is_refused_says_why_beside_its_field(
    scene: Scene, enter: Callable[..., Browser], name: str, content: bytes
) -> None:
    answer = send(enter(scene, "doer"), scene, name, content, note="Ma note")
    assert (answer.status_code, 'id="file-error"' in answer.text) == (422, True)
    assert 'value="Ma note"' in answer.text


def test_nothing_chosen_is_said(scene: Scene, enter: Callable[..., Browser]) -> None:
    answer = enter(scene, "doer").post(f"/missions/{scene.mission.id}/deliverables", {"note": ""})
    assert (answer.status_code, "Choisissez un fichier" in text_of(answer)) == (422, True)


def test_two_gigabytes_are_refused_before_they_are_read(scene: Scene, enter: Callable[..., Browser]) -> None:
    """By what the request announces: not a byte of the body is taken."""

    class NeverRead(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("Somebody reads the body.")

    doer = enter(scene, "doer")
    answer = doer.client.post(
        f"/{scene.tenant.slug}/missions/{scene.mission.id}/deliverables",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(2 * 1024**3), "wsgi.input": NeverRead()},
    )
    assert answer.status_code == 413
    assert "Ce fichier est trop lourd" in text_of(answer)


def test_as_many_queries_for_one_mission_as_for_three(
    tenant: Tenant, enter: Callable[..., Browser], statements: list[str]
) -> None:
    market = a_market(tenant)
    scene = a_scene(tenant, market)
    doer, grades = enter(scene, "doer"), enter(scene, "grades")

    def count(browser: Browser, path: str) -> int:
        browser.get(path)
        statements.clear()
        assert browser.get(path).status_code == 200
        return len(statements)

    pages = [(doer, "/missions"), (grades, "/missions"), (grades, "/staff/missions")]
    one = [count(*page) for page in pages]
    a_scene(tenant, market, state="assigned", starts_at=None, ends_at=None)
    a_scene(tenant, market, state="created", provider_id=None, starts_at=None, ends_at=None)
    assert [count(*page) for page in pages] == one


def test_as_many_queries_for_one_file_as_for_three(
    scene: Scene, enter: Callable[..., Browser], statements: list[str]
) -> None:
    doer, address = enter(scene, "doer"), f"/missions/{scene.mission.id}"

    def count() -> int:
        doer.get(address)
        statements.clear()
        doer.get(address)
        return len(statements)

    add_file(scene)
    one = count()
    add_file(scene)
    add_file(scene, "Annexe.pdf")
    assert count() == one


def test_a_list_is_filtered_and_paged(tenant: Tenant, enter: Callable[..., Browser]) -> None:
    market = a_market(tenant)
    scenes = [a_scene(tenant, market, title=f"Mission {number:02}") for number in range(27)]
    doer = enter(scenes[0], "doer")
    assert "27 missions" in text_of(doer.get("/missions")).replace("\xa0", " ")
    assert (
        doer.get("/missions?page=2").text.count("Mission 2") + doer.get("/missions?page=2").text.count("Mission 0") > 0
    )
    assert doer.get("/missions?page=999").status_code == doer.get("/missions?page=x&view=nothing").status_code == 200
    assert "1 mission" in text_of(doer.get("/missions?words=mission 07")).replace("\xa0", " ")
    assert "Aucune mission ne correspond" in text_of(doer.get("/missions?view=done"))


def test_a_facility_sees_its_own_missions_alone(scene: Scene, application: Flask) -> None:
    other = Browser(application, scene.tenant).sign_in(a_facility(scene.tenant).owner.email)
    assert scene.mission.number not in other.get("/missions?view=all").text
    assert other.get(f"/missions/{scene.mission.id}").status_code == 404


def test_the_board_shows_what_waits_and_opinions_of_three_at_least(
    tenant: Tenant, enter: Callable[..., Browser]
) -> None:
    market = a_market(tenant)
    scenes = [a_scene(tenant, market) for _ in range(3)]
    for index, scene in enumerate(scenes):
        deliver(scene)
        accept(scene)
        said = text_of(enter(scene, "grades").get("/staff/missions"))
        assert "4,0 sur 5" not in said
        answer_satisfaction(scene.buyer, scene.mission.id, dict.fromkeys(GOOD, index + 3))
    late = a_scene(tenant, market, due_on=NOW.date() - timedelta(days=1))
    with clock.frozen(NOW):
        said = text_of(enter(late, "grades").get("/staff/missions"))
    assert "4,0 sur 5" in said
    assert late.mission.number in said


def test_the_board_is_the_grades_alone(scene: Scene, enter: Callable[..., Browser]) -> None:
    for who in ("buyer", "doer"):
        assert enter(scene, who).get("/staff/missions").status_code == 403


def test_the_rule_of_acceptance_is_set_for_what_comes(scene: Scene, enter: Callable[..., Browser]) -> None:
    grades, address = enter(scene, "grades"), "/staff/missions/acceptance"
    assert 'value="15"' in grades.get(address).text
    for days in ("", "0", "91", "quinze", "-3"):
        refused = grades.post(address, {"acceptance_days": days, "silence_accepts": "no"})
        assert (refused.status_code, 'href="#acceptance_days"' in refused.text) == (422, True)
    assert grades.post(address, {"acceptance_days": "30", "silence_accepts": "yes"}).status_code == 303
    mission = deliver(scene)
    assert (mission.silence_accepts, str(mission.accept_by)) == (True, "2026-12-22")
    assert enter(scene, "buyer").post(address, {"acceptance_days": "1"}).status_code == 403


def test_old_reserves_and_shares_stay_readable(scene: Scene, enter: Callable[..., Browser]) -> None:
    deliver(scene)
    with clock.frozen(NOW):
        reserve_mission(scene.buyer, scene.mission.id, "Le plan d’action manque.")
        share_deliverable(scene.buyer, add_file(scene, "Plan.pdf").id, True)
    said = text_of(enter(scene, "grades").get(f"/missions/{scene.mission.id}"))
    assert "Le plan d’action manque." in said
