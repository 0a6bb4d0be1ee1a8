"""The pages of settings, VAT rules and customers: who sees them, what is refused, two people at once."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event, select

from billing.models import Customer, Issuer, VatRule
from billing.service.customer import customer_of
from finess.rules.names import readable
from kit.actor import Actor, system
from kit.audit import AuditLine
from kit.db import engine
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import (
    BIC,
    BUYER_SIRET,
    IBAN,
    SELLER_SIRET,
    a_customer,
    a_draft,
    an_invoice,
    an_issuer,
    owned_by,
)
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_facility, a_member, a_service

SETTINGS, VAT, CUSTOMERS = "/staff/billing/settings", "/staff/billing/vat", "/staff/billing/customers"


@pytest.fixture
def as_(application: Flask, tenant: Tenant) -> Callable[[Actor], Browser]:
    """The browser of somebody."""
    return lambda actor: Browser(application, tenant).sign_in(actor.email)


@pytest.fixture
def boss(as_: Callable[[Actor], Browser], tenant: Tenant) -> Browser:
    """The browser of somebody of the GRADeS."""
    return as_(a_person(tenant, "grades_manager"))


def form_of(page: str) -> dict[str, str]:
    """The fields of the page's main form, as a browser would send them."""
    body = page[page.index('method="post"') :]
    found = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', body))
    found |= {
        name: text.strip()
        for name, text in re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.S)
    }
    for name, options in re.findall(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return {name: value.replace("&#39;", "'") for name, value in found.items() if name != "csrf_token"}


COMPLETE = {
    "siret": "130 007 966 00018",
    "vat_number": "FR 05 130007966",
    "electronic_address": "130007966",
    "address": "1 rue de la Paix",
    "postal_code": "35000",
    "town": "Rennes",
    "iban": "FR76 3000 6000 0112 3456 7890 189",
    "bic": BIC,
}


def test_the_first_settings_propose_what_the_law_gives(boss: Browser, tenant: Tenant) -> None:
    shown = boss.get(SETTINGS)
    assert shown.status_code == 200
    said = text_of(shown)
    assert "Rien n’est encore réglé" in said
    form = form_of(shown.text)
    assert form["recovery"] == "40,00"
    assert [form[f"terms.{kind}"] for kind in ("public_health", "public", "private")] == ["50", "30", "30"]
    assert boss.post(SETTINGS, form | COMPLETE).status_code == 303
    with transaction(system(tenant.id, "tests")) as tx:
        issuer = tx.session.get_one(Issuer, (tenant.id,))
        audit = tx.session.scalars(select(AuditLine).where(AuditLine.action == "issuer.set")).all()
    assert (issuer.siret, issuer.iban, issuer.vat_number) == (SELLER_SIRET, IBAN, "FR05130007966")
    assert issuer.ladders["public"][0] == {"days": 15, "tone": "courtesy"}
    assert issuer.accounts["sales"]["number"] == "706000"
    assert issuer.penalty_rate is None
    assert IBAN not in str([line.facts for line in audit])
    assert "Aucune facture ne peut" not in text_of(boss.get(SETTINGS))


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("siret", "13000796600019", "Ce SIRET n’existe pas"),
        ("siret", "130007966", "Un SIRET a 14 chiffres"),
        ("siret", "١٣٠٠٠٧٩٦٦٠٠٠١٨", "Un SIRET a 14 chiffres"),
        ("vat_number", "FR40303265045", "celui d’un autre organisme"),
        ("vat_number", "130007966", "commence par FR"),
        ("iban", "FR7630006000011234567890188", "Cet IBAN est faux"),
        ("bic", "XX", "Un BIC a 8 ou 11 caractères"),
        ("electronic_address", "130007974", "doit commencer par le SIREN"),
        ("electronic_address", "facture@x.fr", "est le SIREN"),
        ("email", "nous", "arobase"),
        ("prefix", "É", "Le préfixe a de 1 à 9"),
        ("prefix", "", "Le préfixe a de 1 à 9"),
        ("terms.public", "31", "de 1 à 30"),
        ("terms.public_health", "51", "de 1 à 50"),
        ("terms.private", "61", "de 1 à 60"),
        ("terms.private", "-1", "de 1 à 60"),
        ("ladders.public.1.days", "400", "de 1 à 365"),
        ("ladders.public.2.days", "15", "Une relance vient après la précédente"),
        ("ladders.public.1.tone", "rude", "Choisissez le ton"),
        ("accounts.sales.number", "7", "trois chiffres du plan comptable"),
        ("recovery", "40,001", "deux décimales"),
        ("recovery", "1001", "ne peut pas dépasser"),
        ("penalty_rate", "101", "Indiquez un taux"),
        ("penalty_text", "", "La loi veut que la facture dise"),
        ("name", "", "Indiquez le nom"),
        ("name", "x" * 201, "200 caractères"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_typed_is_lost(
    boss: Browser, tenant: Tenant, field: str, typed: str, sentence: str
) -> None:
    form = form_of(boss.get(SETTINGS).text) | COMPLETE | {field: typed}
    refused = boss.post(SETTINGS, form)
    assert refused.status_code == 422
    assert sentence in text_of(refused)
    assert f'href="#{field}"' in refused.text
    assert f'id="{field}"' in refused.text
    assert "Rennes" in refused.text
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get(Issuer, (tenant.id,)) is None


def test_the_second_of_two_people_sees_what_the_first_saved(boss: Browser, tenant: Tenant) -> None:
    an_issuer(tenant)
    mine, theirs = form_of(boss.get(SETTINGS).text), form_of(boss.get(SETTINGS).text)
    assert boss.post(SETTINGS, theirs | {"town": "Vitré"}).status_code == 303
    stale = boss.post(SETTINGS, mine | {"town": "Fougères"})
    assert stale.status_code == 412
    assert "Vitré" in text_of(stale)
    assert 'value="Fougères"' in stale.text
    again = boss.post(SETTINGS, form_of(stale.text))
    assert again.status_code == 303
    assert owned_by_tenant(tenant).town == "Fougères"


def test_a_prefix_that_numbers_this_year_does_not_change(boss: Browser, tenant: Tenant) -> None:
    an_issuer(tenant)
    form = form_of(boss.get(SETTINGS).text)
    assert boss.post(SETTINGS, form | {"prefix": "g-"}).status_code == 303
    assert owned_by_tenant(tenant).prefix == "G-"
    an_invoice(tenant, a_customer(tenant))
    shown = boss.get(SETTINGS).text
    assert "readonly" in shown
    refused = boss.post(SETTINGS, form_of(shown) | {"prefix": "H"})
    assert refused.status_code == 422
    assert "portent déjà le préfixe G-" in text_of(refused)


def test_nobody_else_sees_the_settings(as_: Callable[[Actor], Browser], tenant: Tenant) -> None:
    for actor in (a_facility(tenant).owner, a_person(tenant, "ars_manager")):
        browser = as_(actor)
        for path in (SETTINGS, VAT, CUSTOMERS):
            assert browser.get(path).status_code == 403
            assert browser.post(path, {}).status_code == 403


RULE = {"category": "S", "rate": "20", "starts_on-day": "1", "starts_on-month": "1", "starts_on-year": "2026"}


def test_rules_are_set_again_and_removed_and_drafts_follow(boss: Browser, tenant: Tenant) -> None:
    from tests.billing.working import tell_work

    assert "Aucune règle de TVA" in text_of(boss.get(VAT))
    draft = a_draft(tenant, a_customer(tenant), 12_000)
    assert boss.post(VAT, RULE).status_code == 303
    assert boss.post(VAT, RULE | {"rate": "5,5"}).status_code == 303
    with transaction(system(tenant.id, "tests")) as tx:
        [rule] = tx.session.scalars(select(VatRule)).all()
    assert (rule.rate, rule.starts_on) == (550, date(2026, 1, 1))
    said = text_of(boss.get(VAT))
    assert "TVA 5,5 %" in said
    assert "947,87 € HT + 52,13 € de TVA" in said
    tell_work(tenant, topics=("vat_rule.",))
    row = owned_by(tenant, type(draft), draft.id)
    assert (row.net_cents, row.vat_cents) == (10_000, 550)
    assert f'value="{rule.id}"' not in said
    assert 'value="5,5"' in boss.get(f"{VAT}?rule={rule.id}").text
    assert boss.post(f"{VAT}/{rule.id}/remove").status_code == 303
    assert boss.post(f"{VAT}/{rule.id}/remove").status_code == 404
    tell_work(tenant, topics=("vat_rule.",))
    row = owned_by(tenant, type(draft), draft.id)
    assert (row.net_cents, row.vat_cents) == (10_000, 0)


def test_a_service_for_members_only_is_exempt(boss: Browser, tenant: Tenant) -> None:
    service, _ = a_service(tenant)
    boss.post(VAT, RULE)
    exempt = RULE | {"service_id": str(service.id), "status": "member", "category": "E"}
    saved = boss.post(VAT, exempt | {"exemption_code": "VATEX-FR-CGI261B"})
    assert saved.status_code == 303
    with transaction(system(tenant.id, "tests")) as tx:
        rule = tx.session.scalars(select(VatRule).where(VatRule.status == "member")).one()
    assert rule.exemption_text == "Exonération de TVA, article 261 B du code général des impôts"
    assert "1 000,00 € sans TVA" in text_of(boss.get(f"{VAT}?service={service.id}"))
    assert "sans TVA" not in text_of(boss.get(VAT))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rate": ""}, "rate"),
        ({"rate": "0"}, "rate"),
        ({"rate": "vingt"}, "rate"),
        ({"category": "X"}, "category"),
        ({"category": "E"}, "exemption_text"),
        ({"category": "E", "exemption_code": "VATEX-FR-INCONNU"}, "exemption_code"),
        ({"category": "O", "exemption_code": "VATEX-FR-CGI261B"}, "exemption_code"),
        ({"category": "E", "exemption_text": "x" * 301}, "exemption_text"),
        ({"starts_on-month": "13"}, "starts_on"),
        ({"starts_on-year": "1066"}, "starts_on"),
        ({"service_id": "00000000-0000-0000-0000-000000000001"}, "service_id"),
        ({"service_id": "x"}, "service_id"),
        ({"subject": "x"}, "subject"),
        ({"status": "x"}, "status"),
    ],
)
def test_a_wrong_rule_is_refused_on_its_field(boss: Browser, change: dict[str, str], field: str) -> None:
    refused = boss.post(VAT, RULE | change)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    assert f'id="{field}"' in refused.text


