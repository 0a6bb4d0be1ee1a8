"""A rule of eligibility as YAML in a form, and read back with the line of each part. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from kit.document.finding import join
from kit.document.source import Source, read_yaml

# People read what a clause is before what is in it; the database does not keep the order of keys.
_FIRST = ("version", "label", "name", "at_least", "at_most", "exactly", "every")


def write_rule(rule: Mapping[str, Any] | None) -> str:
    """The YAML of a rule; empty when there is none."""
    if not rule:
        return ""
    # Short lists of codes stay on one line.
    return yaml.safe_dump(_ordered(rule), allow_unicode=True, sort_keys=False, width=100, default_flow_style=None)


def read_rule_text(text: str, path: str = "rule") -> Source:
    """The rule written in `text`, its places and findings under `path`. No data and no finding: nothing is."""
    if not text.strip():
        return Source()
    source = read_yaml(text)
    places = {_under(path, inside): place for inside, place in source.places.items()}
    findings = [replace(one, path=_under(path, one.path)) for one in source.findings]
    return Source(source.data, findings, places)


def _under(path: str, inside: str) -> str:
    return join(path, inside) if inside else path


def _ordered(node: Any) -> Any:
    if isinstance(node, list):
        return [_ordered(part) for part in node]
    if not isinstance(node, Mapping):
        return node
    ranks = {word: rank for rank, word in enumerate(_FIRST)}
    return {key: _ordered(node[key]) for key in sorted(node, key=lambda key: (ranks.get(key, len(ranks)), key))}
