"""The journal as people and programs read it: its entries, one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from billing.models import JournalEntry
from billing.permissions import PERMISSIONS
from billing.queries.journal import (
    Line,
    Wanted,
    count_entries,
    get_entry,
    list_entries,
    list_lines,
    list_related,
    list_years,
)
from billing.rules.states import JOURNALS
from kit.actor import Actor
from kit.errors import Invalid
from kit.permissions import permit
from kit.transaction import transaction
from services_catalog.service.today import today


@dataclass(frozen=True, slots=True)
class JournalPage:
    """A page of entries, the latest first, with their lines. `after` asks for the next page; None on the last."""

    year: int
    years: Sequence[int]
    entries: Sequence[JournalEntry]
    lines: Mapping[UUID, Sequence[Line]]
    count: int
    after: int | None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """An entry, and the others about the same thing."""

    entry: JournalEntry
    lines: Sequence[Line]
    related: Sequence[JournalEntry]


def list_journal(actor: Actor, wanted: Wanted) -> JournalPage:
    """A page of the journal; year 0 is the latest that has entries. Raises Invalid (journal)."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "journal.view")
        if wanted.journal and wanted.journal not in JOURNALS:
            raise Invalid("Ce journal n’existe pas.", {"journal": "Choisissez un journal."})
        years = list_years(tx.session)
        year = wanted.year or (years[0] if years else today(tx).year)
        asked = replace(wanted, year=year)
        found = list_entries(tx.session, asked)
        entries = found[: asked.limit]
        lines: dict[UUID, list[Line]] = {entry.id: [] for entry in entries}
        for line in list_lines(tx.session, list(lines)):
            lines[line.entry_id].append(line)
        following = entries[-1].number if len(found) > asked.limit else None
        return JournalPage(year, years, entries, lines, count_entries(tx.session, asked), following)


def view_entry(actor: Actor, entry_id: UUID) -> EntryPage:
    """One entry. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "journal.view")
        entry = get_entry(tx.session, entry_id)
        return EntryPage(entry, list_lines(tx.session, [entry.id]), list_related(tx.session, entry))
