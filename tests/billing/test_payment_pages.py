"""The pages of the bank and of payments: a file is read, shown, imported; a person matches, undoes, gives back."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from billing.models import Customer, Invoice, Payment, Receivable
from billing.service.payment import receive
from kit.actor import operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.billing.bank_files import PAYER_IBAN, camt, csv_of, entry
from tests.billing.rows import a_customer, an_invoice, an_issuer, owned_by
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_facility

PAYMENTS, BANK = "/staff/billing/payments", "/staff/billing/bank"


@pytest.fixture
def staff(application: Flask, tenant: Tenant) -> Browser:
    person = a_person(tenant)
    grant_role(operator("tests", tenant.id), person.email, "grades_manager")
    return Browser(application, tenant).sign_in(person.email)


def came(tenant: Tenant, cents: int, customer: Customer | None = None, **words: Any) -> Payment:
    with transaction(system(tenant.id, "test")) as tx:
        facts = {"kind": "transfer", "received_on": tx.now.date(), "payer": "TRESORERIE DE BREST"} | words
        return receive(tx, amount_cents=cents, customer_id=customer.id if customer else None, **facts)  # type: ignore[arg-type]


def sent(browser: Browser, content: bytes, name: str = "mai.xml") -> TestResponse:
    return browser.post(BANK, {"file": (BytesIO(content), name)}, content_type="multipart/form-data")  # type: ignore[dict-item]


def hidden(answer: TestResponse) -> dict[str, str]:
    """The fields of the confirmation."""
    html = answer.get_data(as_text=True)
    return {name: re.search(f'name="{name}" value="([^"]*)"', html)[1] for name in ("sha256", "file_name")}  # type: ignore[index]


def left(tenant: Tenant, invoice: Invoice) -> int:
    return int(owned_by(tenant, Receivable, invoice.id).open_cents)


def test_a_statement_is_previewed_then_imported(staff: Browser, tenant: Tenant) -> None:
    an_issuer(tenant)
    invoice = an_invoice(tenant, a_customer(tenant, name="CH de Brest"), 12_000)
    assert "Aucun relevé" in text_of(staff.get(BANK))
    file = camt(
        entry(12_000, f"MANDAT 12 {invoice.number}", name="TRESORERIE", iban=PAYER_IBAN),
        entry(3_000, "VIREMENT", name="<b>INCONNU</b>".replace("<", "&lt;")),
        entry(9_900, "STRIPE"),
        entry(-500, "FRAIS"),
        opening=0,
        closing=99,
    )
    shown = sent(staff, file)
    said = text_of(shown)
    assert shown.status_code == 200
    for word in (
        "Sera rapproché 1",
        "À reconnaître 1",
        "150,00",
        "soldes ne se suivent pas",
        "prestataire de paiement",
    ):
        assert word in said, word
    assert "&lt;b&gt;INCONNU" in shown.get_data(as_text=True)
    assert left(tenant, invoice) == 12_000
    made = staff.post(f"{BANK}/import", hidden(shown))
    assert made.status_code == 303
    page = staff.get(made.location.partition(tenant.slug)[2])
    said = text_of(page)
    for word in ("Le relevé est importé", str(invoice.number), "Affecté", "Payeur à reconnaître", "Sortie d’argent"):
        assert word in said, word
    assert PAYER_IBAN not in page.get_data(as_text=True)
    assert left(tenant, invoice) == 0
    assert "déjà été importé" in text_of(sent(staff, file))
    assert staff.post(f"{BANK}/import", hidden(shown)).status_code == 409
    for only in ("open", "out", "in", "zz"):
        assert staff.get(f"{made.location.partition(tenant.slug)[2]}?only={only}").status_code == 200
    _take_for_a_payment(staff, page)


def _take_for_a_payment(staff: Browser, page: TestResponse) -> None:
    """A line left aside becomes a payment, once."""
    line = re.search(r"/bank/lines/([0-9a-f-]+)/receive", page.get_data(as_text=True))
    assert line is not None
    assert staff.post(f"{BANK}/lines/{line[1]}/receive").status_code == 303
    assert "déjà un paiement" in text_of(staff.post(f"{BANK}/lines/{line[1]}/receive", follow_redirects=True))


def test_how_the_columns_of_a_csv_are_understood_is_shown(staff: Browser, tenant: Tenant) -> None:
    an_issuer(tenant)
    said = text_of(sent(staff, csv_of("04/05/2026;VIREMENT;;120,00"), "mai.csv"))
    assert "Comment les colonnes sont comprises" in said
    assert "Débit Sortie d’argent" in said
    assert "point-virgule" in said


@pytest.mark.parametrize(
    ("content", "status", "word"),
    [
        (b"", 422, "Choisissez un relevé"),
        (b"%PDF", 422, "n’est pas un relevé"),
        (camt(entry(1, amount="1.234")), 422, "Mouvement 1"),
        (camt(entry(1), iban=PAYER_IBAN), 422, "pas du compte de vos factures"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", 422, "DOCTYPE"),
    ],
)
def test_a_file_that_is_refused_says_why(
    staff: Browser, tenant: Tenant, content: bytes, status: int, word: str
) -> None:
    an_issuer(tenant)
    answer = sent(staff, content)
    assert answer.status_code == status
    assert word in text_of(answer)
    assert "root:" not in answer.get_data(as_text=True)


def test_without_a_file_or_an_issuer_the_page_says_so(staff: Browser, tenant: Tenant) -> None:
    assert "Réglez d’abord" in text_of(sent(staff, camt(entry(1))))
    an_issuer(tenant)
    assert staff.post(BANK).status_code == 422
    assert staff.post(f"{BANK}/import", {"sha256": "../x"}).status_code == 422


def test_a_person_matches_a_payment_and_undoes_it(staff: Browser, tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant, name="Établissement public d’accompagnement des Côtes-d’Armor et du Finistère réunis")
    first, second = an_invoice(tenant, customer, 12_000), an_invoice(tenant, customer, 7_000)
    payment = came(tenant, 15_000)
    where = f"{PAYMENTS}/{payment.id}"
    page = staff.get(where)
    assert "aucune facture n’a ce montant" in text_of(page)
    bad = staff.post(f"{where}/match", {f"amount-{first.id}": "12,345", f"amount-{second.id}": "abc"})
    assert bad.status_code == 422
    assert "deux décimales" in text_of(bad)
    assert 'value="12,345"' in bad.get_data(as_text=True)
    assert staff.post(f"{where}/match", {}).status_code == 422
    too_much = staff.post(f"{where}/match", {f"amount-{first.id}": "120", f"amount-{second.id}": "30,01"})
    assert (too_much.status_code, "diminuez-les" in text_of(too_much)) == (422, True)
    above = staff.post(f"{where}/match", {f"amount-{second.id}": "70,01"})
    assert (above.status_code, "70,00" in text_of(above)) == (409, True)
    done = staff.post(
        f"{where}/match", {f"amount-{first.id}": "120", f"amount-{second.id}": "30,00"}, follow_redirects=True
    )
    assert "entièrement affecté" in text_of(done)
    assert (left(tenant, first), left(tenant, second)) == (0, 4_000)
    assert "Rapproché à la main" in text_of(done)
    undo = re.findall(r"matchings/([0-9a-f-]+)/undo", done.get_data(as_text=True))
    assert len(undo) == 2
    again = staff.post(f"/staff/billing/matchings/{undo[0]}/undo", follow_redirects=True)
    assert "Rapprochements annulés (1)" in text_of(again)
    assert left(tenant, first) == 12_000
    assert "déjà annulé" in text_of(staff.post(f"/staff/billing/matchings/{undo[0]}/undo", follow_redirects=True))


def test_other_invoices_and_customers_are_found(staff: Browser, tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant, name="Foyer du Bocage")
    invoice = an_invoice(tenant, customer, 12_000)
    where = f"{PAYMENTS}/{came(tenant, 5_000).id}"
    for asked in ("bocage", str(invoice.number)):
        assert str(invoice.number) in text_of(staff.get(f"{where}?q={asked}"))
    nothing = text_of(staff.get(f"{where}?q=zzz%00zz"))
    assert "Rien ne correspond" in nothing
    assert staff.post(f"{where}/recognise", {"customer_id": "x"}).status_code == 422
    done = staff.post(f"{where}/recognise", {"customer_id": str(customer.id)}, follow_redirects=True)
    assert "est reconnu" in text_of(done)
    assert "Client reconnu" in text_of(done)


def test_an_overpayment_is_given_back(staff: Browser, tenant: Tenant) -> None:
    an_issuer(tenant)
    payment = came(tenant, 15_000, a_customer(tenant))
    where = f"{PAYMENTS}/{payment.id}"
    for form in ({"refund": "1,234"}, {"refund": "0"}, {"refund": "150,01", "refund_reason": "x"}, {"refund": "1"}):
        assert staff.post(f"{where}/refund", form).status_code == 422, form
    done = staff.post(f"{where}/refund", {"refund": "50", "refund_reason": "Trop payé"}, follow_redirects=True)
    assert "Trop payé" in text_of(done)
    assert owned_by(tenant, Payment, payment.id).open_cents == 10_000


def test_a_cheque_is_recorded_by_hand(staff: Browser, tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant, name="MAS des Genêts")
    assert staff.get(f"{PAYMENTS}/new").status_code == 200
    form = {"kind": "cheque", "amount": "1 234,56", "customer": "genêts", "reference": "CHQ 77"}
    form |= {"received_on-day": "4", "received_on-month": "5", "received_on-year": "2026"}
    for wrong, field in (
        ({"kind": "card"}, "kind"),
        ({"amount": "-3"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"received_on-year": "2999"}, "received_on"),
        ({"received_on-day": "31", "received_on-month": "2"}, "received_on"),
        ({"customer": "personne"}, "customer"),
    ):
        refused = staff.post(f"{PAYMENTS}/new", form | wrong)
        assert (refused.status_code, f'id="{field}-error"' in refused.get_data(as_text=True)) == (422, True), wrong
    a_customer(tenant, name="MAS des Genêts d’or")
    assert "Plusieurs clients" in text_of(staff.post(f"{PAYMENTS}/new", form))
    done = staff.post(f"{PAYMENTS}/new", form | {"customer": customer.number}, follow_redirects=True)
    assert "1 234,56 €" in text_of(done)
    assert "CHQ 77" in text_of(done)


def test_payments_are_listed_the_open_ones_first(staff: Browser, tenant: Tenant) -> None:
    assert "Tout est affecté" in text_of(staff.get(PAYMENTS))
    an_issuer(tenant)
    customer = a_customer(tenant, name="MAS des Genêts")
    came(tenant, 5_000, customer)
    came(tenant, 7_000)
    assert "120,00" in text_of(staff.get(PAYMENTS))
    assert "MAS des Genêts" not in text_of(staff.get(f"{PAYMENTS}?view=unknown"))
    assert "Aucun paiement ne correspond" in text_of(staff.get(f"{PAYMENTS}?q=zz%25"))
    assert "70,00" not in text_of(staff.get(f"{PAYMENTS}?q=genêts&view=")).partition("en tout")[2]
    assert staff.get(f"{PAYMENTS}?page=99").status_code == 404
    assert staff.get(f"{PAYMENTS}?page=abc&view=zz").status_code == 200


def test_an_invoice_says_what_paid_it_and_a_loss_is_asked_twice(
    staff: Browser, tenant: Tenant, application: Flask
) -> None:
    an_issuer(tenant)
    facility = a_facility(tenant)
    customer = a_customer(tenant, facility)
    invoice = an_invoice(tenant, customer, 112_000)
    payment = came(tenant, 12_000, customer)
    staff.post(f"{PAYMENTS}/{payment.id}/match", {f"amount-{invoice.id}": "120", "reason": "Vu avec la trésorerie"})
    where = f"/invoices/{invoice.id}"
    assert "Vu avec la trésorerie" in text_of(staff.get(where))
    loss = f"{where}/write-off"
    assert 'value="1000,00"' in staff.get(loss).get_data(as_text=True)
    assert staff.post(loss, {"amount": "1 000", "reason": ""}).status_code == 422
    assert staff.post(loss, {"amount": "1 000,01", "reason": "x"}).status_code == 422
    asked = staff.post(loss, {"amount": "1 000", "reason": "Liquidation"})
    assert (asked.status_code, "Je confirme renoncer" in text_of(asked)) == (422, True)
    done = staff.post(loss, {"amount": "1 000", "reason": "Liquidation", "sure": "yes"}, follow_redirects=True)
    assert "Liquidation" in text_of(done)
    assert left(tenant, invoice) == 0
    assert staff.post(loss, {"amount": "1", "reason": "x"}).status_code == 409
    theirs = text_of(Browser(application, tenant).sign_in(facility.owner.email).get(where))
    assert "Virement" in theirs
    for secret in ("Liquidation", "Vu avec la trésorerie", "TRESORERIE DE BREST", "Passage en perte"):
        assert secret not in theirs
    undo = re.findall(r"matchings/([0-9a-f-]+)/undo", done.get_data(as_text=True))
    again = staff.post(f"/staff/billing/matchings/{undo[-1]}/undo", {"invoice_id": str(invoice.id)})
    assert again.location.endswith(where)
    assert left(tenant, invoice) == 100_000


def test_only_the_grades_handles_money(tenant: Tenant, application: Flask) -> None:
    an_issuer(tenant)
    facility = a_facility(tenant)
    payment = came(tenant, 5_000, a_customer(tenant, facility))
    browser = Browser(application, tenant).sign_in(facility.owner.email)
    for path in (PAYMENTS, BANK, f"{PAYMENTS}/new"):
        assert browser.get(path).status_code == 403
    assert browser.get(f"{PAYMENTS}/{payment.id}").status_code in (403, 404)
    assert Browser(application, tenant).get(PAYMENTS).status_code in (303, 401)


@pytest.mark.parametrize("path", ["payments", "bank", "payment", "statement"])
def test_a_page_asks_as_much_for_three_as_for_one(
    path: str, staff: Browser, tenant: Tenant, statements: list[str]
) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)

    def grow(number: int) -> str:
        invoices = [an_invoice(tenant, customer, 12_000) for _ in range(number)]
        wording = " ".join(str(one.number) for one in invoices)
        made = sent(staff, camt(entry(12_000 * number, wording), *(entry(100 + one, "X") for one in range(number))))
        where = staff.post(f"{BANK}/import", hidden(made)).location.partition(tenant.slug)[2]
        an_invoice(tenant, customer, 99)
        paid = came(tenant, 5_000, customer)
        return {"payments": f"{PAYMENTS}?view=", "bank": BANK, "payment": f"{PAYMENTS}/{paid.id}"}.get(path, where)

    counted = []
    for number in (1, 3):
        where = grow(number)
        staff.get(where)
        statements.clear()
        assert staff.get(where).status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]
