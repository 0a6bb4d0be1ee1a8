"""What a check found: how serious, where, and a sentence for the author."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from kit.errors import Invalid
from kit.french import count

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` is written `windows[1].closes_at`, "" for the whole; `line` and `column` count from 1, when known."""

    level: Level
    path: str
    sentence: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """`error windows[0].closes_at (line 12): …`, as the command line prints it."""
        place = ", ".join(
            f"{word} {number}" for word, number in (("line", self.line), ("column", self.column)) if number is not None
        )
        subject = " ".join(part for part in (self.path, f"({place})" if place else "") if part)
        return f"{self.level} {subject or 'document'}: {self.sentence}"


def error(path: str, sentence: str) -> Finding:
    """The document cannot be taken."""
    return Finding("error", path, sentence)


def warning(path: str, sentence: str) -> Finding:
    """The document can be taken; its author should look."""
    return Finding("warning", path, sentence)


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Those that stop."""
    return [finding for finding in findings if finding.level == "error"]


class Refused(Invalid):
    """A document that cannot be taken: `findings` has all that was found, warnings too; `fields` the errors by path."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = errors_of(findings)
        fields: dict[str, str] = {}
        for one in errors:
            fields[one.path] = f"{fields[one.path]} {one.sentence}" if one.path in fields else one.sentence
        super().__init__(f"Ce document contient {count(len(errors), 'erreur')}. Rien n’a été modifié.", fields)
        self.findings = list(findings)


def refuse(findings: Sequence[Finding]) -> None:
    """Raise Refused when one of the findings is an error."""
    if errors_of(findings):
        raise Refused(findings)


def join(parent: str, key: str | int) -> str:
    """The path of a member or an item: `windows[1].closes_at`."""
    if isinstance(key, int):
        return f"{parent}[{key}]"
    return f"{parent}.{key}" if parent else key
