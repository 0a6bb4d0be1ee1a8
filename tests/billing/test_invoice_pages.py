"""Pages of drafts, runs and invoices: what each person sees, without script; as many queries for three as for one."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from billing.models import Customer, Invoice, InvoiceDocument, IssueRun
from billing.service.credit import credit
from kit import clock, signing
from kit.actor import Actor, system
from kit.french import NBSP
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing import issuing
from tests.billing.issuing import a_manager, issue_all, lines, make_all, queued, rows_of
from tests.billing.rows import a_customer, a_draft, an_issuer, owned_by
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import Facility, a_facility

DRAFTS = "/staff/billing/drafts"
As = Callable[[Actor], Browser]


@pytest.fixture
def as_(application: Flask, tenant: Tenant) -> As:
    """The browser of somebody."""
    return lambda actor: Browser(application, tenant).sign_in(actor.email)


@pytest.fixture
def grades(as_: As, tenant: Tenant) -> Browser:
    """The browser of somebody of the GRADeS."""
    return as_(a_person(tenant, "grades_manager"))


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def customer(tenant: Tenant, facility: Facility) -> Customer:
    an_issuer(tenant)
    return a_customer(tenant, facility)


def issued(tenant: Tenant, customer: Customer, *totals: int) -> Invoice:
    """Issued today."""
    return issuing.issued(tenant, customer, *totals, at=clock.now())


def says(response: object) -> str:
    return text_of(response).replace("\u202f", " ").replace(NBSP, " ")  # type: ignore[arg-type]


def test_empty_lists_say_what_comes(grades: Browser) -> None:
    said = grades.get(DRAFTS)
    assert said.status_code == 200
    assert "Aucun brouillon n’attend" in says(said)
    assert "Aucun brouillon écarté" in says(grades.get(f"{DRAFTS}?state=discarded"))
    assert "Aucune facture émise" in says(grades.get("/staff/billing/invoices"))


def test_drafts_are_by_customer_and_month(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    for month, total in ((10, 12_000), (10, 24_000), (11, 6_000)):
        a_draft(tenant, customer, total, delivered_on=date(2026, month, 5))
    poor = a_customer(tenant, name="Résidence sans SIRET", siret="")
    a_draft(tenant, poor, 1_000, delivered_on=date(2026, 11, 5))
    said = says(grades.get(DRAFTS))
    assert "4 Total TTC 430,00 €" in said
    assert f"{customer.name} – octobre 2026 2 brouillons, 360,00 €" in said
    assert "Résidence sans SIRET : le SIRET n’est pas renseigné." in said
    assert "Prêt à émettre" in said
    alone = says(grades.get(f"{DRAFTS}?customer={customer.id}&month=2026-11"))
    assert "60,00 €" in alone
    assert "Résidence" not in alone.split("Brouillons 1")[1]
    for wrong in ("customer=x", "month=2026-99", "month=9999-01", "state=?", "page=0", "page=999999", "words=%00"):
        assert grades.get(f"{DRAFTS}?{wrong}").status_code == 200


def test_what_is_ticked_is_grouped(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    first, second = (a_draft(tenant, customer, total) for total in (12_000, 24_000))
    other = a_draft(tenant, customer, 1_000, engagement_number="4500")
    refused = grades.client.post(
        f"/{tenant.slug}{DRAFTS}/group", data={**seal(), "draft": [str(first.id), str(other.id)]}
    )
    assert refused.status_code == 409
    assert "même numéro d’engagement" in says(refused)
    done = grades.client.post(
        f"/{tenant.slug}{DRAFTS}/group", data={**seal(), "draft": [str(first.id), str(second.id)]}
    )
    assert done.status_code == 303
    assert done.location.endswith(str(first.id))
    kept = owned_by(tenant, Invoice, first.id)
    assert (kept.total_cents, [line.position for line in lines(tenant, first.id)]) == (36_000, [1, 2])
    assert rows_of(tenant, Invoice, Invoice.id == second.id) == []


def test_a_month_is_grouped_whole(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    for _ in range(3):
        a_draft(tenant, customer, 12_000, delivered_on=date(2026, 10, 5))
    assert "Regrouper ce mois" in says(grades.get(DRAFTS))
    done = grades.post(f"{DRAFTS}/group?customer={customer.id}&month=2026-10&whole=yes")
    assert done.status_code == 303
    (kept,) = rows_of(tenant, Invoice)
    assert kept.total_cents == 36_000


def test_what_was_written_is_kept_and_amounts_are_not(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    draft = a_draft(tenant, customer, 12_000)
    (line,) = lines(tenant, draft.id)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.merge(line).source = "order"
    page, field = f"{DRAFTS}/{draft.id}", f"line-{line.id}"
    form = {
        "revision": "1",
        f"{field}-designation": "Cyberdiagnostic du siège",
        f"{field}-unit": "1,00",
        f"{field}-quantity": "1",
        "engagement_number": "4500012",
        "delivered_on": "2026-11-02",
    }
    assert grades.post(page, form).status_code == 303
    kept = owned_by(tenant, Invoice, draft.id)
    assert (kept.engagement_number, kept.delivered_on, kept.total_cents) == ("4500012", date(2026, 11, 2), 12_000)
    assert lines(tenant, draft.id)[0].designation == "Cyberdiagnostic du siège"
    stale = grades.post(page, form)
    assert stale.status_code == 412
    assert "a changé depuis" in says(stale)
    assert 'value="4500012"' in stale.get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("delivered_on", "31/02/2026"),
        ("delivered_on", "0001-01-01"),
        ("period_starts_on", "2026-01-01"),
        ("engagement_number", "x" * 51),
        ("designation", " "),
        ("unit", "12,345"),
        ("unit", "0"),
        ("unit", "-1"),
        ("quantity", "1,5"),
        ("quantity", "9" * 5000),
    ],
)
def test_what_is_wrong_in_a_draft_is_named(
    grades: Browser, tenant: Tenant, customer: Customer, field: str, text: str
) -> None:
    draft = a_draft(tenant, customer)
    line = f"line-{lines(tenant, draft.id)[0].id}"
    good = {"revision": "1", f"{line}-designation": "Essai", f"{line}-quantity": "1", f"{line}-unit": "100"}
    name = f"{line}-{field}" if field in ("designation", "unit", "quantity") else field
    said = grades.post(f"{DRAFTS}/{draft.id}", {**good, name: text})
    assert said.status_code == 422
    shown = "period_ends_on" if field == "period_starts_on" else name
    assert f'href="#{shown}"' in said.get_data(as_text=True)


def test_a_typed_price_changes_the_totals(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    draft = a_draft(tenant, customer, 12_000)
    line = f"line-{lines(tenant, draft.id)[0].id}"
    form = {"revision": "1", f"{line}-designation": "Essai", f"{line}-quantity": "3", f"{line}-unit": "1 000,50"}
    assert grades.post(f"{DRAFTS}/{draft.id}", form).status_code == 303
    kept = owned_by(tenant, Invoice, draft.id)
    assert (kept.net_cents, kept.vat_cents, kept.total_cents) == (300_150, 60_030, 360_180)


def test_an_invoice_typed_by_hand(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    page = f"{DRAFTS}/new"
    assert grades.get(page).status_code == 200
    empty = grades.post(page, {})
    assert empty.status_code == 422
    assert 'href="#customer_id"' in empty.get_data(as_text=True)
    form = {"customer_id": str(customer.id), "subject": "other", "key": str(uuid4())}
    form |= {"line-1-designation": "Atelier", "line-1-quantity": "2", "line-1-unit": "150,00"}
    wrong = grades.post(page, form | {"line-2-designation": "Sans prix", "line-2-quantity": "1"})
    assert wrong.status_code == 422
    assert 'href="#line-2-unit"' in wrong.get_data(as_text=True)
    assert "Ligne 6" in says(grades.post(page, form | {"lines": "3", "more": "yes"}))
    form |= {"line-2-designation": "Déplacement", "line-2-quantity": "1", "line-2-unit": "50"}
    made = grades.post(page, form)
    assert made.status_code == 303
    assert grades.post(page, form).status_code == 409, "twice under one key"
    (draft,) = rows_of(tenant, Invoice)
    assert (draft.net_cents, draft.total_cents, draft.state) == (35_000, 42_000, "draft")
    assert len(lines(tenant, draft.id)) == 2


def seal() -> dict[str, str]:
    from tests.browser import NAME

    return {"csrf_token": signing.seal(f"csrf:{NAME}")}


def test_from_the_list_to_the_document(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    """Ticked, sent, followed, refused with the link to correct; issued, downloaded with the right headers."""
    good, poor = a_draft(tenant, customer), a_draft(tenant, a_customer(tenant, name="Sans adresse", address=""))
    sent = grades.client.post(f"/{tenant.slug}{DRAFTS}/queue", data={**seal(), "draft": [str(good.id), str(poor.id)]})
    assert sent.status_code == 303
    run = "/" + sent.location.split("/", 2)[-1]
    waiting = grades.get(run)
    assert "Émission en cours" in says(waiting)
    assert '<meta http-equiv="refresh"' in waiting.get_data(as_text=True)
    part = grades.get(run, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "hx-trigger" in part
    assert "<html" not in part
    assert "L’émission est en cours" in says(grades.get(f"{DRAFTS}/{good.id}"))
    assert sorted(issue_all(tenant, clock.now())) == ["issued", "refused"]
    over = grades.get(run)
    assert "Émission terminée, avec des refus" in says(over)
    assert "Sans adresse : l’adresse n’est pas complète" in says(over)
    assert f"/staff/billing/customers/{poor.customer_id}" in over.get_data(as_text=True)
    assert "hx-trigger" not in over.get_data(as_text=True)
    page = f"/invoices/{good.id}"
    assert "se prépare" in says(grades.get(page))
    assert grades.get(f"{page}.pdf").status_code == 409
    assert make_all(tenant, clock.now()) == 1
    for kind, mime in (("pdf", "application/pdf"), ("xml", "application/xml")):
        file = grades.get(f"{page}.{kind}")
        assert (file.status_code, file.mimetype) == (200, mime)
        number = owned_by(tenant, Invoice, good.id).number
        assert file.headers["Content-Disposition"] == f"attachment; filename={number}.{kind}"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in file.headers["Cache-Control"]
    assert grades.get(f"{DRAFTS}/{good.id}").status_code == 404
    assert grades.get(f"/invoices/{poor.id}").status_code == 303, "the GRADeS is led to the draft"


def test_everything_that_a_filter_finds_is_sent(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    for _ in range(3):
        a_draft(tenant, customer)
    other = a_draft(tenant, a_customer(tenant))
    ask = grades.get(f"{DRAFTS}/queue?customer={customer.id}")
    assert "Émettre 3 brouillons" in says(ask)
    assert grades.post(f"{DRAFTS}/queue?customer={customer.id}", {"all": "yes"}).status_code == 303
    (run,) = rows_of(tenant, IssueRun)
    assert run.total == 3
    assert owned_by(tenant, Invoice, other.id).state == "draft"
    assert grades.post(f"{DRAFTS}/queue?customer={customer.id}", {"all": "yes"}).status_code == 409
    assert grades.post(f"{DRAFTS}/queue", {}).status_code == 409, "nothing is ticked"


def test_discarded_and_taken_back(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    draft = a_draft(tenant, customer)
    assert grades.post(f"{DRAFTS}/discard", {"draft": str(draft.id)}).status_code == 303
    assert "Écarté" in says(grades.get(f"{DRAFTS}?state=discarded"))
    assert grades.post(f"{DRAFTS}/queue", {"draft": str(draft.id)}).status_code == 409
    assert grades.post(f"{DRAFTS}/restore", {"draft": str(draft.id)}).status_code == 303
    assert owned_by(tenant, Invoice, draft.id).state == "draft"


def test_each_sees_what_is_theirs(
    as_: As, grades: Browser, tenant: Tenant, customer: Customer, facility: Facility
) -> None:
    invoice, draft = issued(tenant, customer, 12_000), a_draft(tenant, customer)
    ars = issued(tenant, a_customer(tenant, is_funder=True, name="ARS Bretagne"), 8_000)
    mine, other = as_(facility.owner), as_(a_facility(tenant).owner)
    instructor = as_(a_person(tenant, "ars_instructor"))
    assert [one.get(f"/invoices/{invoice.id}").status_code for one in (mine, grades, other, instructor)] == [
        *(200, 200, 404, 404),
    ]
    assert [one.get(f"/invoices/{ars.id}").status_code for one in (mine, grades, other, instructor)] == [
        *(404, 200, 404, 200),
    ]
    assert mine.get(f"/invoices/{draft.id}").status_code == 404
    assert mine.get(f"{DRAFTS}/{draft.id}").status_code == 403
    said = says(mine.get(f"/invoices/{invoice.id}"))
    assert "Reste à payer 120,00 €" in said
    assert invoice.payment_reference in said
    assert "Établir un avoir" not in said


def test_a_credit_note_from_the_page(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    invoice = issued(tenant, customer, 12_000, 6_000)
    first, second = lines(tenant, invoice.id)
    page = f"/invoices/{invoice.id}/credit"
    assert "180,00 €" in says(grades.get(page))
    wrong = grades.post(page, {"extent": "part", f"line-{first.id}": "120,01", "reason": "Geste"})
    assert wrong.status_code == 422
    assert f'href="#line-{first.id}"' in wrong.get_data(as_text=True)
    assert grades.post(page, {"extent": "part", f"line-{first.id}": "1,234", "reason": "x"}).status_code == 422
    silent = grades.post(page, {"extent": "whole", "reason": " "})
    assert 'href="#reason"' in silent.get_data(as_text=True)
    assert grades.post(page, {"extent": "part", "reason": "Rien"}).status_code == 422
    made = grades.post(page, {"extent": "part", f"line-{second.id}": "10", "reason": "Geste commercial"})
    assert made.status_code == 303
    assert "Crédite la facture" in says(grades.get("/" + made.location.split("/", 2)[-1]))
    assert issue_all(tenant) == [], "a draft, until it is sent"
    assert "Geste commercial" in says(grades.get(f"/invoices/{invoice.id}"))


def test_a_corrected_invoice_from_the_page(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    invoice = issued(tenant, customer)
    page = f"/invoices/{invoice.id}/correct"
    assert grades.get(page).status_code == 200
    assert grades.post(page, {"reason": ""}).status_code == 422
    made = grades.post(page, {"reason": "Mauvais code service"})
    assert made.status_code == 303
    assert "Remplace la facture" in says(grades.get("/" + made.location.split("/", 2)[-1]))
    assert grades.post(page, {"reason": "Encore"}).status_code == 409


def test_invoices_are_found_and_summed(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    first, second = issued(tenant, customer, 12_000), issued(tenant, a_customer(tenant, name="Clinique du Cap"), 24_000)
    note = credit(a_manager(tenant), first.id, None, "Essai")
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(Invoice, (tenant.id, note.id)).state = "queued"
    issue_all(tenant, clock.now())
    page = "/staff/billing/invoices"
    assert "Factures et avoirs 3 Total HT 200,00 € Total TTC 240,00 € Reste à payer 240,00 €" in says(grades.get(page))
    only = says(grades.get(f"{page}?words={second.number}"))
    assert "Factures et avoirs 1" in only
    assert "Clinique du Cap" in only
    for query, found in (
        *(("standing=open", 1), ("standing=settled", 2), ("standing=late", 0), ("standing=unmade", 3)),
        *(
            ("kind=credit_note", 1),
            (f"year={first.issued_on.year}", 3),
            ("year=1999", 0),
            (f"customer={customer.id}", 2),
        ),
        *(("standing=x&kind=y&year=z&customer=t&page=-1", 3), ("page=99", 0)),
    ):
        said = grades.get(f"{page}?{query}")
        assert said.status_code == 200
        assert said.get_data(as_text=True).count('data-label="Reste"') == found, query
    assert grades.get(f"{page}?customer={uuid4()}").status_code == 404


def test_a_document_that_fails_is_shown(grades: Browser, tenant: Tenant, customer: Customer) -> None:
    invoice = issued(tenant, customer)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(update(InvoiceDocument).values(attempts=2, last_error="Le disque est plein."))
    assert "Le disque est plein." in says(grades.get(f"/invoices/{invoice.id}"))
    assert "Le disque est plein." in says(grades.get("/staff/billing/invoices?standing=unmade"))


@pytest.mark.parametrize("page", [DRAFTS, "/staff/billing/invoices", "run"])
def test_as_many_queries_for_three_as_for_one(
    grades: Browser, tenant: Tenant, customer: Customer, statements: list[str], page: str
) -> None:
    counts = []
    run = uuid4()
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(IssueRun(id=run, total=6, asked_at=tx.now))
    for more in (1, 2):
        for _ in range(more):
            a_draft(tenant, a_customer(tenant, siret=""), run_id=run, findings=[{"sentence": "Essai", "page": ""}])
            queued(tenant, customer, run_id=run)
        issue_all(tenant, clock.now())
        address = f"/staff/billing/runs/{run}" if page == "run" else page
        grades.get(address)
        del statements[:]
        assert grades.get(address).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