def test_customers_are_found_opened_and_completed(boss: Browser, tenant: Tenant) -> None:
    facility = a_facility(tenant)
    assert "Aucun client pour l’instant" in text_of(boss.get(CUSTOMERS))
    assert boss.post(CUSTOMERS, {"finess_ej": "x"}).status_code == 422
    opened = boss.post(CUSTOMERS, {"finess_ej": facility.finess_ej})
    assert opened.status_code == 303
    assert boss.post(CUSTOMERS, {"finess_ej": facility.finess_ej}).location == opened.location
    path = opened.location.removeprefix(f"/{tenant.slug}")
    page = boss.get(path)
    assert "Il manque de quoi émettre ses factures" in text_of(page)
    form = form_of(page.text) | {"requirement": "both", "channel": "chorus_pro", "siret": BUYER_SIRET}
    form |= {"electronic_address": BUYER_SIRET[:9], "address": "2 rue du Port", "postal_code": "29200", "town": "Brest"}
    assert boss.post(path, form | {"siret": BUYER_SIRET[::-1]}).status_code == 422
    assert boss.post(path, form | {"terms_days": "61"}).status_code == 422
    assert boss.post(path, form | {"channel": "email", "email": ""}).status_code == 422
    assert boss.post(path, form).status_code == 303
    assert boss.post(path, form | {"town": "Lorient"}).status_code == 412
    assert "Fiche complète" in text_of(boss.get(path))
    for words in (facility.organisation.name, "C00001", BUYER_SIRET, f"{BUYER_SIRET[:9]}", facility.finess_ej):
        assert readable(facility.organisation.name) in text_of(boss.get(f"{CUSTOMERS}?words={words}"))
    assert "Aucun client ne correspond" in text_of(boss.get(f"{CUSTOMERS}?incomplete=yes"))
    assert "Aucun client ne correspond" in text_of(boss.get(f"{CUSTOMERS}?kind=public"))
    assert boss.post(CUSTOMERS, {"who": "funder"}).status_code == 303
    assert tenant.ars in text_of(boss.get(f"{CUSTOMERS}?kind=public"))
    for strange in ("?page=0", "?page=99999999999", "?kind=x", "?words=%00%27", "?page=٣"):
        assert boss.get(CUSTOMERS + strange).status_code == 200


