"""The aged balance as of any day, for pages, files and programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from billing.permissions import PERMISSIONS
from billing.queries.receivables_report import COLUMNS, Aged, AgedLine, Asked, aged_balance, aged_by_kind
from billing.rules.ageing import BAND_LABELS
from billing.rules.states import CUSTOMER_KINDS, CUSTOMER_LABELS
from kit.actor import Actor
from kit.errors import Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.service.today import today, zone_of

LABELS: Mapping[str, str] = {**BAND_LABELS, "credit": "Non utilisé", "balance": "Solde"}
SORTS = ("name", *COLUMNS)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Report:
    """A page of the balance as of `on`. `kinds`: its totals by kind of customer, those that have something."""

    on: date
    aged: Aged
    kinds: Sequence[tuple[str, dict[str, int]]]
    page: int

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.aged.count // PAGE))


def view_aged_balance(
    actor: Actor, on: date | None = None, kind: str | None = None, text: str = "", sort: str = "name", page: int = 1
) -> Report:
    """A page of the balance, as of today unless told. Raises Invalid (on, kind, sort)."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "receivable.list")
        asked = _asked(tx, on, kind, text, sort, (max(1, page) - 1) * PAGE, PAGE)
        found = aged_balance(tx.session, asked)
        sums = aged_by_kind(tx.session, asked)
        kinds = [(CUSTOMER_LABELS[one], sums[one]) for one in CUSTOMER_KINDS if one in sums]
        return Report(asked.on, found, kinds, max(1, page))


def list_aged_balance(
    actor: Actor, on: date | None = None, kind: str | None = None, text: str = "", sort: str = "name"
) -> tuple[date, Sequence[AgedLine], Mapping[str, int]]:
    """The day, every line and the totals, for a file. Raises as `view_aged_balance`."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "receivable.list")
        asked = _asked(tx, on, kind, text, sort, 0, None)
        found = aged_balance(tx.session, asked)
        return asked.on, found.lines, found.totals


def ends_at(tx: Tx, on: date) -> datetime:
    """The instant after the last one of a day, where the tenant is."""
    return datetime.combine(on + timedelta(days=1), time(), zone_of(tx))


def _asked(tx: Tx, on: date | None, kind: str | None, text: str, sort: str, offset: int, limit: int | None) -> Asked:
    day = on or today(tx)
    fields = {}
    if not 2000 <= day.year <= 2100:
        fields["on"] = "Choisissez un jour entre 2000 et 2100."
    if kind and kind not in CUSTOMER_KINDS:
        fields["kind"] = "Choisissez un genre de client."
    if sort not in SORTS:
        fields["sort"] = "Ce tri n’existe pas."
    if fields:
        raise Invalid("Cette balance ne peut pas être établie.", fields)
    return Asked(day, ends_at(tx, day), kind or None, text.strip(), sort, offset, limit)
