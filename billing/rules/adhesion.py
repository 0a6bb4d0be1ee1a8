"""The fees (cotisations) of a year: who owes how much, and why. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from billing.rules.proration import prorated
from kit.french import count, day

# Why an adherent has no fee to prepare. `no_customer` is listed apart: there is something to do.
LEFT_OUT = {
    "charged": "Déjà préparée",
    "once": "Due en entier une seule fois par an, pour une adhésion précédente",
    "pending": "En préparation",
    "no_tariff": "Aucun tarif pour ce nombre d’établissements",
    "no_register": "Absent du registre FINESS\N{NO-BREAK SPACE}: vérifiez le numéro de l’adhésion",
    "nothing": "Adhésion trop courte pour devoir un mois",
    "no_customer": "Pas de compte sur le portail",
}


class Tariff(Protocol):
    """A line of the tariff of a year."""

    from_establishments: int
    amount_cents: int
    proration: str


@dataclass(frozen=True, slots=True)
class Member:
    """An adhesion that touches the year. `establishments` are the open ones; None: the register knows no such entity.

    `has_customer`: it has an account here, or a customer already (`customer_id`). `came_back`: another of its adhesions
    touches the year before this one.
    """

    finess_ej: str
    since_on: date
    until_on: date | None
    name: str
    establishments: int | None
    has_customer: bool
    customer_id: UUID | None = None
    came_back: bool = False


@dataclass(frozen=True, slots=True)
class Fee:
    """What an adhesion owes for a year (cents, excluding VAT) and why. With `left_out` nothing is prepared."""

    member: Member
    key: str
    starts_on: date
    ends_on: date
    net_cents: int
    because: str
    left_out: str = ""

    @property
    def reason(self) -> str:
        """Why it is left out, in French; "" when it is not."""
        return LEFT_OUT.get(self.left_out, "")


def fee_key(finess_ej: str, since_on: date, year: int) -> str:
    """What makes a fee one: whose, which adhesion, which year."""
    return f"{finess_ej}:{since_on.isoformat()}:{year}"


def asked_key(fee: Fee) -> str:
    """What a worker is asked to charge: this fee at the amount that was read."""
    return f"{fee.key}:{fee.net_cents}"


def fee_of_asked(asked: str) -> str:
    """The key of the fee that a worker is asked to charge."""
    return asked.rpartition(":")[0]


def tariff_for(tariffs: Iterable[Tariff], establishments: int) -> Tariff | None:
    """The highest threshold that is reached."""
    reached = [one for one in tariffs if one.from_establishments <= establishments]
    return max(reached, key=lambda one: one.from_establishments, default=None)


def fee_of(
    member: Member, year: int, tariffs: Sequence[Tariff], charged: Collection[str], pending: Collection[str] = ()
) -> Fee:
    """The fee of an adhesion that touches the year: the tariff of its establishments, in proportion to its time.

    `charged` and `pending` are the keys of those that have a line, or that a worker is about to charge.
    """
    period = (date(year, 1, 1), date(year, 12, 31))
    part = (max(member.since_on, period[0]), min(member.until_on or period[1], period[1]))
    key = fee_key(member.finess_ej, member.since_on, year)
    sites = member.establishments or 0
    tariff = tariff_for(tariffs, sites)
    net = prorated(tariff.amount_cents, tariff.proration, period, part) if tariff else 0
    because = _because(sites, tariff, period, part) if member.establishments is not None else ""
    left_out = "charged" if key in charged else "pending" if key in pending else _left_out(member, tariff, net)
    return Fee(member, key, *part, net, because, left_out)


def _left_out(member: Member, tariff: Tariff | None, net: int) -> str:
    if member.establishments is None:
        return "no_register"
    if tariff is None:
        return "no_tariff"
    if member.came_back and tariff.proration == "none":
        return "once"
    if net == 0:
        return "nothing"
    return "" if member.has_customer else "no_customer"


def _because(sites: int, tariff: Tariff | None, period: tuple[date, date], part: tuple[date, date]) -> str:
    words = count(sites, "établissement ouvert", "établissements ouverts")
    if tariff is None or tariff.proration == "none" or part == period:
        return words
    if part[1] == period[1]:
        return f"{words}, au prorata depuis le {day(part[0])}"
    return f"{words}, au prorata du {day(part[0])} au {day(part[1])}"
