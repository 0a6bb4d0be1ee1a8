"""The invoices of the demonstration: what accepted work became, who paid, who is late, who contests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from app.demo import bank
from app.demo.missions import Buyer
from app.demo.people import GRADES_MANAGER, acting
from app.demo.settling import settle
from billing.jobs.issuing import DOCUMENTS, ISSUING
from billing.models import Customer, Invoice, Receivable
from billing.rules.accounts import DEFAULTS
from billing.rules.issuer import DISCOUNT, LADDERS, PENALTY, TERMS
from billing.service.adhesion import prepare_fees, set_tariff, view_year
from billing.service.contest import contest_invoice
from billing.service.credit import credit
from billing.service.customer import open_funder, save_customer
from billing.service.issuer import save_issuer
from billing.service.queueing import queue_drafts
from billing.service.subscription import create_subscription
from billing.service.vat_rule import set_rule
from kit import clock
from kit.actor import Actor, system
from kit.transaction import transaction
from tenants.models import Tenant

OPENS = datetime(2025, 10, 1, 8, tzinfo=UTC)
# Every number is invented, and well formed.
ISSUER = {
    "name": "GIP e-santé Bretagne (données fictives)",
    "legal_form": "Groupement d’intérêt public",
    "siret": "13000796600018",
    "vat_number": "FR05130007966",
    "address": "4 rue de l’Exemple",
    "postal_code": "35000",
    "town": "Rennes",
    "email": "facturation@bretagne.test",
    "phone": "02 99 00 00 00",
    "electronic_address": "130007966",
    "accounting_officer": "L’agent comptable du groupement",
    "public_accounting": "1",
    "iban": bank.IBAN,
    "bic": "AGRIFRPP",
    "prefix": "EB",
    "recovery": "40",
    "penalty_rate": "10,15",
    "penalty_text": PENALTY,
    "discount_text": DISCOUNT,
    **{f"terms.{kind}": str(days) for kind, days in TERMS.items()},
    **{
        f"ladders.{kind}.{rank}.{name}": str(step[name])
        for kind, steps in LADDERS.items()
        for rank, step in enumerate(steps, start=1)
        for name in ("days", "tone")
    },
    **{f"accounts.{key}.number": one.number for key, one in DEFAULTS.items()},
    **{f"accounts.{key}.label": one.label for key, one in DEFAULTS.items()},
}
EXEMPT = {
    "category": "E",
    "exemption_code": "VATEX-FR-CGI261B",
    "exemption_text": "Exonération de TVA, article 261 B du code général des impôts",
}
SUBSCRIPTION = {"title": "Veille et alertes cyber", "period": "quarter", "proration": "month", "amount": "450"}


def open_office(tenant: Tenant) -> None:
    """Before the first order: who invoices, and at which VAT. Members are exempt, the others and the ARS pay it."""
    with clock.frozen(OPENS):
        grades = acting(tenant, GRADES_MANAGER)
        save_issuer(grades, ISSUER, 0)
        set_rule(grades, {"starts_on": date(2025, 1, 1), "category": "S", "rate": "20"})
        set_rule(grades, {"starts_on": date(2025, 1, 1), "status": "member", **EXEMPT})
        ars = open_funder(grades)
        save_customer(grades, ars.id, bank.ARS | {"name": ars.name}, ars.revision)


def follow(tenant: Tenant, buyers: Sequence[Buyer]) -> None:
    """Month after month: fees, subscriptions and accepted work are issued; then the bank's file comes."""
    now = clock.now()
    with clock.frozen(datetime(now.year, 1, 12, 9, tzinfo=UTC)):
        grades = acting(tenant, GRADES_MANAGER)
        _charge_fees(grades, now.year)
        settle()  # the fees open the customers' files
        _subscribe(grades, buyers[:3])
    _complete_customers(tenant)
    for month in _months(now):
        with clock.frozen(month):
            settle()
            _complete_customers(tenant)
            _issue(tenant, month)
            settle()
            if month < now - timedelta(days=25):
                bank.pay(tenant, acting(tenant, GRADES_MANAGER), month + timedelta(days=24))
    _dispute(tenant, buyers)


