"""A document once read: instants are aware, days are dates, what has no rule of its own stays as written. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from campaigns.rules.document.award import Terms, read_terms
from campaigns.rules.document.instants import Unreadable, read_day, read_duration, read_instant
from kit.document.finding import Finding, error

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Window:
    """When files are accepted; `closes_at` is the last accepted second. `number` counts from 1."""

    number: int
    name: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """How long before a closing; `key` is as written (P7D)."""

    key: str
    before: timedelta


@dataclass(frozen=True)
class Document:
    """A campaign as its document says. `data` is the whole document; `zone` is where its local times are."""

    data: Mapping[str, Any]
    zone: str
    windows: tuple[Window, ...]
    publish_at: datetime | None
    instruct_from_on: date
    instruct_until_on: date
    notify_at: datetime
    complete_on: date | None
    reminders: tuple[Reminder, ...]
    terms: Terms

    @property
    def slug(self) -> str:
        """The call's name in addresses."""
        return str(self.data["slug"])

    @property
    def places(self) -> int | None:
        """The number of awards, None without a limit."""
        return self.data.get("places")

    @property
    def rule(self) -> Mapping[str, Any]:
        """The rule of eligibility, as written."""
        return dict(self.data["rule"])

    @property
    def form_part(self) -> dict[str, Any]:
        """What an applicant fills in: the form's version moves when this does."""
        return {"form": self.data["form"], "commitments": self.data["commitments"]}


class _Times:
    """Reads times one by one; what cannot be read is an error by path, and some time takes its place."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.findings: list[Finding] = []

    def instant(self, text: str, path: str, end_of_minute: bool = False) -> datetime:
        """An instant, aware."""
        return self._read(lambda: read_instant(text, self.zone, end_of_minute), path, datetime.max.replace(tzinfo=UTC))

    def day(self, text: str, path: str) -> date:
        """A day."""
        return self._read(lambda: read_day(text), path, date.max)

    def _read(self, reader: Callable[[], Read], path: str, instead: Read) -> Read:
        try:
            return reader()
        except Unreadable as fault:
            self.findings.append(error(path, str(fault)))
            return instead


def read(data: Mapping[str, Any], zone: str) -> tuple[Document | None, list[Finding]]:
    """The document of `data`, which has the schema's shape; None with the errors when one of its times is none."""
    times = _Times(zone)
    complete_on = times.day(data["completion_on"], "completion_on") if "completion_on" in data else None
    document = Document(
        data=data,
        zone=zone,
        windows=tuple(_window(times, number, window) for number, window in enumerate(data["windows"], start=1)),
        publish_at=times.instant(data["publish_at"], "publish_at") if "publish_at" in data else None,
        instruct_from_on=times.day(data["instruction"]["from"], "instruction.from"),
        instruct_until_on=times.day(data["instruction"]["until"], "instruction.until"),
        notify_at=times.instant(data["notification_at"], "notification_at"),
        complete_on=complete_on,
        reminders=tuple(Reminder(key, read_duration(key)) for key in data.get("reminders", [])),
        terms=read_terms(data, complete_on, times.day),
    )
    return (None, times.findings) if times.findings else (document, [])


def stored(data: Mapping[str, Any], zone: str) -> Document:
    """A document that was accepted before. Raises RuntimeError when it cannot be read any more."""
    document, findings = read(data, zone)
    if document is None:
        raise RuntimeError(f"A stored document cannot be read: {findings[0]}")
    return document


def _window(times: _Times, number: int, window: Mapping[str, Any]) -> Window:
    path = f"windows[{number - 1}]"
    return Window(
        number,
        window.get("name", ""),
        times.instant(window["opens_at"], f"{path}.opens_at"),
        times.instant(window["closes_at"], f"{path}.closes_at", end_of_minute=True),
    )
