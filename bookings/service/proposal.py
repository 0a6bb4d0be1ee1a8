"""What a service would cost an organisation, from whom, and who would pay: worked out before anything is written."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from bookings.models import Entitlement
from bookings.permissions import PERMISSIONS
from bookings.queries import quote as quotes
from bookings.queries.load import half_days_by_provider
from bookings.rules import payers, validity
from bookings.rules.holder import in_words, nobody_in_words
from bookings.rules.payers import Shares
from bookings.rules.quantity import check_credit, half_days
from bookings.service.right import Right, check_right, department_of, site_of
from bookings.service.today import today
from eligibility.rules import Establishment
from kit.errors import Conflict, Invalid
from kit.permissions import allows
from kit.transaction import Tx
from services_catalog.models import Lot, Service, ServiceVersion
from services_catalog.queries.provider import list_holders
from services_catalog.rules.assignment import Choice, Need, choose
from services_catalog.rules.price import Priced, Unpriced
from services_catalog.service.holder import list_candidates
from services_catalog.service.price import price_step
from tenants.models import Organisation

NOT_ON_SALE = "Cette prestation n’est plus au catalogue\N{NO-BREAK SPACE}: elle ne peut plus être commandée."
# A holder that is full this month is asked for the next ones before another refusal.
MONTHS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks: units of a service for an organisation or one of its establishments.

    `size` is what the facility declares, in what its price counts. `provider_id` asks for one holder, by hand.
    """

    quantity: int
    finess_et: str | None = None
    size: int | None = None
    entitlement: Entitlement | None = None
    provider_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A price for somebody, with its holder, its payers and its last day."""

    organisation: Organisation
    service: Service
    version: ServiceVersion
    right: Right
    site: Establishment | None
    priced: Priced
    holder: str
    shares: Shares
    share_sentence: str
    valid_until: date

    @property
    def holder_sentence(self) -> str:
        """Why this provider, for the buyer; `holder` is the whole reason, for the GRADeS."""
        lot = self.priced.offer.lot
        return in_words(self.priced.provider_name, lot.number, lot.assignment)


def propose(tx: Tx, organisation: Organisation, version: ServiceVersion, wanted: Wanted) -> Proposal:
    """Work out a quote without writing it.

    Raises Conflict (no right, off the catalogue, no price, nobody to do it) and Invalid (finess_et; size, when
    the price needs one that nobody knows).
    """
    service = tx.session.get_one(Service, (tx.tenant_id, version.service_id))
    if service.state != "published" or service.version != version.number:
        raise Conflict(NOT_ON_SALE)
    if wanted.entitlement is not None:
        validity.check_right(wanted.entitlement.expires_on, today(tx))
    right = check_right(tx, organisation, version)
    site = site_of(right, wanted.finess_et)
    first = _price(tx, organisation, service, wanted)
    need = need_of(service, version, department_of(right, site), first, today(tx))
    priced, choice = _settle(tx, organisation, service, wanted, first, need)
    if version.mode == "time":
        check_credit(half_days(priced.unit, priced.quantity, version.half_days))
    percent, cap = _share(wanted.entitlement)
    shares = payers.share(priced.total_cents, percent, cap)
    return Proposal(
        organisation,
        service,
        version,
        right,
        site,
        priced,
        choice.sentence,
        shares,
        payers.share_in_words(shares, percent, cap),
        _last_day(tx, priced, wanted.entitlement),
    )


def need_of(service: Service, version: ServiceVersion, department: str | None, priced: Priced, on: date) -> Need:
    """What the mission would ask of its provider; time and group sessions take their half-days later."""
    of_one = half_days(priced.unit, priced.quantity, version.half_days) if version.mode == "mission" else 0
    return Need(service.family, version.qualification, department, on, of_one)


def _price(
    tx: Tx, organisation: Organisation, service: Service, wanted: Wanted, provider_id: UUID | None = None
) -> Priced:
    asked = provider_id or wanted.provider_id
    _, found = price_step(
        tx, service.id, organisation.finess_ej or "", today(tx), wanted.quantity, provider_id=asked, size=wanted.size
    )
    if not isinstance(found, Unpriced):
        return found
    if found.missing and found.missing != "adherent":
        raise Invalid(found.sentence, {"size": found.sentence})
    raise Conflict(found.sentence)


def _settle(
    tx: Tx, organisation: Organisation, service: Service, wanted: Wanted, first: Priced, need: Need
) -> tuple[Priced, Choice]:
    """The holder that the lot's rule gives, and its own price; a holder without one for this buyer is passed over."""
    without: set[UUID] = set()
    while True:
        choice = _choose(tx, first, need, wanted, without)
        if choice.provider_id is None:
            knows = allows(PERMISSIONS, tx.actor, "mission.assign")
            raise Conflict(choice.sentence if knows else nobody_in_words(first.lot_number))
        if choice.provider_id == first.provider_id:
            return first, choice
        try:
            return _price(tx, organisation, service, wanted, choice.provider_id), choice
        except Conflict:
            without.add(choice.provider_id)


def _choose(tx: Tx, priced: Priced, need: Need, wanted: Wanted, without: Collection[UUID]) -> Choice:
    """The holder of the priced lot who does it: this month, or else in the first of the next ones when one is free."""
    lot = tx.session.get_one(Lot, (tx.tenant_id, priced.lot_id))
    holders = [provider.id for provider, _ in list_holders(tx.session, lot.id)]
    choices = []
    for on in _months(need.on):
        load = half_days_by_provider(tx.session, on.replace(day=1), holders)
        candidates = list_candidates(tx, lot.id, load)
        candidates = [
            one
            for one in candidates
            if one.provider_id not in without and wanted.provider_id in (None, one.provider_id)
        ]
        choices.append(choose(candidates, replace(need, on=on), lot.assignment))
        if choices[-1].provider_id is not None:
            return choices[-1]
    return choices[0]


def _share(entitlement: Entitlement | None) -> tuple[int, int | None]:
    """The percentage that the ARS pays, and its limit."""
    return (entitlement.ars_share_percent, entitlement.cap_cents) if entitlement else (0, None)


def _last_day(tx: Tx, priced: Priced, entitlement: Entitlement | None) -> date:
    ends = quotes.price_ends(tx.session, priced.line_id)
    return validity.quote_ends(today(tx), *ends, entitlement.expires_on if entitlement else None)


def _months(on: date) -> Iterator[date]:
    yield on
    for _ in range(MONTHS_AHEAD):
        on = (on.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield on
