"""The invented market of the demonstration: three lots, three holders, forty lines, and the whole catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.demo.sellers import Seller, open_companies
from kit.actor import Actor
from kit.settings import PROJECT
from services_catalog.models import FrameworkAgreement, Lot, PriceSchedule
from services_catalog.service.agreement import make_agreement, view_agreement
from services_catalog.service.lot import make_lot
from services_catalog.service.publication import publish_service
from services_catalog.service.revision import NewRevision, revise_schedule
from services_catalog.service.schedule import NewSchedule, import_schedule
from services_catalog.service.schedule_publication import publish_schedule
from services_catalog.service.seed import seed_catalogue
from tenants.models import Tenant

EXAMPLES = PROJECT / "docs" / "examples" / "market"
STARTS, ENDS = date(2025, 10, 1), date(2029, 9, 30)
TERMS = {
    "reference": "2025-CYBER (fictif)",
    "title": "Marché cyber-résilience, données inventées",
    "starts_on": STARTS,
    "ends_on": ENDS,
    "adherents_only": False,
}
FORMULA = {
    "index": "Syntec (valeurs fictives)",
    "base_value": "310,6",
    "base_on": "2025-07-01",
    "fixed": "0,15",
    "digits": 3,
    "rounding": "half_up",
}


@dataclass(frozen=True, slots=True)
class Market:
    """The market once open."""

    armor: Seller
    ti_surete: Seller
    kreiz: Seller
    schedules: tuple[PriceSchedule, ...]


def open_market(tenant: Tenant, grades: Actor, today: date) -> Market:
    """Publish the catalogue, open the providers and the agreement, import and publish the five schedules."""
    for saved in seed_catalogue(grades):
        publish_service(grades, saved.service.slug)
    armor, ti_surete, kreiz = open_companies(tenant, grades, today)
    agreement = make_agreement(grades, TERMS)
    first = _lot(grades, agreement, 1, "Diagnostics et audits", "single", "240 000", [armor])
    second = _lot(grades, agreement, 2, "Exercices de crise et continuité", "ranked", "160 000", [armor, ti_surete])
    third = _lot(grades, agreement, 3, "Temps partagé et accompagnement", "in_turn", "120 000", [ti_surete, kreiz])
    return Market(
        armor,
        ti_surete,
        kreiz,
        (
            _price(grades, first, armor, "lot-1-armor-cyber"),
            _price(grades, second, armor, "lot-2-armor-cyber"),
            _price(grades, second, ti_surete, "lot-2-ti-surete"),
            _price(grades, third, ti_surete, "lot-3-ti-surete"),
            _price(grades, third, kreiz, "lot-3-kreiz-numerique"),
        ),
    )


def revise(grades: Actor, market: Market) -> None:
    """The yearly revision: + 1,8 % from 1 October 2026."""
    for schedule in market.schedules:
        revise_schedule(grades, schedule.id, NewRevision("317,2", date(2026, 7, 1), date(2026, 10, 1)))


def _lot(
    grades: Actor,
    agreement: FrameworkAgreement,
    number: int,
    title: str,
    assignment: str,
    maximum: str,
    holders: Sequence[Seller],
) -> Lot:
    terms = {"number": number, "title": title, "assignment": assignment, "maximum": maximum}
    revision = view_agreement(grades, agreement.id).agreement.revision
    return make_lot(grades, agreement.id, terms | {"holders": [holder.id for holder in holders]}, revision)


def _price(grades: Actor, lot: Lot, seller: Seller, name: str) -> PriceSchedule:
    content = (EXAMPLES / f"{name}.csv").read_bytes()
    sent = NewSchedule(seller.id, STARTS, ENDS, f"{name}.csv", content, FORMULA)
    return publish_schedule(grades, import_schedule(grades, lot.id, sent).id)
