"""Each lack is told before the issue, in the user's words, with the page where it is put right."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from billing.rules.readiness import (
    CUSTOMER_PAGE,
    DRAFT_PAGE,
    ISSUER_PAGE,
    VAT_PAGE,
    Facts,
    customer_findings,
    findings,
    issuer_findings,
)
from tests.billing.rows import ARS_SIRET, BUYER_SIRET, IBAN, SELLER_SIRET


@dataclass(frozen=True)
class Who:
    """An issuer or a customer."""

    name: str
    siret: str
    electronic_address: str
    vat_number: str = ""
    address: str = "1 rue de la Paix"
    postal_code: str = "35000"
    town: str = "Rennes"
    iban: str = IBAN
    email: str = ""
    requirement: str = "none"
    channel: str = "chorus_pro"


@dataclass(frozen=True)
class Draft:
    """A draft."""

    engagement_number: str = ""
    service_code: str = ""
    total_cents: int = 12_000
    delivered_on: date | None = date(2026, 11, 3)
    period_ends_on: date | None = None


@dataclass(frozen=True)
class Line:
    """A line."""

    designation: str = "Diagnostic"
    vat_category: str | None = "S"


@dataclass(frozen=True)
class Scene:
    """Everything in order, unless replaced."""

    issuer: Who = Who("GIP", SELLER_SIRET, SELLER_SIRET[:9], "FR05130007966")
    customer: Who = Who("EHPAD Les Tilleuls", BUYER_SIRET, BUYER_SIRET[:9])
    draft: Draft = Draft()
    lines: tuple[Line, ...] = field(default=(Line(),))

    def facts(self) -> Facts:
        return Facts(self.issuer, self.customer, self.draft, self.lines)


def test_nothing_is_missing_when_all_is_there() -> None:
    assert findings(Scene().facts()) == ()


@pytest.mark.parametrize(
    ("who", "change", "field", "words", "page"),
    [
        ("issuer", {"siret": ""}, "issuer.siret", "Votre SIRET n’est pas", ISSUER_PAGE),
        ("issuer", {"siret": "1" * 14}, "issuer.siret", "Votre SIRET est faux", ISSUER_PAGE),
        ("issuer", {"address": ""}, "issuer.address", "Votre adresse", ISSUER_PAGE),
        ("issuer", {"postal_code": ""}, "issuer.address", "Votre adresse", ISSUER_PAGE),
        ("issuer", {"town": ""}, "issuer.address", "Votre adresse", ISSUER_PAGE),
        ("issuer", {"electronic_address": ""}, "issuer.electronic_address", "n’est pas renseignée", ISSUER_PAGE),
        ("issuer", {"electronic_address": BUYER_SIRET[:9]}, "issuer.electronic_address", "SIREN", ISSUER_PAGE),
        ("issuer", {"iban": ""}, "issuer.iban", "IBAN", ISSUER_PAGE),
        ("issuer", {"iban": IBAN[:-1]}, "issuer.iban", "IBAN", ISSUER_PAGE),
        ("issuer", {"vat_number": ""}, "issuer.vat_number", "numéro de TVA", ISSUER_PAGE),
        ("issuer", {"vat_number": "FR00130007966"}, "issuer.vat_number", "numéro de TVA", ISSUER_PAGE),
        ("customer", {"siret": ""}, "customer.siret", "EHPAD Les Tilleuls\xa0: le SIRET n’est pas", CUSTOMER_PAGE),
        ("customer", {"siret": "2" * 14}, "customer.siret", "est faux", CUSTOMER_PAGE),
        ("customer", {"address": ""}, "customer.address", "l’adresse n’est pas complète", CUSTOMER_PAGE),
        ("customer", {"postal_code": ""}, "customer.address", "l’adresse n’est pas complète", CUSTOMER_PAGE),
        ("customer", {"town": ""}, "customer.address", "l’adresse n’est pas complète", CUSTOMER_PAGE),
        ("customer", {"electronic_address": ""}, "customer.electronic_address", "renseignée", CUSTOMER_PAGE),
        ("customer", {"electronic_address": ARS_SIRET[:9]}, "customer.electronic_address", "SIREN", CUSTOMER_PAGE),
        ("customer", {"vat_number": "FR05130007966"}, "customer.vat_number", "ne correspond pas", CUSTOMER_PAGE),
        ("customer", {"channel": "email"}, "customer.email", "par courriel", CUSTOMER_PAGE),
        ("customer", {"requirement": "service"}, "invoice.service_code", "Le code service manque", DRAFT_PAGE),
        ("customer", {"requirement": "engagement"}, "invoice.engagement_number", "d’engagement manque", DRAFT_PAGE),
        ("customer", {"requirement": "either"}, "invoice.engagement_number", "l’un des deux", DRAFT_PAGE),
        ("draft", {"delivered_on": None}, "invoice.delivered_on", "un jour, ou une période", DRAFT_PAGE),
        ("draft", {"engagement_number": "9" * 51}, "invoice.engagement_number", "dépasse 50", DRAFT_PAGE),
        ("draft", {"service_code": "9" * 101}, "invoice.service_code", "dépasse 100", DRAFT_PAGE),
        ("draft", {"total_cents": 0}, "total", "nul", DRAFT_PAGE),
        ("", {"lines": ()}, "lines", "aucune ligne", DRAFT_PAGE),
        ("", {"lines": (Line(vat_category=None),)}, "line.vat", "Aucune règle de TVA", VAT_PAGE),
        ("", {"lines": (Line(" "),)}, "line.designation", "pas de désignation", DRAFT_PAGE),
        ("", {"lines": (Line(), Line(vat_category="O"))}, "line.vat", "deux factures", DRAFT_PAGE),
        ("", {"issuer": None}, "issuer", "Réglez d’abord", ISSUER_PAGE),
    ],
)
def test_each_lack_is_named(who: str, change: dict[str, Any], field: str, words: str, page: str) -> None:
    scene = Scene()
    scene = replace(scene, **({who: replace(getattr(scene, who), **change)} if who else change))
    [found] = findings(scene.facts())
    assert (found.field, found.page) == (field, page)
    assert words in found.sentence


def test_both_are_two_lacks_and_one_of_two_is_enough() -> None:
    scene = Scene(customer=replace(Scene().customer, requirement="both"))
    assert [one.field for one in findings(scene.facts())] == ["invoice.service_code", "invoice.engagement_number"]
    either = replace(scene, customer=replace(scene.customer, requirement="either"), draft=Draft(service_code="SRV"))
    assert findings(either.facts()) == ()


def test_the_vat_number_is_only_needed_with_vat() -> None:
    exempt = Scene(issuer=replace(Scene().issuer, vat_number=""), lines=(Line(vat_category="E"),))
    assert findings(exempt.facts()) == ()


def test_what_the_settings_and_the_customer_lack_by_themselves() -> None:
    assert [one.field for one in issuer_findings(None)] == ["issuer"]
    assert issuer_findings(Scene().issuer) == ()
    assert [one.field for one in customer_findings(Who("x", "", "", address=""))] == [
        "customer.siret",
        "customer.address",
        "customer.electronic_address",
    ]


def test_every_page_named_exists(application: Any) -> None:
    for endpoint in (ISSUER_PAGE, VAT_PAGE, CUSTOMER_PAGE):
        assert endpoint in application.view_functions