def test_an_organisation_sees_how_it_is_invoiced(as_: Callable[[Actor], Browser], tenant: Tenant) -> None:
    facility, other = a_facility(tenant), a_facility(tenant)
    path = f"/organisations/{facility.organisation.id}/billing"
    reader = as_(a_member(tenant, facility.organisation.id, "reader"))
    assert "Vous n’avez pas encore été facturés" in text_of(reader.get(path))
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.scalars(select(Customer)).all() == []
        customer = customer_of(tx, facility.organisation.id)
    seen = text_of(reader.get(path))
    assert "Il manque de quoi vous facturer" in seen
    assert tenant.contact_email in seen
    assert "Enregistrer" not in text_of(reader.get(f"{CUSTOMERS}/{customer.id}"))
    assert reader.post(f"{CUSTOMERS}/{customer.id}", {}).status_code == 403
    stranger = as_(other.owner)
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{CUSTOMERS}/{customer.id}").status_code == 404


def test_lists_ask_as_much_for_three_as_for_one(boss: Browser, tenant: Tenant) -> None:
    def asked(path: str) -> int:
        seen: list[str] = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine(), "before_cursor_execute", listener)
        try:
            assert boss.get(path).status_code == 200
        finally:
            event.remove(engine(), "before_cursor_execute", listener)
        return len(seen)

    a_customer(tenant)
    boss.post(VAT, RULE)
    one = [asked(path) for path in (CUSTOMERS, VAT)]
    for year in ("2024", "2025"):
        a_customer(tenant)
        boss.post(VAT, RULE | {"starts_on-year": year})
    assert [asked(path) for path in (CUSTOMERS, VAT)] == one


def owned_by_tenant(tenant: Tenant) -> Issuer:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(Issuer, (tenant.id,))
