"""What an award gives, said in French to those who obtain it and to those who read the call. Pure."""

from collections.abc import Sequence
from typing import Protocol

from campaigns.rules.document.award import Terms
from kit.french import NBSP, count, day, money

WHOLE_PRICE = 100


class Gift(Protocol):
    """What is given: the terms of a call, or an award."""

    @property
    def service(self) -> str | None: ...
    @property
    def quantity(self) -> int: ...
    @property
    def ars_share_percent(self) -> int: ...
    @property
    def cap_cents(self) -> int | None: ...


def called(gift: Gift, title: str | None) -> str | None:
    """« Cyberdiagnostic », « RSSI à temps partagé (quantité : 3) » ; without a title, what the slug says."""
    if gift.service is None:
        return None
    name = title or gift.service.replace("-", " ").capitalize()
    return name if gift.quantity == 1 else f"{name} (quantité{NBSP}: {gift.quantity})"


def share(gift: Gift) -> str | None:
    """Who pays: « L’ARS prend en charge 80 % du prix TTC, 3 000,00 € au plus. Le reste … ». None without a service."""
    if gift.service is None:
        return None
    if gift.ars_share_percent == 0:
        return "Le prix est à la charge de l’organisme."
    part = "la totalité" if gift.ars_share_percent == WHOLE_PRICE else f"{gift.ars_share_percent}{NBSP}%"
    if gift.cap_cents:
        paid = f"L’ARS prend en charge {part} du prix TTC, dans la limite de {money(gift.cap_cents)}."
        return f"{paid} Le reste est à la charge de l’organisme."
    if gift.ars_share_percent == WHOLE_PRICE:
        return f"L’ARS prend en charge la totalité du prix{NBSP}: il n’y a rien à payer."
    return f"L’ARS prend en charge {part} du prix TTC. Le reste est à la charge de l’organisme."


def promise(terms: Terms, title: str | None) -> Sequence[str]:
    """« Ce que vous obtenez » on the call's page: one sentence a line, the service first."""
    named = called(terms, title)
    paid = share(terms)
    stages = [
        f"{one.title}, au plus tard le {day(one.due_on)}." if one.due_on else f"{one.title}." for one in terms.stages
    ]
    within = count(terms.confirm_within.days, "jour")
    return [
        *([f"{named}."] if named else []),
        *([paid] if paid else []),
        f"Vous confirmez et vous nommez votre référent dans les {within} qui suivent la notification.",
        *stages,
    ]
