"""Price schedules: imported as drafts with a report, read, taken away as files, put aside."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit.actor import Actor
from kit.db import uuid7
from kit.document.finding import Refused, errors_of
from kit.errors import Invalid
from kit.french import NBSP, day
from kit.permissions import permit
from kit.storage import kept_first
from kit.transaction import Tx, transaction
from services_catalog.gateway.spreadsheet import read_sheet
from services_catalog.models import FrameworkAgreement, Lot, PriceLine, PriceRevision, PriceSchedule
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import market as queries
from services_catalog.queries.market import HolderLine
from services_catalog.rules.bpu import read_bpu
from services_catalog.rules.bpu_line import BpuLine, Terms
from services_catalog.rules.market import Agreement
from services_catalog.rules.revision import Formula, read_formula
from services_catalog.rules.states import PRICE_SCHEDULE
from services_catalog.service.today import today


@dataclass(frozen=True)
class NewSchedule:
    """What somebody sends to import a schedule. `formula` is None when prices are firm."""

    provider_id: UUID | None
    starts_on: date | None
    ends_on: date | None
    file_name: str
    content: bytes
    formula: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class SchedulePage:
    """A schedule with its lines, its revisions, and where it stands. `titles` are (address, title) of services."""

    schedule: PriceSchedule
    agreement: FrameworkAgreement
    lot: Lot
    holder: HolderLine
    lines: Sequence[PriceLine]
    revisions: Sequence[PriceRevision]
    titles: Mapping[UUID, tuple[str, str]]
    formula: Formula | None
    on: date


def import_schedule(actor: Actor, lot_id: UUID, sent: NewSchedule) -> PriceSchedule:
    """Read a file into a draft schedule of a holder. Facilities see nothing of it before it is published.

    Raises Refused (Invalid) with what was found, cell by cell, and keeps nothing; Invalid on the fields of the form.
    """
    permit(PERMISSIONS, actor, "price_schedule.import")
    with transaction(actor) as tx:
        lot = queries.get_lot(tx.session, lot_id)
        permit(PERMISSIONS, actor, "price_schedule.import", queries.get_agreement(tx.session, lot.agreement_id))
    sheet, schedule_id = read_sheet(sent.content), uuid7()
    with kept_first(place(lot.tenant_id, schedule_id), sent.content), transaction(actor) as tx:
        lot = queries.get_lot(tx.session, lot_id)
        agreement = queries.get_agreement(tx.session, lot.agreement_id, lock=True)
        permit(PERMISSIONS, actor, "price_schedule.import", agreement)
        formula = None if sent.formula is None else read_formula(sent.formula)
        provider_id, starts_on, ends_on = _check(tx, agreement, lot, sent)
        dates = Agreement(agreement.reference, agreement.starts_on, agreement.ends_on)
        terms = Terms(starts_on, ends_on, dates, queries.service_slugs(tx.session))
        lines, findings = read_bpu(sheet, terms)
        if errors_of(findings):
            raise Refused(findings)
        schedule = _draft(tx, lot, provider_id, sent)
        schedule.id = schedule_id
        schedule.starts_on, schedule.ends_on = starts_on, ends_on
        schedule.formula = formula.as_json() if formula else None
        schedule.report = [{"path": one.path, "sentence": one.sentence} for one in findings]
        tx.add(schedule)
        tx.session.flush()
        _write_lines(tx, schedule, lines)
        tx.audit("price_schedule.import", schedule.id, lines=len(lines), sha256=schedule.sha256)
        tx.emit("price_schedule.import", schedule.id)
        return schedule


def view_schedule(actor: Actor, schedule_id: UUID, action: str = "price_schedule.view") -> SchedulePage:
    """A schedule, for whoever may do `action` to it."""
    with transaction(actor) as tx:
        schedule = queries.get_schedule(tx.session, schedule_id)
        permit(PERMISSIONS, actor, action, schedule)
        return schedule_page(tx, schedule)


def discard_schedule(actor: Actor, schedule_id: UUID) -> PriceSchedule:
    """Put a draft aside: it keeps its number and its file, and is never published."""
    with transaction(actor) as tx:
        schedule = queries.get_schedule(tx.session, schedule_id, lock=True)
        permit(PERMISSIONS, actor, "price_schedule.discard", schedule)
        tx.advance(schedule, PRICE_SCHEDULE, "discard")
        return schedule


def schedule_page(tx: Tx, schedule: PriceSchedule) -> SchedulePage:
    """A schedule with what stands around it."""
    lot = queries.get_lot(tx.session, schedule.lot_id)
    holders = queries.list_holders(tx.session, [lot.id])[lot.id]
    lines = queries.list_lines(tx.session, schedule.id)
    return SchedulePage(
        schedule,
        queries.get_agreement(tx.session, lot.agreement_id),
        lot,
        next(holder for holder in holders if holder.provider_id == schedule.provider_id),
        lines,
        queries.list_revisions(tx.session, schedule.id),
        queries.service_titles(tx.session, {line.service_id for line in lines if line.service_id}),
        read_formula(schedule.formula) if schedule.formula else None,
        today(tx),
    )


def _check(tx: Tx, agreement: FrameworkAgreement, lot: Lot, sent: NewSchedule) -> tuple[UUID, date, date]:
    faults: dict[str, str] = {}
    holders = {holder.provider_id for holder in queries.list_holders(tx.session, [lot.id])[lot.id]}
    if sent.provider_id not in holders:
        faults["provider_id"] = "Choisissez un titulaire de ce lot."
    if sent.starts_on is None:
        faults["starts_on"] = "Indiquez le premier jour de ces prix."
    elif sent.starts_on < agreement.starts_on:
        begun = f"L’accord-cadre {agreement.reference} ne commence que le {day(agreement.starts_on)}"
        faults["starts_on"] = f"{begun}{NBSP}: ces prix ne peuvent pas commencer le {day(sent.starts_on)}."
    if sent.ends_on is None:
        faults["ends_on"] = "Indiquez le dernier jour de ces prix."
    elif sent.ends_on > agreement.ends_on:
        ended = f"L’accord-cadre {agreement.reference} prend fin le {day(agreement.ends_on)}"
        faults["ends_on"] = f"{ended}{NBSP}: ces prix ne peuvent pas courir jusqu’au {day(sent.ends_on)}."
    elif sent.starts_on is not None and sent.ends_on < sent.starts_on:
        faults["ends_on"] = "Le dernier jour ne peut pas précéder le premier."
    if faults or sent.provider_id is None or sent.starts_on is None or sent.ends_on is None:
        raise Invalid("Rien n’est importé\N{NO-BREAK SPACE}: corrigez ce qui est indiqué.", faults)
    return sent.provider_id, sent.starts_on, sent.ends_on


def _draft(tx: Tx, lot: Lot, provider_id: UUID, sent: NewSchedule) -> PriceSchedule:
    """The holder's next schedule, of this file."""
    return PriceSchedule(
        lot_id=lot.id,
        provider_id=provider_id,
        number=queries.last_number(tx.session, lot.id, provider_id) + 1,
        state=PRICE_SCHEDULE.initial,
        file_name="".join(filter(str.isprintable, sent.file_name))[-120:] or "bordereau",
        sha256=hashlib.sha256(sent.content).hexdigest(),
        author_id=tx.actor.user_id,
        imported_at=tx.now,
    )


def _write_lines(tx: Tx, schedule: PriceSchedule, lines: Sequence[BpuLine]) -> None:
    for position, line in enumerate(lines, start=1):
        columns = asdict(line)
        del columns["row"]
        tx.add(PriceLine(id=uuid7(), schedule_id=schedule.id, position=position, **columns))


def place(tenant_id: UUID, schedule_id: UUID) -> str:
    """Where the storage keeps the file that a schedule came from."""
    return f"schedules/{tenant_id}/{schedule_id}"


def first_place(schedule: PriceSchedule) -> str:
    """Where the first versions of the portal kept it: under its SHA-256."""
    return f"schedules/{schedule.tenant_id}/{schedule.sha256}"
