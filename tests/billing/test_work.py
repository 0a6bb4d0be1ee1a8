"""From accepted work to drafts: one by payer, once, to the cent; the fee of a late cancellation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from billing.models import Customer, Issuer, VatRule
from billing.queries.customer import find_funder, find_of_organisation
from billing.service.charge import Charge, charge
from billing.service.customer import customer_of
from billing.service.vat import refresh_vat
from billing.service.work import charge_order, charge_unbilled
from bookings.service.order_page import view_order
from bookings.service.ordering import cancel_order
from finess.rules.names import readable
from kit import clock
from kit.actor import anonymous, system
from kit.errors import Forbidden, Unauthenticated
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import EXEMPT, STANDARD, a_customer, an_issuer
from tests.billing.working import accepted_work, drafts_of, ordered, tell_work
from tests.bookings.buying import NOW
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_facility, a_market


def a_rule(tenant: Tenant, **columns: object) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(VatRule(**(STANDARD | {"starts_on": date(2020, 1, 1)} | columns), set_at=tx.now))


def test_work_without_a_right_makes_one_draft_however_often_it_is_told(tenant: Tenant) -> None:
    an_issuer(tenant)
    order = accepted_work(tenant, quantity=3)
    [(draft, [line])] = drafts_of(tenant)
    assert (draft.state, draft.kind, draft.organisation_id) == ("draft", "invoice", order.organisation_id)
    assert (draft.net_cents, draft.vat_cents, draft.total_cents) == (450_000, 90_000, 540_000)
    assert (line.share, line.quantity, line.unit_cents, line.unit_code) == ("whole", 3, 150_000, "C62")
    assert (line.vat_category, line.rate) == ("S", 2000)
    assert line.order_id == order.id
    assert line.service_id is not None
    assert line.campaign_id is None
    assert (draft.engagement_number, draft.service_code, draft.purchaser_reference) == ("ENG-42", "SRV-7", "PO-9")
    assert draft.delivered_on == NOW.date()
    assert line.designation.startswith("Exercice de crise")
    assert order.number in line.detail
    assert "3\xa0exercices à 1\u202f500,00\xa0€ HT" in line.detail
    assert "service fait le 22\xa0novembre 2026" in line.detail
    with transaction(system(tenant.id, "tests")) as tx:
        assert charge_order(tx, order.id) == []
    assert charge_unbilled(system(tenant.id, "tests")) == 0


def test_the_share_of_the_ars_and_the_remainder_are_the_order(tenant: Tenant) -> None:
    an_issuer(tenant)
    order = accepted_work(tenant, percent=80)
    (ars, [ars_line]), (rest, [rest_line]) = drafts_of(tenant)
    assert (ars.total_cents, rest.total_cents) == (144_000, 36_000)
    assert (ars.net_cents + rest.net_cents, ars.vat_cents + rest.vat_cents) == (150_000, 30_000)
    assert (ars_line.share, rest_line.share) == ("ars", "remainder")
    assert ars_line.designation.startswith("Part ARS (80\xa0%) – Exercice")
    assert rest_line.designation.startswith("Reste à charge (20\xa0%) – Exercice")
    assert ars_line.campaign_id == rest_line.campaign_id
    assert ars_line.campaign_id is not None
    assert ars.organisation_id is None
    assert rest.organisation_id == order.organisation_id
    assert (ars.engagement_number, rest.engagement_number) == ("", "ENG-42")
    assert "Montant total de la commande\xa0: 1\u202f800,00\xa0€ TTC" in rest_line.detail
    with transaction(system(tenant.id, "tests")) as tx:
        funder, customer = find_funder(tx.session), find_of_organisation(tx.session, order.organisation_id)
    assert funder is not None
    assert customer is not None
    assert (ars.customer_id, rest.customer_id) == (funder.id, customer.id)
    assert (funder.name, funder.kind, funder.channel) == (tenant.ars, "public", "chorus_pro")
    assert {funder.number, customer.number} == {"C00001", "C00002"}


def test_what_the_ars_pays_whole_makes_no_invoice_of_nothing(tenant: Tenant) -> None:
    an_issuer(tenant)
    accepted_work(tenant, percent=100)
    [(draft, [line])] = drafts_of(tenant)
    assert (line.share, draft.total_cents, draft.organisation_id) == ("ars", 180_000, None)


def test_a_capped_share_is_no_percentage(tenant: Tenant) -> None:
    an_issuer(tenant)
    accepted_work(tenant, percent=80, cap_cents=100_001)
    (ars, [line]), (rest, _) = drafts_of(tenant)
    assert (ars.total_cents, rest.total_cents) == (100_001, 79_999)
    assert "aide plafonnée" in line.designation
    assert ars.vat_cents + rest.vat_cents == 30_000


def test_each_payer_has_the_vat_of_its_status(tenant: Tenant) -> None:
    """The ARS out of scope, members exempt: nobody pays more than the quote."""
    an_issuer(tenant)
    a_rule(tenant, status="funder", category="O", rate=0, exemption_text="Subvention hors champ")
    a_rule(tenant, status="member", **EXEMPT)
    accepted_work(tenant, percent=80)
    (ars, [ars_line]), (rest, [rest_line]) = drafts_of(tenant)
    assert (ars.net_cents, ars.vat_cents, ars_line.vat_category) == (144_000, 0, "O")
    assert (rest.net_cents, rest.vat_cents, rest_line.exemption_code) == (36_000, 0, "VATEX-FR-CGI261B")


def test_at_another_rate_the_total_does_not_move(tenant: Tenant) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(VatRule(**(STANDARD | {"rate": 550}), starts_on=date(2020, 1, 1), set_at=tx.now))
    accepted_work(tenant, quantity=3)
    [(draft, [line])] = drafts_of(tenant)
    assert (draft.net_cents, draft.vat_cents, draft.total_cents) == (511_848, 28_152, 540_000)
    assert line.quantity * line.unit_cents == line.net_cents


def test_without_issuer_nor_rule_the_draft_is_there_and_waits_for_its_vat(tenant: Tenant) -> None:
    accepted_work(tenant, percent=80)
    assert [(line.vat_category, draft.total_cents) for draft, [line] in drafts_of(tenant)] == [
        (None, 144_000),
        (None, 36_000),
    ]
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.get(Issuer, tenant.id) is None
    a_rule(tenant)
    (ars, _), (rest, _) = drafts_of(tenant)
    for draft in (ars, rest):
        with transaction(system(tenant.id, "tests")) as tx:
            row = tx.session.get_one(type(draft), (tenant.id, draft.id), with_for_update=True)
            assert refresh_vat(tx, [row])
            assert not refresh_vat(tx, [row])
    (ars, [line]), (rest, _) = drafts_of(tenant)
    assert (line.rate, ars.vat_cents, rest.vat_cents) == (2000, 24_000, 6_000)
    assert ars.total_cents + rest.total_cents == 180_000


def test_the_rules_of_the_day_of_the_delivery_apply(tenant: Tenant) -> None:
    """A year begins between the work and its invoice: the adhesion and the rates are those of the work."""
    a_rule(tenant)
    a_rule(tenant, starts_on=NOW.date() + timedelta(days=1), rate=2100)
    accepted_work(tenant)
    [(draft, _)] = drafts_of(tenant)
    with clock.frozen(NOW + timedelta(days=60)), transaction(system(tenant.id, "tests")) as tx:
        row = tx.session.get_one(type(draft), (tenant.id, draft.id), with_for_update=True)
        assert not refresh_vat(tx, [row])
        assert row.vat_cents == 30_000


def test_a_late_cancellation_makes_its_fee_and_vat_comes_on_top(tenant: Tenant) -> None:
    an_issuer(tenant)
    market, facility = a_market(tenant), a_facility(tenant)
    order = ordered(tenant, market, facility)
    with transaction(system(tenant.id, "tests")) as tx:
        from bookings.models import Mission

        [mission] = tx.session.query(Mission).filter(Mission.order_id == order.id)
        mission.state, mission.starts_at, mission.ends_at = "planned", NOW, NOW
        mission.consultant_id = market.supplier.consultant.id
    with clock.frozen(NOW):
        page = view_order(facility.owner, order.id)
        assert page.effect is not None
        cancel_order(facility.owner, order.id, "Un empêchement.", page.effect.fee_cents)
    tell_work(tenant)
    [(draft, [line])] = drafts_of(tenant)
    assert (draft.net_cents, draft.vat_cents, draft.total_cents) == (75_000, 15_000, 90_000)
    assert (line.subject, line.source, line.share) == ("late_fee", "order_fee", "whole")
    assert line.designation.startswith("Frais d’annulation tardive – Exercice")
    assert "annulé le 22\xa0novembre 2026" in line.detail


def test_a_free_cancellation_makes_nothing(tenant: Tenant) -> None:
    facility = a_facility(tenant)
    order = ordered(tenant, a_market(tenant), facility)
    with clock.frozen(NOW):
        cancel_order(facility.owner, order.id, "Un empêchement.")
    tell_work(tenant)
    assert drafts_of(tenant) == []


def test_work_that_was_never_charged_is_taken_up_once(tenant: Tenant) -> None:
    order = accepted_work(tenant, percent=80)
    with transaction(system(tenant.id, "tests")) as tx:
        for table in ("invoice_line", "invoice"):
            tx.session.connection().exec_driver_sql(f"delete from {table}")
    boss = a_person(tenant, "grades_manager")
    assert charge_unbilled(boss) == 2
    assert charge_unbilled(boss) == 0
    assert {line.order_id for _, [line] in drafts_of(tenant)} == {order.id}


def test_only_the_grades_takes_work_up(tenant: Tenant) -> None:
    with pytest.raises(Unauthenticated):
        charge_unbilled(anonymous(tenant.id))
    with pytest.raises(Forbidden):
        charge_unbilled(a_person(tenant, "ars_manager"))


def test_a_charge_of_nothing_is_none_and_of_two_kinds_is_a_fault(tenant: Tenant) -> None:
    customer = a_customer(tenant)
    words = {"source": "manual", "source_key": "1", "customer": customer, "subject": "other", "designation": "Rien"}
    with transaction(system(tenant.id, "tests")) as tx:
        assert charge(tx, Charge(**words, net_cents=0)) is None
        with pytest.raises(ValueError, match="not both"):
            charge(tx, Charge(**words, net_cents=1, total_cents=1))


def test_a_customer_is_made_once(tenant: Tenant) -> None:
    facility = a_facility(tenant)
    made: list[Customer] = []
    for _ in range(2):
        with transaction(system(tenant.id, "tests")) as tx:
            made.append(customer_of(tx, facility.organisation.id))
    assert made[0].id == made[1].id
    assert (made[0].kind, made[0].name) == ("private", readable(facility.organisation.name))
    assert made[0].email == facility.owner.email


def test_charged_by_four_at_the_same_instant_there_is_one_draft(tenant: Tenant) -> None:
    """The same thing, each time unknown when it is looked for: the unique line decides, and nothing is left behind."""
    an_issuer(tenant)
    customer, together = a_customer(tenant), Barrier(4)
    wanted = Charge("manual", "same", customer, "other", "Une fois", net_cents=10_000)

    def take(_: int) -> bool:
        with transaction(system(tenant.id, "tests")) as tx:
            tx.session.connection()
            together.wait()
            return charge(tx, wanted) is not None

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 1
    [(draft, [line])] = drafts_of(tenant)
    assert (draft.total_cents, line.net_cents) == (12_000, 10_000)


@pytest.mark.parametrize(("cents", "shown"), [(30_000, (3, 10_000)), (10_000, (1, 10_000))])
def test_a_quantity_is_shown_when_it_divides_exactly(tenant: Tenant, cents: int, shown: tuple[int, int]) -> None:
    an_issuer(tenant)
    words = {"source": "manual", "source_key": "1", "customer": a_customer(tenant), "subject": "other"}
    with transaction(system(tenant.id, "tests")) as tx:
        charge(tx, Charge(**words, designation="Jours", net_cents=cents, quantity=3, unit_code="DAY"))
    [(_, [line])] = drafts_of(tenant)
    assert (line.quantity, line.unit_cents) == shown
    assert line.unit_code == ("DAY" if shown[0] == 3 else "C62")
