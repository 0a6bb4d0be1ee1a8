"""Files joined as they are chosen, in a real browser: small, large, on a line that drops; and without a script."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from campaigns.service.candidacy import open_file
from campaigns.service.starting import start_candidacy
from kit.actor import Actor, operator
from tenants.models import Tenant
from tenants.service.sign_in import make_sign_in_link
from tests.bookings import sent
from tests.campaigns.applying import a_call, a_legal_entity, as_member
from tests.campaigns.files import a_person
from tests.campaigns.joining import another_pdf, with_files
from tests.journeys.conftest import accessible
from tests.journeys.test_drafts import address  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
LARGE = sent.a_pdf(Words=DictionaryObject({NameObject("/Long"): TextStringObject("x" * 1_700_000)}))
Open = Callable[..., Page]


@pytest.fixture
def anne(tenant: Tenant) -> tuple[Actor, UUID]:
    """Somebody with a file begun, in a call that asks for papers now."""
    ej, edition = a_legal_entity()
    now = datetime.now(UTC).replace(microsecond=0)
    windows = ((now - timedelta(days=1), now + timedelta(days=3)),)
    note = {"key": "remark", "label": "Remarque", "type": "text", "required": False}
    form = with_files()
    form["sections"][-1]["fields"].insert(0, note)
    call = a_call(tenant, edition, windows, form=form)
    person = a_person(tenant, name="Anne Le Goff")
    file = start_candidacy(person, call.slug, ej, "Directrice")
    return as_member(person), file.id


@pytest.fixture
def papers(chromium: Browser, address: str, tenant: Tenant, anne: tuple[Actor, UUID]) -> Iterator[Open]:  # noqa: F811
    """The section of papers, in a browser signed in."""
    contexts = []
    person, file = anne

    def opened(script: bool = True) -> Page:
        context = chromium.new_context(base_url=address, locale="fr-FR", bypass_csp=script, java_script_enabled=script)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        path = f"/candidacies/{file}/sections/papers"
        secret = make_sign_in_link(operator("tests", tenant.id), person.email, f"/{tenant.slug}{path}")
        page.goto(f"/{tenant.slug}/sign-in/{secret}")
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url(f"**{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def a_pdf(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def names(anne: tuple[Actor, UUID], key: str = "proof") -> list[str]:
    value = open_file(*anne).draft.answers.get(key)
    return [one["name"] for one in value] if isinstance(value, list) else []


def test_what_is_chosen_is_joined(anne: tuple[Actor, UUID], papers: Open) -> None:
    page = papers()
    page.get_by_label("Organigramme ou attestation").set_input_files(a_pdf("Attestation.pdf", sent.a_pdf()))
    expect(page.get_by_text("Attestation.pdf est joint.")).to_be_visible()
    expect(page.get_by_role("link", name="Attestation.pdf")).to_be_visible()
    assert names(anne) == ["Attestation.pdf"]
    page.get_by_label("Annexes").set_input_files(
        [a_pdf("a.pdf", another_pdf("a")), a_pdf("macro.docx", sent.PROGRAM), a_pdf("b.pdf", another_pdf("b"))]
    )
    expect(page.get_by_text("Ce fichier est un programme")).to_be_visible()
    assert names(anne, "annexes") == ["a.pdf", "b.pdf"]
    accessible(page)
    page.get_by_label("Remarque").fill("Rien")
    page.get_by_label("Remarque").press("Enter")
    page.wait_for_url("**/sections/referent-interne")
    assert (names(anne), names(anne, "annexes")) == (["Attestation.pdf"], ["a.pdf", "b.pdf"])
    page.go_back()
    page.get_by_role("button", name="Retirer").first.click()
    expect(page.get_by_label("Organigramme ou attestation")).to_be_visible()
    assert names(anne) == []


def test_a_large_file_goes_on_where_the_line_dropped(anne: tuple[Actor, UUID], papers: Open) -> None:
    page, pieces = papers(), []

    def drop(route: Route) -> None:
        """The second piece is received and its answer lost, then the line is down twice."""
        if route.request.method == "PATCH":
            pieces.append(route.request.headers["upload-offset"])
            if len(pieces) == 1:
                route.fetch()
            if len(pieces) <= 2:
                return route.abort()
        return route.continue_()

    page.route("**/uploads/*", drop)
    page.get_by_label("Organigramme ou attestation").set_input_files(a_pdf("Organigramme.pdf", LARGE))
    expect(page.get_by_text("l’envoi de Organigramme.pdf reprendra où il en était")).to_be_visible()
    expect(page.get_by_text("Organigramme.pdf est joint.")).to_be_visible(timeout=30_000)
    assert pieces == ["0", "1000000", "1000000"]
    assert names(anne) == ["Organigramme.pdf"]


def test_without_a_script(anne: tuple[Actor, UUID], papers: Open) -> None:
    page = papers(script=False)
    page.get_by_label("Remarque").fill("Tapé sans script")
    page.get_by_label("Organigramme ou attestation").set_input_files(a_pdf("Attestation.pdf", sent.a_pdf()))
    page.get_by_role("button", name="Joindre").first.click()
    expect(page.get_by_role("link", name="Attestation.pdf")).to_be_visible()
    expect(page.get_by_label("Remarque")).to_have_value("Tapé sans script")
    page.get_by_label("Remarque").fill("Puis retiré")
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_label("Organigramme ou attestation")).to_be_visible()
    expect(page.get_by_label("Remarque")).to_have_value("Puis retiré")
    assert names(anne) == []