def _charge_fees(grades: Actor, year: int) -> None:
    for threshold, amount in (("1", "350"), ("3", "700"), ("10", "1 400")):
        set_tariff(grades, year, {"from_establishments": threshold, "amount": amount, "proration": "month"})
    fees = view_year(grades, year)
    prepare_fees(grades, year, len(fees.ready), fees.total_cents)


def _subscribe(grades: Actor, buyers: Sequence[Buyer]) -> None:
    with transaction(system(buyers[0].tenant.id, "démonstration")) as tx:
        owners = [buyer.number for buyer in buyers]
        customers = tx.session.scalars(select(Customer).where(Customer.finess_ej.in_(owners))).all()
    for customer in customers:
        create_subscription(grades, customer.id, SUBSCRIPTION | {"starts_on": date(clock.now().year, 2, 15)})


def _complete_customers(tenant: Tenant) -> None:
    """The register of the demonstration gives no SIRET: what a GRADeS would have asked its customers."""
    with transaction(system(tenant.id, "démonstration")) as tx:
        found = tx.session.scalars(select(Customer).where(Customer.siret == "", ~Customer.is_funder)).all()
        for rank, customer in enumerate(found):
            customer.siret = bank.siret(rank)
            customer.electronic_address = customer.siret[:9]
            customer.address = customer.address or "1 rue de la Mairie"
            customer.postal_code = customer.postal_code or "35000"
            customer.town = customer.town or "Rennes"


def _months(now: datetime) -> list[datetime]:
    """The fifth of each month since the first accepted work, at nine."""
    found = [datetime(2026, 1, 12, 10, tzinfo=UTC)]
    while (later := (found[-1].replace(day=1) + timedelta(days=32)).replace(day=5, hour=9)) < now:
        found.append(later)
    return found


def _issue(tenant: Tenant, month: datetime) -> None:
    """Issue every draft that was there a day before; the latest ones of today stay to be read."""
    with transaction(system(tenant.id, "démonstration")) as tx:
        query = select(Invoice.id).where(Invoice.state == "draft", Invoice.created_at < month - timedelta(hours=1))
        ids = tx.session.scalars(query.order_by(Invoice.created_at)).all()
    if ids:
        queue_drafts(acting(tenant, GRADES_MANAGER), ids)
        ISSUING.run(tenant.id, lambda: False)
        DOCUMENTS.run(tenant.id, lambda: False)


def _dispute(tenant: Tenant, buyers: Sequence[Buyer]) -> None:
    """A facility contests an invoice; another's waits with a credit note to be read."""
    contested = _unpaid(tenant, buyers)
    if contested is not None:
        buyer = next(one for one in buyers if one.organisation_id() == contested.organisation_id)
        motive = "La restitution prévue au bon de commande n’a pas eu lieu."
        contest_invoice(buyer.act(), contested.id, motive)
        settle()
    other = _unpaid(tenant, [one for one in buyers if contested and one.organisation_id() != contested.organisation_id])
    if other is not None:
        credit(acting(tenant, GRADES_MANAGER), other.id, None, "Prestation facturée deux fois")


def _unpaid(tenant: Tenant, buyers: Sequence[Buyer]) -> Invoice | None:
    """The latest invoice that one of them has not begun to pay."""
    owners = [one.organisation_id() for one in buyers]
    with transaction(system(tenant.id, "démonstration")) as tx:
        query = (
            select(Invoice)
            .join(Receivable, Receivable.id == Invoice.id)
            .where(Receivable.open_cents == Invoice.total_cents, ~Receivable.is_credit)
            .where(Invoice.organisation_id.in_(owners))
        )
        return tx.session.scalars(query.order_by(Invoice.issued_on.desc()).limit(1)).first()
