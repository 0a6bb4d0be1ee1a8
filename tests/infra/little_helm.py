"""Renders our chart where there is no helm: the small part of Go's templates that the chart uses, and nothing else.

What is outside of it raises, so that the chart stays within. Differences from helm itself would show at its first
`helm lint`; this finds what breaks most often: indentation, a missing value, a wrong name.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ACTION = re.compile(r"\{\{(-?)\s*(.*?)\s*(-?)\}\}", re.DOTALL)
WORD = re.compile(r'"[^"]*"|\(|\)|\||:=|,|[^\s()|,]+')
OPENS = {"if", "range", "define"}
Node = tuple[str, str, list[Any]]


class Chart:
    """A chart's templates, and what `helm template` would make of them with some values."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about = yaml.safe_load((folder / "Chart.yaml").read_text())
        self.defined: dict[str, list[Any]] = {}
        self.files = {path.name: _tree(path.read_text()) for path in sorted((folder / "templates").iterdir())}
        for nodes in self.files.values():
            for kind, told, inner in nodes:
                if kind == "define":
                    self.defined[json.loads(told)] = inner

    def render(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Every object, in the order of the files. Raises ValueError for what this does not know."""
        merged = _merge(yaml.safe_load((self.folder / "values.yaml").read_text()), values)
        chart = {"AppVersion": self.about["appVersion"], "Name": self.about["name"]}
        top = {"Values": merged, "Chart": chart, "Release": {"Name": "crrc"}}
        texts = (self._run(nodes, top, {}) for name, nodes in self.files.items() if name.endswith(".yaml"))
        return [one for text in texts for one in yaml.safe_load_all(text) if one]

    def _run(self, nodes: list[Any], dot: Any, names: dict[str, Any]) -> str:
        return "".join(self._node(node, dot, names) for node in nodes)

    def _node(self, node: Node, dot: Any, names: dict[str, Any]) -> str:
        kind, told, inner = node
        if kind == "text":
            return told
        if kind == "define":
            return ""
        if kind == "say":
            value = self._value(told, dot, names)
            return {True: "true", False: "false"}.get(value, str(value)) if value is not None else ""
        if kind == "if":
            return self._run(inner, dot, names) if self._value(told, dot, names) else ""
        return "".join(self._run(inner, each, {**names, **own}) for each, own in self._each(told, dot, names))

    def _each(self, told: str, dot: Any, names: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
        before, walrus, expression = told.rpartition(":=")
        found = self._value(expression, dot, names) or []
        pairs = sorted(found.items()) if isinstance(found, dict) else list(enumerate(found))
        wanted = [name.strip() for name in before.split(",")] if walrus else []
        for key, value in pairs:
            yield value, dict(zip(wanted, (key, value), strict=True)) if wanted else {}

    def _value(self, told: str, dot: Any, names: dict[str, Any]) -> Any:
        words = WORD.findall(told)
        value = self._pipe(words, dot, names)
        if words:
            raise ValueError(f"Not understood: {told}")
        return value

    def _pipe(self, words: list[str], dot: Any, names: dict[str, Any]) -> Any:
        value: list[Any] = []
        while words and words[0] != ")":
            called: list[Any] = []
            while words and words[0] not in ("|", ")"):
                word = words.pop(0)
                if word == "(":
                    called.append(self._pipe(words, dot, names))
                    words.pop(0)
                else:
                    called.append(word if not called and word in FUNCTIONS else _atom(word, dot, names))
            value = [self._call(called + value)]
            if words and words[0] == "|":
                words.pop(0)
        return value[0]

    def _call(self, called: list[Any]) -> Any:
        name, *given = called
        if isinstance(name, str) and name in FUNCTIONS and (given or name == "list"):
            if name == "include":
                return self._run(self.defined[given[0]], given[1], {}).strip("\n")
            return FUNCTIONS[name](*given)
        if given:
            raise ValueError(f"Not understood: {called}")
        return name


FUNCTIONS: dict[str, Any] = {
    "include": None,
    "default": lambda fallback, value: value or fallback,
    "quote": lambda value: json.dumps(value if isinstance(value, str) else str(value), ensure_ascii=False),
    "nindent": lambda width, text: "".join(f"\n{' ' * width}{line}" for line in str(text).split("\n")),
    "toJson": lambda value: json.dumps(value, sort_keys=True),
    "sha256sum": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "list": lambda *values: list(values),
}


def _atom(word: str, dot: Any, names: dict[str, Any]) -> Any:
    if word.startswith('"'):
        return json.loads(word)
    if word.isdigit():
        return int(word)
    if word.startswith("$"):
        return names[word]
    if not word.startswith("."):
        raise ValueError(f"Not understood: {word}")
    for part in filter(None, word.split(".")):
        dot = dot[part]
    return dot


def _tree(text: str) -> list[Any]:
    stack: list[Node] = [("define", "", [])]
    place, closed = 0, False
    for found in ACTION.finditer(text):
        before = text[place : found.start()]
        if closed:
            before = before.lstrip()
        stack[-1][2].append(("text", before.rstrip() if found.group(1) else before, []))
        place, closed = found.end(), bool(found.group(3))
        word, _, rest = found.group(2).partition(" ")
        if word == "end":
            done = stack.pop()
            stack[-1][2].append(done)
        elif word in OPENS:
            stack.append((word, rest, []))
        else:
            stack[-1][2].append(("say", found.group(2), []))
    stack[-1][2].append(("text", text[place:], []))
    if len(stack) != 1:
        raise ValueError(f"No end: {stack[-1][:2]}")
    return stack[0][2]


def _merge(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = dict(under)
    for name, value in over.items():
        deep = isinstance(value, dict) and isinstance(both.get(name), dict)
        both[name] = _merge(both[name], value) if deep else value
    return both
