"""What the clock and the call's state allow to do with a file, and the sentence for what they do not. Pure."""

from collections.abc import Callable

from campaigns.rules.window import Moment
from kit.errors import Conflict
from kit.french import instant

# "closed" only says that a window was over: the clock decides, and a call may open again.
ACCEPTING = ("published", "closed")
WORKING = ("draft", "submitted", "withdrawn")
KEPT = "Votre brouillon est conservé."


class TooLate(Conflict):
    """The window is over."""

    code = "window_closed"


class NotYet(Conflict):
    """The window has not begun."""

    code = "window_not_open"


def check_start(campaign_state: str, moment: Moment, zone: str) -> None:
    """A draft may be prepared as soon as the call is public, and no more once its last window is over."""
    if campaign_state not in ACCEPTING:
        raise Conflict("Cet appel ne reçoit pas de dossier.")
    if moment.status == "closed":
        raise TooLate(f"{closed_since(moment, zone)} Aucun dossier ne peut plus être commencé.")


def check_save(campaign_state: str, state: str, moment: Moment, zone: str) -> None:
    """A draft is always saved: nobody's text is lost at midnight. A file that was submitted stands once it is over."""
    if state not in WORKING or campaign_state not in ACCEPTING:
        raise Conflict("Ce dossier ne peut plus être modifié.")
    if state == "submitted" and moment.status == "closed":
        raise TooLate(f"{closed_since(moment, zone)} Le dossier que vous avez déposé est celui qui sera instruit.")


def check_submit(campaign_state: str, state: str, moment: Moment, zone: str) -> None:
    """The one gate of a submission, at the instant the request arrived."""
    kept = "Votre dossier déposé reste celui qui sera instruit." if state == "submitted" else KEPT
    if moment.status == "closed" or campaign_state not in ACCEPTING:
        raise TooLate(f"{closed_since(moment, zone)} {kept}")
    if moment.status == "not_yet" and moment.window is not None:
        opening = instant(moment.window.opens_at, zone, weekday=True)
        raise NotYet(f"Les dépôts ouvrent le {opening}. {kept} Vous pourrez le déposer à partir de cet instant.")


def check_withdraw(campaign_state: str, moment: Moment, zone: str) -> None:
    """A file is withdrawn until the deadline; afterwards that is said to the authority."""
    if moment.status == "closed" or campaign_state not in ACCEPTING:
        written = "Ce dossier ne peut plus être retiré ici : écrivez à l’ARS, avec sa référence."
        raise TooLate(f"{closed_since(moment, zone)} {written}")


def closed_since(moment: Moment, zone: str) -> str:
    """« La fenêtre est close depuis le 23 septembre 2025 à 23 h 59 (heure de Paris). »"""
    if moment.window is None:
        return "La fenêtre est close."
    return f"La fenêtre est close depuis le {instant(moment.window.closes_at, zone)}."


def may(check: Callable[[], None]) -> bool:
    """Whether a check of this module lets pass, for pages that show no dead button: `may(lambda: check_submit(…))`."""
    try:
        check()
    except Conflict:
        return False
    return True
