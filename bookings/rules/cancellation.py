"""What cancelling an order costs, by the policy of its service. Pure; days are those of the tenant's zone."""

from dataclasses import dataclass
from datetime import date, timedelta

from kit.french import NBSP, count, day, money
from services_catalog.rules.service import Cancellation


@dataclass(frozen=True, slots=True)
class Effect:
    """What cancelling on a day would do: the fee, excluding VAT, and the sentence to read before confirming."""

    fee_cents: int
    sentence: str


def effect(policy: Cancellation, net_cents: int, planned_on: date | None, today: date) -> Effect:
    """What cancelling `today` costs; nothing while no day is planned, nor while at least `free_days` days remain."""
    if planned_on is None:
        return Effect(0, "Aucune date n’est planifiée\N{NO-BREAK SPACE}: l’annulation est sans frais.")
    if not policy.late_percent:
        return Effect(0, "Cette prestation s’annule sans frais.")
    free_until = planned_on - timedelta(days=policy.free_days)
    if today <= free_until:
        free = f"Annuler est sans frais jusqu’au {day(free_until)} inclus."
        return Effect(0, f"L’intervention est prévue le {day(planned_on)}. {free}")
    fee = (net_cents * policy.late_percent + 50) // 100
    return Effect(fee, _late(policy, planned_on, today, fee))


def in_words(policy: Cancellation) -> str:
    """The policy as a quote states it."""
    if not policy.late_percent:
        return "Annulation sans frais tant que l’intervention n’a pas commencé."
    until = (
        f"à {count(policy.free_days, 'jour')} avant l’intervention" if policy.free_days else "au jour de l’intervention"
    )
    return f"Annulation sans frais jusqu’{until}, puis {policy.late_percent}{NBSP}% du prix hors taxes."


def _late(policy: Cancellation, planned_on: date, today: date, fee: int) -> str:
    due = f"{policy.late_percent}{NBSP}% du prix hors taxes restent dus, soit {money(fee)} HT"
    if planned_on < today:
        return f"L’intervention était prévue le {day(planned_on)}{NBSP}: {due}."
    near = f", dans moins de {count(policy.free_days, 'jour')}" if policy.free_days else ""
    return f"L’intervention est prévue le {day(planned_on)}{near}{NBSP}: {due}."
