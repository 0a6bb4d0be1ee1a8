"""Until when a quote holds, and what a day after it says. Pure; both ends of every period are included."""

from datetime import date, timedelta

from kit.errors import Conflict
from kit.french import day

PROMISE = timedelta(days=30)


def quote_ends(today: date, *ends: date | None) -> date:
    """The last day of a quote drawn up `today`: in 30 days, or when the price, its agreement or the right ends."""
    return min([today + PROMISE, *(end for end in ends if end is not None)])


def check_quote(number: str, valid_until: date, today: date) -> None:
    """Raise Conflict once a quote's last day is over."""
    if today > valid_until:
        since = day(valid_until + timedelta(days=1))
        raise Conflict(f"Le devis {number} n’est plus valable depuis le {since}. Demandez-en un nouveau.")


def check_agreement(reference: str, starts_on: date, ends_on: date, today: date) -> None:
    """Raise Conflict when no order may be placed under the agreement on that day."""
    if today < starts_on:
        raise Conflict(f"Le marché {reference} commence le {day(starts_on)}. Aucune commande n’est possible avant.")
    if today > ends_on:
        raise Conflict(
            f"Le marché {reference} est terminé depuis le {day(ends_on)}. Aucune commande n’est plus possible."
        )


def check_right(expires_on: date | None, today: date) -> None:
    """Raise Conflict once the right that an award gave is over."""
    if expires_on is not None and today > expires_on:
        raise Conflict(f"Ce droit était à utiliser jusqu’au {day(expires_on)}. Demandez à l’ARS ce qui est possible.")


def check_adhesion(for_adherents: bool, is_adherent: bool, number: str) -> None:
    """Raise Conflict when a quote's price is for adherents alone and the buyer is none any more."""
    if for_adherents and not is_adherent:
        raise Conflict(
            f"Le prix du devis {number} est réservé aux adhérents du GRADeS, et cet organisme ne l’est plus. "
            "Demandez un nouveau devis."
        )
