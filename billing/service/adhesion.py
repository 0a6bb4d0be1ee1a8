"""Adhesion fees: the tariff of a year, who owes what and why, then a draft each, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from billing.models import AdhesionFee
from billing.permissions import PERMISSIONS
from billing.queries import adhesion as queries
from billing.queries.adhesion import AdhesionRow
from billing.queries.customer import get_customer
from billing.rules.adhesion import Fee, Member, asked_key, fee_of, fee_of_asked
from billing.rules.tariff import read_tariff
from billing.service.charge import Charge, charge
from billing.service.customer import customer_of_entity
from finess.queries.edition import find_current_edition
from finess.rules.names import readable
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.queries.turn import take_turn


@dataclass(frozen=True, slots=True)
class Campaign:
    """The fees of a year: its tariff, who would be charged, who is left out, how many are about to be, by state."""

    year: int
    years: Sequence[int]
    tariffs: Sequence[AdhesionFee]
    ready: Sequence[Fee]
    left_out: Sequence[Fee]
    pending: int
    charged: Mapping[str, tuple[int, int]]

    @property
    def total_cents(self) -> int:
        """What preparing would charge, excluding VAT."""
        return sum(fee.net_cents for fee in self.ready)


def view_year(actor: Actor, year: int) -> Campaign:
    """The fees of a year, by name of the adherent."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "adhesion_fee.view")
        tariffs = queries.list_tariffs(tx.session, year)
        fees = sorted(_fees(tx, year, tariffs), key=lambda fee: (fee.member.name.lower(), fee.key))
        return Campaign(
            year,
            queries.list_years(tx.session),
            tariffs,
            [fee for fee in fees if not fee.left_out],
            [fee for fee in fees if fee.left_out not in ("", "charged", "pending")],
            sum(fee.left_out == "pending" for fee in fees),
            queries.charged_totals(tx.session, year),
        )


def set_tariff(actor: Actor, year: int, typed: Mapping[str, Any]) -> AdhesionFee:
    """Write a line of the tariff; the same threshold again replaces it. Drafts already made keep their price."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "adhesion_fee.set")
        line = read_tariff(typed)
        take_turn(tx.session, tx.tenant_id, "adhesion_fee")
        found = queries.find_tariff(tx.session, year, line.from_establishments)
        row = found or tx.add(AdhesionFee(id=uuid7(), year=year, from_establishments=line.from_establishments))
        row.amount_cents, row.proration = line.amount_cents, line.proration
        row.set_by, row.set_at = actor.user_id, tx.now
        tx.session.flush()
        tx.audit("adhesion_fee.set", row.id, year=year, amount_cents=line.amount_cents)
        return row


def remove_tariff(actor: Actor, fee_id: UUID) -> int:
    """Take a line of the tariff away; returns its year. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "adhesion_fee.set")
        row = queries.get_tariff(tx.session, fee_id)
        tx.session.delete(row)
        tx.audit("adhesion_fee.remove", row.id, year=row.year, amount_cents=row.amount_cents)
        return row.year


def prepare_fees(actor: Actor, year: int, count: int, total_cents: int) -> int:
    """Have the workers make the drafts that were read: so many, for so much. Returns how many.

    Raises Conflict when the tariff, the register or the adhesions have changed since: nobody charges what they have not
    read.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "adhesion_fee.charge")
        take_turn(tx.session, tx.tenant_id, "adhesion_fee")
        tariffs = queries.list_tariffs(tx.session, year)
        fees = [fee for fee in _fees(tx, year, tariffs) if not fee.left_out]
        if (len(fees), sum(fee.net_cents for fee in fees)) != (count, total_cents):
            raise Conflict(
                "Les cotisations ont changé depuis l’ouverture de cette page. Rien n’est préparé\N{NO-BREAK SPACE}: "
                "relisez l’aperçu."
            )
        for fee in fees:
            tx.emit(queries.TOPIC, tariffs[0].id, asked_key(fee))
        tx.audit("adhesion_fee.charge", None, year=year, asked=len(fees), total_cents=total_cents)
        return len(fees)


def charge_asked(tx: Tx, asked: str) -> bool:
    """Make the draft of a fee, if it is still owed and of the amount that was read; whether there is a new one."""
    finess_ej, _, year, _ = asked.split(":")
    number = int(year)
    fees = _fees(tx, number, queries.list_tariffs(tx.session, number), finess_ej)
    return any(_charge(tx, fee, number) for fee in fees if not fee.left_out and asked_key(fee) == asked)


def open_stranger(actor: Actor, finess_ej: str) -> UUID:
    """Make a customer, from the register, of an adherent that has no account here; returns its identifier."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "customer.set")
        return customer_of_entity(tx, finess_ej).id


def _charge(tx: Tx, fee: Fee, year: int) -> bool:
    member = fee.member
    customer = (
        get_customer(tx.session, member.customer_id) if member.customer_id else customer_of_entity(tx, member.finess_ej)
    )
    made = charge(
        tx,
        Charge(
            source="adhesion",
            source_key=fee.key,
            customer=customer,
            subject="adhesion",
            designation=f"Cotisation {year}",
            detail=fee.because,
            net_cents=fee.net_cents,
            starts_on=fee.starts_on,
            ends_on=fee.ends_on,
        ),
    )
    return made is not None


def _fees(tx: Tx, year: int, tariffs: Sequence[AdhesionFee], finess_ej: str | None = None) -> list[Fee]:
    """The fees of a year; of one entity for the worker that is asked to charge it (nothing of it is then pending)."""
    edition = find_current_edition(tx.session)
    rows = queries.list_of_year(tx.session, year, edition.id if edition else None, finess_ej)
    numbers = {row.finess_ej for row in rows}
    sites = queries.count_establishments(tx.session, edition.id, numbers) if edition and numbers else {}
    charged = queries.charged_keys(tx.session, year)
    asked = queries.pending_asked(tx.session, year) if finess_ej is None else ()
    pending = {fee_of_asked(one) for one in asked}
    before = [None, *(row.finess_ej for row in rows)]
    members = [_member(row, sites, row.finess_ej == one) for row, one in zip(rows, before, strict=False)]
    return [fee_of(member, year, tariffs, charged, pending) for member in members]


def _member(row: AdhesionRow, sites: Mapping[str, int], came_back: bool) -> Member:
    name = row.organisation or readable(row.registered or "") or f"FINESS {row.finess_ej}"
    return Member(
        row.finess_ej,
        row.since_on,
        row.until_on,
        name,
        sites.get(row.finess_ej, 0) if row.is_known else None,
        row.organisation is not None or row.customer_id is not None,
        row.customer_id,
        came_back,
    )
