"""The price for me, as people ask for it: one service, or all those on sale, for a facility they may ask about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select

from finess.queries.edition import get_current_edition
from finess.queries.number import resolve_number
from kit.actor import Actor
from kit.errors import Forbidden, Invalid, NotFound
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import service as services
from services_catalog.queries.service import Line
from services_catalog.rules.bracket import ASKED, BIGGEST_SIZE
from services_catalog.rules.price import MOST_UNITS, Facility, Priced, Unpriced
from services_catalog.service.price import prices_step
from services_catalog.service.today import today
from tenants.models import Organisation
from tenants.queries.tenant import find_adhesion


@dataclass(frozen=True)
class Question:
    """For whom (one of its organisations, or for the staff any number), on what day, how many, of what size."""

    organisation_id: UUID | None = None
    number: str = ""
    on: date | None = None
    quantity: int = 1
    declared: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PriceList:
    """Services with their price for `facility`, or why they have none. None: nobody was named, and nothing is priced.

    `after` is the address of the last service, to ask for the next page; None on the last. `anybody`: the asker may
    name whom they want.
    """

    facility: Facility | None
    adherent: bool
    on: date
    quantity: int
    items: Sequence[tuple[Line, Priced | Unpriced]]
    after: str | None
    organisations: Sequence[Organisation] = ()
    organisation_id: UUID | None = None
    anybody: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The sizes that would decide of some price, if they were known."""
        found = {price.missing for _, price in self.items if isinstance(price, Unpriced)}
        return tuple(measure for measure in ASKED if measure in found)


def list_prices(actor: Actor, question: Question, after: str | None = None, limit: int = 50) -> PriceList:
    """Every service on sale with its price, by pages; in as many queries whatever their number.

    Raises Invalid (fields number, quantity, and each size), NotFound when the organisation is not one's own.
    """
    _check(question)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "price.ask")
        mine, anybody = _mine(tx), allows(PERMISSIONS, actor, "price.ask", _Nobody())
        if not mine and not anybody:
            raise Forbidden("Les prix négociés se lisent pour un organisme, par ses membres.")
        organisation, finess_ej = _who(tx, question, mine)
        on = question.on or today(tx)
        if finess_ej is None:
            return PriceList(None, False, on, question.quantity, (), None, mine, anybody=anybody)
        found = services.list_lines(tx.session, ("published",), after, limit + 1)
        page = found[:limit]
        facility, prices = prices_step(
            tx, [line.id for line in page], finess_ej, on, question.quantity, declared=question.declared
        )
        return PriceList(
            facility,
            find_adhesion(tx.session, finess_ej, on) is not None,
            on,
            question.quantity,
            [(line, prices[line.id]) for line in page],
            page[-1].slug if len(found) > limit else None,
            mine,
            organisation.id if organisation else None,
            anybody,
        )


def ask_price(actor: Actor, slug: str, question: Question) -> tuple[str, Facility, Priced | Unpriced]:
    """The title of a service on sale, for whom it is asked, and its price. Raises as `list_prices`, and NotFound."""
    _check(question)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "price.ask")
        service = services.get_service(tx.session, slug)
        if service.state != "published":
            raise NotFound() if service.state == "draft" else NotFound("Cette prestation n’est plus proposée.")
        _, finess_ej = _who(tx, question, _mine(tx))
        if finess_ej is None:
            fault = "Dites pour quel organisme."
            raise Invalid(fault, {"number": fault})
        on = question.on or today(tx)
        facility, prices = prices_step(tx, [service.id], finess_ej, on, question.quantity, declared=question.declared)
        return service.title, facility, prices[service.id]


def _check(question: Question) -> None:
    faults = {
        measure: "Indiquez un nombre entier, zéro ou plus."
        for measure, size in question.declared.items()
        if measure not in ASKED or not 0 <= size <= BIGGEST_SIZE
    }
    if not 1 <= question.quantity <= MOST_UNITS:
        faults["quantity"] = f"Indiquez une quantité de 1 à {MOST_UNITS}."
    if faults:
        raise Invalid("Ces prix ne peuvent pas être calculés ainsi.", faults)


def _mine(tx: Tx) -> list[Organisation]:
    """The organisations one asks for: legal entities only, by name."""
    ids = tx.actor.organisations.keys() - tx.actor.suppliers
    query = select(Organisation).where(Organisation.id.in_(ids), Organisation.kind == "legal_entity")
    return list(tx.session.scalars(query.order_by(Organisation.name, Organisation.id))) if ids else []


def _who(tx: Tx, question: Question, mine: Sequence[Organisation]) -> tuple[Organisation | None, str | None]:
    """Whose price: what is named; else one's own organisation; else nobody's."""
    if question.organisation_id is not None:
        organisation = tx.session.get(Organisation, (tx.tenant_id, question.organisation_id))
        if organisation is None or organisation.finess_ej is None or not _may_ask(tx, organisation):
            raise NotFound("Cet organisme n’existe pas, ou vous n’y avez pas accès.")
        return organisation, organisation.finess_ej
    if question.number.strip():
        return _of_number(tx, question.number)
    return (mine[0], mine[0].finess_ej) if mine else (None, None)


def _may_ask(tx: Tx, organisation: Organisation) -> bool:
    return allows(PERMISSIONS, tx.actor, "price.ask", organisation)


def _of_number(tx: Tx, typed: str) -> tuple[Organisation | None, str]:
    """The legal entity that a number leads to: the staff may ask about any, others about their own."""
    answer = resolve_number(tx.session, get_current_edition(tx.session).id, typed)
    if answer.finess_ej is None:
        raise Invalid(answer.sentence, {"number": answer.sentence})
    organisation = tx.session.scalar(select(Organisation).where(Organisation.finess_ej == answer.finess_ej))
    if not allows(PERMISSIONS, tx.actor, "price.ask", organisation or _Nobody()):
        raise Forbidden("Les prix négociés d’un autre organisme ne sont pas les vôtres à lire.")
    return organisation, answer.finess_ej


@dataclass(frozen=True)
class _Nobody:
    """A legal entity without an account here: nobody's but the staff's."""

    organisation_id: UUID | None = None
