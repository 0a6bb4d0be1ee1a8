"""Reads a document's text, YAML or JSON, and remembers where each part is written.

Whatever is wrong with the text itself is a finding with its line, its column and its path.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from kit.document import plain
from kit.document.finding import Finding, error, errors_of
from kit.document.yaml_builder import Builder, Refused
from kit.french import NBSP

LONGEST = 256 * 1024
_YAML_PROBLEMS = {
    "mapping values are not allowed here": "un deux-points n’est pas attendu ici : mettez le texte entre guillemets",
    "found character '\\t' that cannot start any token": "une tabulation n’est pas permise ici : employez des espaces",
    "could not find expected ':'": "il manque un deux-points après la clé",
    "expected <block end>, but found '-'": "le retrait de ce tiret ne correspond pas aux lignes précédentes",
    "expected <block end>, but found '<block mapping start>'": "le retrait de cette ligne ne convient pas",
    "found unexpected end of stream": "un guillemet n’est pas refermé",
    "while scanning a quoted scalar": "un guillemet n’est pas refermé",
    "did not find expected <document start>": "le document est déjà terminé",
}


@dataclass
class Source:
    """A document's data (None when it cannot be read), what was found while reading, and where each path is written."""

    data: Any = None
    findings: list[Finding] = field(default_factory=list)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def placed(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with the line of their path, or of the nearest part that holds it; in the order of the lines."""
        return sorted((self._placed(finding) for finding in findings), key=lambda one: one.line or 0)

    def _placed(self, finding: Finding) -> Finding:
        path = finding.path
        while path and path not in self.places:
            path = re.sub(r"(\.[^.\[]*|\[\d+\]|^[^.\[]*)$", "", path)
        if finding.line is not None or path not in self.places:
            return finding
        return replace(finding, line=self.places[path][0])


def read_yaml(content: str | bytes) -> Source:
    """The document written in `content`. Whatever is wrong is a finding with its line, column and path."""
    source = Source()
    reader = Builder(source.places)
    try:
        text = _decoded(content)
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            reader.take(event)
        source.data = reader.root
    except Refused as refused:
        source.findings.append(refused.finding)
    except yaml.reader.ReaderError as broken:
        before = text[: broken.position]
        place = before.count("\n") + 1, len(before) - before.rfind("\n")
        source.findings.append(Finding("error", "", "Ce caractère ne peut pas figurer dans un document.", *place))
    except yaml.MarkedYAMLError as broken:
        source.findings.append(_broken_yaml(broken, reader.path()))
    return _checked(source)


def read_json(content: bytes) -> Source:
    """The same for JSON, of which Python's reader would silently keep the last of two equal keys."""
    source = Source()

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise Refused(error(key, f"La clé «{NBSP}{key}{NBSP}» est écrite deux fois au même endroit."))
            found[key] = value
        return found

    try:
        source.data = json.loads(_decoded(content), object_pairs_hook=members)
    except Refused as refused:
        source.findings.append(refused.finding)
    except json.JSONDecodeError as broken:
        source.findings.append(Finding("error", "", "Ce texte n’est pas du JSON lisible.", broken.lineno, broken.colno))
    except (RecursionError, ValueError):
        source.findings.append(error("", "Ce document est imbriqué trop profondément, ou contient un nombre démesuré."))
    return _checked(source)


def read_data(data: Any) -> Source:
    """The same for data already read."""
    return _checked(Source(data))


def _checked(source: Source) -> Source:
    if not source.findings:
        source.findings = plain.check(source.data)
        if not source.findings:
            source.data = plain.tidied(source.data)
            source.findings = [] if isinstance(source.data, dict) else [_not_a_group(source.data)]
    if errors_of(source.findings):
        source.data = None
    source.findings = source.placed(source.findings)
    return source


def _not_a_group(data: Any) -> Finding:
    return error("", "Ce document est vide." if data is None else "Ce document n’est pas un groupe de clés.")


def _decoded(content: str | bytes) -> str:
    if len(content) > LONGEST:
        raise Refused(error("", f"Ce document est trop long{NBSP}: {LONGEST // 1024}{NBSP}Kio au plus."))
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = content[: broken.start].count(b"\n") + 1
        raise Refused(Finding("error", "", "Ce document n’est pas écrit en UTF-8.", line)) from broken


def _broken_yaml(broken: yaml.MarkedYAMLError, path: str) -> Finding:
    mark = broken.problem_mark or broken.context_mark
    words = next((_YAML_PROBLEMS[said] for said in (broken.problem, broken.context) if said in _YAML_PROBLEMS), None)
    reason = words or f"le texte n’est pas celui attendu ({broken.problem or broken.context})"
    place = (mark.line + 1, mark.column + 1) if mark else ()
    return Finding("error", path, f"YAML mal formé{NBSP}: {reason}.", *place)
