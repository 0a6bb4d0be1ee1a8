"""Builds data from YAML's events, without recursion, with the path and the place of each part. Pure.

YAML is read as its version 1.2 says, and less: only `true` and `false` are booleans, dates and `16:00` stay texts, `01`
stays `01`; anchors, tags and merges are refused, for a document must read the same to people and to the portal.
"""

import re
from typing import Any

import yaml

from kit.document import plain
from kit.document.finding import Finding, join
from kit.french import NBSP

INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]{1,3})?")
LONGEST_NUMBER = 40
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


class Refused(Exception):
    """Reading stops at a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.sentence)
        self.finding = finding


class Builder:
    """Builds data from YAML's events, without recursion, keeping the path and the place of each part."""

    def __init__(self, places: dict[str, tuple[int, int]]) -> None:
        self.places = places
        self.root: Any = None
        self.documents = 0
        self.open: list[tuple[str, Any]] = []
        self.key: list[str | None] = []

    def path(self) -> str:
        """The path of what is being read."""
        if not self.open:
            return ""
        parent, holder = self.open[-1]
        if isinstance(holder, list):
            return join(parent, len(holder))
        return parent if self.key[-1] is None else join(parent, self.key[-1])

    def take(self, event: yaml.Event) -> None:
        """One more event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.refuse(event, "Un fichier ne contient qu’un document, sans ligne «\xa0---\xa0» au milieu.")
        if isinstance(event, yaml.NodeEvent):
            if event.anchor is not None or isinstance(event, yaml.AliasEvent):
                self.refuse(event, "Les renvois (& et *) ne sont pas acceptés : écrivez le texte à chaque endroit.")
            if getattr(event, "tag", None) is not None:
                self.refuse(event, "Les étiquettes (!) ne sont pas acceptées.")
        if isinstance(event, yaml.MappingStartEvent):
            self.enter(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self.enter(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
            self.key.pop()
        elif isinstance(event, yaml.ScalarEvent):
            self.scalar(event)

    def enter(self, event: yaml.Event, holder: Any) -> None:
        """Begin a mapping or a list."""
        if len(self.open) >= plain.DEEPEST:
            self.refuse(event, "Ce document est imbriqué trop profondément.")
        path = self.path()
        self.place(holder, event)
        self.open.append((path, holder))
        self.key.append(None)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """A key, or a value."""
        if self.open and isinstance(self.open[-1][1], dict) and self.key[-1] is None:
            parent, holder = self.open[-1]
            if event.value in holder:
                self.refuse(
                    event, f"La clé «{NBSP}{event.value}{NBSP}» est écrite deux fois au même endroit.", event.value
                )
            self.key[-1] = event.value
            self.places[join(parent, event.value)] = _place(event)
            return
        self.place(_value(event), event)

    def place(self, value: Any, event: yaml.Event) -> None:
        """Put a value where it belongs."""
        path = self.path()
        self.places.setdefault(path, _place(event))
        if not self.open:
            self.root = value
            return
        holder = self.open[-1][1]
        if isinstance(holder, list):
            holder.append(value)
        elif self.key[-1] is None:
            self.refuse(event, "Une clé est un mot, pas une liste ni un groupe.")
        else:
            holder[self.key[-1]] = value
            self.key[-1] = None

    def refuse(self, event: yaml.Event, sentence: str, key: str | None = None) -> None:
        """Stop here."""
        path = self.path() if key is None else join(self.path(), key)
        raise Refused(Finding("error", path, sentence, *_place(event)))


def _place(event: yaml.Event) -> tuple[int, int]:
    """Line and column, counted from 1."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _value(event: yaml.ScalarEvent) -> Any:
    """What a scalar stands for: a quoted one is always a text."""
    text: str = event.value
    if event.style is not None:
        return text
    if text in WORDS:
        return WORDS[text]
    if len(text) <= LONGEST_NUMBER:
        if INTEGER.fullmatch(text):
            return int(text)
        if DECIMAL.fullmatch(text):
            return float(text)
    return text
