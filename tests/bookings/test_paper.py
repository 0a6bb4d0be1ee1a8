"""Quotes and orders on paper: every mention is there, and the same bytes come again."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from bookings.rules.paper import rate
from bookings.service.entitlement import order_entitlement
from bookings.service.ordering import cancel_order, order_quote, set_second_approval
from bookings.service.paper import order_pdf, quote_pdf
from kit import clock
from kit.actor import operator
from kit.errors import NotFound
from tenants.models import Tenant
from tenants.service.profile import save_brand, view_portal
from tests.bookings.buying import CONTACT, NOW, a_quote, an_entitlement, an_order
from tests.services_catalog.market import a_facility, a_market

REFERENCES = {"purchaser_reference": "BDC 2026-118", "engagement_number": "4500012345", "service_code": "SI-CYBER"}


def text_of(pdf: bytes) -> str:
    """What the paper says, on one line, every space a plain one."""
    said = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(said.split())


def test_a_quote_says_everything(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility, 2, finess_et=facility.finess_et[0])
    name, pdf = quote_pdf(facility.owner, quote.id, tenant)
    said = text_of(pdf)
    assert name == f"{quote.number}.pdf"
    for words in (
        f"Devis {quote.number}",
        "Établi le 22 novembre 2026",
        "Valable jusqu’au 22 décembre 2026 inclus",
        facility.organisation.name,
        f"FINESS juridique {facility.finess_ej}",
        f"FINESS géographique {facility.finess_et[0]}",
        market.supplier.provider.name,
        "lot 2 « Exercices de crise »",
        "EX-02",
        "exercice",
        "1 500,00 €",
        "TVA 20 % 600,00 €",
        "Total TTC 3 600,00 €",
        "tarif unique en vigueur depuis le 1er janvier 2025",
        "Annulation sans frais jusqu’à 10 jours avant",
        "R. 2162-13",
    ):
        assert words in said, words
    assert quote_pdf(facility.owner, quote.id, tenant)[1] == pdf


def test_an_order_says_who_pays_what_and_whom_to_call(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    right = an_entitlement(tenant, market, facility, cap_cents=100_000)
    with clock.frozen(NOW):
        order = order_entitlement(facility.owner, right.id, REFERENCES, CONTACT)
    said = text_of(order_pdf(market.supplier.owner, order.id, tenant)[1])
    for words in (
        f"Bon de commande {order.number}",
        f"par {facility.owner.name}",
        f"{tenant.ars} 1 000,00 € TTC",
        f"{facility.organisation.name} 800,00 € TTC",
        "Numéro d’engagement 4500012345",
        "Code service SI-CYBER",
        "Référence de l’acheteur BDC 2026-118",
        "Gwenaëlle Le Bihan",
        "02 99 12 34 56",
        "dans la limite de 1 000,00 €",
    ):
        assert words in said, words


def test_what_is_not_or_no_longer_an_order_says_so(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    order = an_order(market, facility)
    with clock.frozen(NOW):
        cancel_order(facility.owner, order.id, "Travaux.")
    assert "Commande annulée le 22 novembre 2026" in text_of(order_pdf(facility.owner, order.id, tenant)[1])
    set_second_approval(facility.owner, facility.organisation.id, True)
    waiting = an_order(market, facility)
    assert "n’est pas passée et n’engage personne" in text_of(order_pdf(facility.owner, waiting.id, tenant)[1])
    with pytest.raises(NotFound):
        order_pdf(market.supplier.owner, waiting.id, tenant)


@pytest.mark.parametrize(("permille", "words"), [(200, "20\u00a0%"), (55, "5,5\u00a0%"), (0, "0\u00a0%")])
def test_a_rate_in_words(permille: int, words: str) -> None:
    assert rate(permille) == words


def test_what_people_wrote_is_never_markup(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    quote = a_quote(market, facility)
    odd = "#panic() *gras* $x^2$ \\ <b>"
    with clock.frozen(NOW):
        order = order_quote(facility.owner, quote.id, {"purchaser_reference": odd}, CONTACT | {"name": odd})
    assert text_of(order_pdf(facility.owner, order.id, tenant)[1]).count("#panic()") == 2


def test_the_letter_head_is_printed(tenant: Tenant) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    order = an_order(market, facility)
    save_brand(
        operator("root", tenant.id),
        {"colour": tenant.colour, "letter_head": "1 rue du Port\n#panic() *gras*\n35000 Rennes"},
        view_portal(operator("root", tenant.id)).version("brand"),
    )
    _, pdf = order_pdf(facility.owner, order.id, tenant)
    assert "1 rue du Port #panic() *gras* 35000 Rennes" in text_of(pdf)
