"""Contents of invoices as the portal makes them: those whose documents are kept in docs/golden/invoices, and others."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from billing.rules.content import Content, Line
from tests.billing.rows import EXEMPT, STANDARD, content_of

OUTSIDE = {
    "category": "O",
    "rate": 0,
    "exemption_text": "Hors du champ de la TVA\xa0: mission financée par une subvention",
    "exemption_code": "VATEX-EU-O",
}
ZERO = {"category": "Z", "rate": 0, "exemption_text": "", "exemption_code": ""}


def rate(basis_points: int) -> dict[str, Any]:
    """The standard category at another rate."""
    return STANDARD | {"rate": basis_points}


def a_line(
    designation: str,
    net_cents: int,
    vat: dict[str, Any] = STANDARD,
    *,
    quantity: int = 1,
    vat_cents: int | None = None,
    **words: Any,
) -> Line:
    """A line; its VAT is that of its rate, rounded half up, unless told."""
    if vat_cents is None:
        vat_cents = (net_cents * vat["rate"] * 2 + 10_000) // 20_000
    amounts = {"unit_cents": net_cents // quantity, "net_cents": net_cents, "vat_cents": vat_cents}
    facts = {"detail": "", "unit_code": "C62", "total_cents": net_cents + vat_cents}
    return Line(**(facts | {"designation": designation, "quantity": quantity} | amounts | vat | words))


HOSPITAL = {
    "name": "Centre hospitalier intercommunal des Trois-Rivières",
    "siret": "26600000900016",
    "address": "Direction des affaires financières\n14 avenue de l’Hôpital",
}
REGION = {"name": "Agence régionale de santé Bretagne", "siret": "13000797400012", "address": "6 place des Colombes"}
TRAINING = {
    "category": "E",
    "rate": 0,
    "exemption_text": "Exonération de TVA, article 261-4-4° a du code général des impôts",
    "exemption_code": "VATEX-FR-CGI261-4",
}


def a_buyer(content: Content, **words: Any) -> Content:
    """The same invoice to somebody else."""
    known = {"electronic_address": words.get("siret", content.buyer.siret)[:9]}
    return replace(content, buyer=replace(content.buyer, **(known | words)))


def goldens() -> dict[str, Content]:
    """The invoices whose documents are kept, by the name of their files."""
    ars, remainder = _two_payers()
    return {
        "public_chorus": _public(),
        "private_exempt": _exempt(),
        "two_payers_ars": ars,
        "two_payers_remainder": remainder,
        "credit_note": _credit(),
        "subscription": _subscription(),
        "multi_rate": _multi_rate(),
    }


def _public() -> Content:
    lines = (
        a_line(
            "Audit d’exposition sur internet",
            480_000,
            detail="Mission M-2026-0042, service fait accepté le 12 novembre 2026 sans réserve",
        ),
        a_line("Accompagnement à la remédiation", 255_000, quantity=3, unit_code="DAY"),
    )
    content = content_of(
        "F2026-000001",
        "2026-11-21",
        "2027-01-10",
        lines,
        delivered_on="2026-11-12",
        service_code="DAF-SI",
        engagement_number="EJ-2026-004217",
        orders=("BC-2026-0042",),
        payment_reference="RF41F2026000001",
        terms="50 jours à réception (article R.\xa02192-11 du code de la commande publique).",
    )
    return a_buyer(content, **HOSPITAL)


def _exempt() -> Content:
    lines = (
        a_line(
            "RSSI à temps partagé, octobre 2026",
            93_750,
            EXEMPT,
            quantity=25,
            unit_code="HUR",
            starts_on="2026-10-01",
            ends_on="2026-10-31",
        ),
    )
    content = content_of(
        "F2026-000002",
        "2026-11-21",
        "2026-12-21",
        lines,
        name="Association Les Genêts d’or",
        delivered_on="2026-10-31",
        purchaser_reference="Convention 2026-17",
        payment_reference="RF14F2026000002",
        mentions="Groupement autonome de personnes\xa0: le montant est la part exacte de l’adhérent dans les dépenses "
        "communes.",
    )
    return a_buyer(content, siret="77555667400018", town="Saint-Jean-du-Doigt", postal_code="29630")


def _two_payers() -> tuple[Content, Content]:
    # 5 000,01 € with 833,34 € of VAT: 80 % for the ARS, the remainder takes what is left, to the cent.
    share = "Commande BC-2026-0057 de 5\u202f000,01\xa0€ TTC, EHPAD Les Tilleuls"
    ars = a_line("Exercice de crise cyber", 333_334, vat_cents=66_667, detail=f"{share}\xa0: part de l’ARS (80\xa0%)")
    own = a_line("Exercice de crise cyber", 83_333, vat_cents=16_667, detail=f"{share}\xa0: reste à charge (20\xa0%)")
    facts = {"delivered_on": "2026-11-18", "orders": ("BC-2026-0057",)}
    first = content_of(
        "F2026-000003",
        "2026-11-21",
        "2026-12-21",
        (ars,),
        engagement_number="2100456789",
        payment_reference="RF84F2026000003",
        **facts,
    )
    second = content_of(
        "F2026-000004", "2026-11-21", "2026-12-21", (own,), payment_reference="RF57F2026000004", **facts
    )
    return a_buyer(first, town="Rennes", postal_code="35000", **REGION), second


def _credit() -> Content:
    lines = (a_line("Accompagnement à la remédiation", 85_000, unit_code="DAY", detail="Un jour non réalisé"),)
    content = content_of(
        "F2026-000005",
        "2026-12-02",
        "2026-12-02",
        lines,
        kind="credit_note",
        reference_number="F2026-000001",
        reference_on="2026-11-21",
        reason="Un jour d’accompagnement n’a pas été réalisé (réserve du 24 novembre 2026).",
        delivered_on="2026-11-12",
        service_code="DAF-SI",
        engagement_number="EJ-2026-004217",
        terms="",
    )
    return a_buyer(content, **HOSPITAL)


def _subscription() -> Content:
    period = {"starts_on": "2026-10-01", "ends_on": "2026-12-31"}
    lines = (
        a_line(
            "Surveillance continue de l’exposition, 4e trimestre 2026",
            36_000,
            quantity=3,
            unit_code="MON",
            detail="Abonnement AB-0012 depuis le 1er octobre 2026",
            **period,
        ),
    )
    return content_of(
        "F2026-000006",
        "2026-12-31",
        "2027-01-30",
        lines,
        vat_on_debits=True,
        delivered_on="2026-12-31",
        payment_reference="RF03F2026000006",
        **period,
    )


def _multi_rate() -> Content:
    lines = (
        a_line("Diagnostic de maturité", 250_000),
        a_line("Guide imprimé des gestes d’urgence", 4_995, rate(550), quantity=5),
        a_line("Hébergement de la journée collective", 12_000, rate(1000), quantity=2),
        a_line("Formation continue «\xa0Référent cyber\xa0»", 45_000, TRAINING),
    )
    return content_of("F2026-000007", "2026-12-31", "2027-01-30", lines, payment_reference="RF73F2026000007")


def forty_lines() -> Content:
    """Long names, forty lines, several pages."""
    lines = tuple(
        a_line(
            f"Prestation n°\xa0{number} d’accompagnement méthodologique et technique à la sécurisation des accès",
            12_345 * number,
            detail="Établissement d’hébergement pour personnes âgées dépendantes Notre-Dame-de-Bon-Secours. "
            * (number % 3),
        )
        for number in range(1, 41)
    )
    name = "Groupement de coopération sociale et médico-sociale des établissements et services du Pays de Cornouaille"
    return content_of("F2026-000008", "2026-12-31", "2027-01-30", lines, name=name)


def corrected() -> Content:
    """An invoice that replaces another."""
    return replace(
        _public(),
        number="F2026-000009",
        kind="corrected",
        reference_number="F2026-000001",
        reference_on="2026-11-21",
        reason="Le code service était celui d’une autre direction.",
    )


def outside() -> Content:
    """Out of the scope of VAT: a subsidised mission, invoiced to the ARS."""
    lines = (a_line("Mission financée", 400_000, OUTSIDE),)
    return a_buyer(content_of("F2026-000010", "2026-12-31", "2027-01-30", lines), **REGION)


def variants() -> dict[str, Content]:
    """Invoices that write the terms that no golden writes."""
    public, exempt = _public(), _exempt()
    address = "Bâtiment C\n3e étage\n14 avenue de l’Hôpital\nBP 12"
    return {
        "forty_lines": forty_lines(),
        "corrected": corrected(),
        "outside": outside(),
        "zero_rate": content_of("F2026-000011", "2026-12-31", "2027-01-30", (a_line("Export", 10_000, ZERO),)),
        "no_delivery_day": replace(public, delivered_on=""),
        "many_references": replace(public, orders=("BC-1", "BC-2"), purchaser_reference="MARCHE-7", mentions="Merci."),
        "buyer_with_vat": a_buyer(public, vat_number="FR40303265045", address=address),
        "exempt_without_vat_number": replace(exempt, seller=replace(exempt.seller, vat_number="", phone="", email="")),
    }


def everything() -> dict[str, Content]:
    """All of them: together they write every term that this house can write."""
    return goldens() | variants()


def said(pdf: bytes) -> str:
    """The text of a document's pages, as pypdf finds it."""
    pages = PdfReader(BytesIO(pdf)).pages
    return "\n--- page\n".join(page.extract_text() for page in pages) + "\n"
