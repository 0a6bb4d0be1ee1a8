"""Places in a group session: why some cannot be taken, how long a freed one is kept for who waits. Pure."""

from datetime import datetime, timedelta

from kit.french import NBSP, count

MOST_PLACES = 500
LONGEST_PLACE = 300  # characters of where it is
LONGEST_OFFER = timedelta(hours=48)
NOT_A_SESSION = "Ce rendez-vous n’est pas une séance collective."
CANCELLED = "Cette séance est annulée."
BEGUN = "Cette séance a déjà commencé."


def refusal(kind: str, state: str, starts_at: datetime, now: datetime, left: int, asked: int) -> str:
    """Why `asked` places cannot be taken when `left` are free; "" when they can."""
    if kind != "group":
        return NOT_A_SESSION
    if state != "open":
        return CANCELLED
    if now >= starts_at:
        return BEGUN
    if left <= 0:
        return f"Cette séance est complète{NBSP}: toutes ses places sont prises ou proposées à quelqu’un qui attendait."
    if asked > left:
        return f"Il ne reste que {count(left, 'place')} dans cette séance."
    return ""


def offer_ends_at(now: datetime, starts_at: datetime) -> datetime:
    """Until when a freed place is kept for whoever waits: 48 hours, or half of what remains before the session."""
    return now + min(LONGEST_OFFER, (starts_at - now) / 2)
