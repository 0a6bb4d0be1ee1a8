"""The calls of the demonstration: the two real documents of Bretagne 2025, as they were and moved to today."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from campaigns.models import Campaign
from campaigns.service.campaign import save_campaign
from campaigns.service.publication import publish_campaign
from kit import clock
from kit.actor import Actor
from kit.document.source import read_yaml
from kit.french import day
from kit.settings import PROJECT

EXAMPLES = PROJECT / "docs" / "examples" / "campaigns"
PARIS = ZoneInfo("Europe/Paris")
NO_WORDS: Mapping[str, str] = MappingProxyType({})
PAPERS = """\
    - key: papers
      title: Vos pièces
      fields:
        - key: proof
          label: Organigramme ou attestation
          type: file
          help: L’organigramme de votre organisme, ou une attestation de sa direction.
          kinds: [pdf]
          max_size: 5
        - key: annexes
          label: Autres documents utiles
          type: file
          required: false
          kinds: [pdf, docx, odt, png, jpg]
          max: 3
"""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a call; it opens at 16 h, closes at 23 h 59, tells at 9 h."""

    opens_on: date
    closes_on: date
    instruct_from_on: date
    instruct_until_on: date
    tells_on: date
    completes_on: date

    def open_at(self) -> datetime:
        """The first instant when files are accepted."""
        return datetime.combine(self.opens_on, time(16), PARIS)

    def close_at(self) -> datetime:
        """The last accepted second."""
        return datetime.combine(self.closes_on, time(23, 59, 59), PARIS)

    def tell_at(self) -> datetime:
        """The notification instant."""
        return datetime.combine(self.tells_on, time(9), PARIS)


TRUE = Calendar(
    date(2025, 9, 9), date(2025, 9, 23), date(2025, 9, 24), date(2025, 9, 30), date(2025, 10, 1), date(2026, 6, 30)
)


def around(today: date, opened: int) -> Calendar:
    """The true calendar moved so that the call opened `opened` days before `today`."""
    first = today - timedelta(days=opened)
    instruct = first + timedelta(days=15)
    return Calendar(
        first,
        first + timedelta(days=14),
        instruct,
        instruct + timedelta(days=6),
        first + timedelta(days=22),
        date(first.year + 1, 6, 30),
    )


def document(name: str, calendar: Calendar = TRUE, words: Mapping[str, str] = NO_WORDS, more: str = "") -> str:
    """The text of a real call, with other dates and with `words` replaced; `more` sections end its form."""
    text = (EXAMPLES / f"bretagne-2025-{name}.yaml").read_text(encoding="utf-8")
    if calendar is not TRUE:
        text = text.replace("trois semaines", "deux semaines")
        for before, after in _wishes(calendar):
            text = text.replace(before, after)
    for before, after in _moves(TRUE, calendar):
        text = text.replace(before, after)
    for before, after in words.items():
        text = text.replace(before, after)
    return text.rstrip("\n") + "\n" + more


def publish(actor: Actor, text: str, at: datetime) -> Campaign:
    """Write the call from its text and publish it, at that hour."""
    with clock.frozen(at):
        saved = save_campaign(actor, read_yaml(text))
        return publish_campaign(actor, saved.campaign.slug)


def _wishes(calendar: Calendar) -> list[tuple[str, str]]:
    """The periods that the form offers, of the call's own year and of the next."""
    first = calendar.opens_on.year
    return [
        ("octobre à décembre 2025", f"octobre à décembre {first}"),
        ("janvier à mars 2026", f"janvier à mars {first + 1}"),
        ("avril à juin 2026", f"avril à juin {first + 1}"),
    ]


def _moves(true: Calendar, calendar: Calendar) -> list[tuple[str, str]]:
    """Every date of the text, as data and in words."""
    pairs = [(getattr(true, one.name), getattr(calendar, one.name)) for one in fields(Calendar)]
    written = [(before.isoformat(), after.isoformat()) for before, after in pairs]
    return written + [(day(before).replace("\xa0", " "), day(after).replace("\xa0", " ")) for before, after in pairs]
