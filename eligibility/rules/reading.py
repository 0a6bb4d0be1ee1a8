"""From the document (JSON or YAML data) to the tree; what a group or a région stands for is worked out here. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from eligibility.rules.tree import (
    AllOf,
    AnyOf,
    Clause,
    Condition,
    Count,
    Every,
    OneOf,
    Present,
    Rule,
    Test,
    Within,
    deny,
)
from finess.rules import geography, nomenclature
from kit.document.finding import join
from kit.errors import Invalid

Document = Mapping[str, Any]


def read_rule(document: Document, path: str = "") -> Rule:
    """The rule of a document that `check_rule` finds without error, standing at `path`. Raises Invalid on another."""
    try:
        return Rule(document["version"], _clause(document, path))
    except (KeyError, TypeError, ValueError, AttributeError) as broken:
        raise Invalid("Cette règle d’éligibilité ne peut pas être lue.", {path: repr(broken)}) from broken


def _clause(node: Document, path: str) -> Clause:
    (word,) = node.keys() - {"label", "version"}
    path = join(path, word)
    reader = _COMBINATIONS.get(word)
    clause = reader(node[word], path) if reader else _condition(word, node[word])
    return replace(clause, label=node.get("label", clause.label), path=clause.path or path)


def _clauses(nodes: Iterable[Document], path: str) -> tuple[Clause, ...]:
    return tuple(_clause(node, join(path, index)) for index, node in enumerate(nodes))


def _quantifier(content: Document, path: str) -> Clause:
    such_that = _clause(content["such_that"], join(path, "such_that"))
    match content:
        case {"at_least": low}:
            return Count(such_that, low=low)
        case {"at_most": high}:
            return Count(such_that, high=high)
        case {"exactly": number}:
            return Count(such_that, low=number, high=number)
    return Every(such_that, among=_clause(content["every"], join(path, "every")))


_COMBINATIONS: Mapping[str, Callable[[Any, str], Clause]] = {
    "all": lambda nodes, path: AllOf(_clauses(nodes, path)),
    "any": lambda nodes, path: AnyOf(_clauses(nodes, path)),
    "not": lambda node, path: deny(_clause(node, path)),
    "establishments": _quantifier,
}


def _condition(word: str, content: Any) -> Condition:
    match word:
        case "open" | "adherent" | "authorised":
            return Condition(word, OneOf((content,)))
        case "applied_to" | "awarded_in" | "authorised_or_declared":
            return Condition(word, OneOf((True,)), name=content)
        case "opened_on" | "authorised_on":
            return _tested(word, content)
        case "attribute" | "answer":
            return _tested(word, {key: content[key] for key in content if key != "name"}, content["name"])
    codes, known = _MEANINGS[word]
    return Condition(
        word, OneOf(tuple(code for given in content for code in codes(given)), known()), given=tuple(content)
    )


def _tested(word: str, content: Document, name: str | None = None) -> Condition:
    ((operator, operand),) = content.items()
    return Condition(word, _TESTS[operator](operand), name, negated=operator == "present" and not operand)


_TESTS: Mapping[str, Callable[[Any], Test]] = {
    "is": lambda value: OneOf((value,)),
    "in": lambda values: OneOf(tuple(values)),
    "less_than": lambda bound: Within(high=bound, strict=True),
    "before": lambda day: Within(high=day, strict=True),
    "at_most": lambda bound: Within(high=bound),
    "until": lambda day: Within(high=day),
    "at_least": lambda bound: Within(low=bound),
    "since": lambda day: Within(low=day),
    "more_than": lambda bound: Within(low=bound, strict=True),
    "after": lambda day: Within(low=day, strict=True),
    "between": lambda bounds: Within(*bounds),
    "present": lambda _: Present(),
}


def _itself(code: str) -> tuple[str]:
    return (code,)


def _in_group(group: str) -> list[str]:
    return sorted(nomenclature.codes_in_group(group)) or _unheard(group)


def _in_status_group(group: str) -> list[str]:
    return sorted(nomenclature.codes_of_status_group(group)) or _unheard(group)


def _unheard(group: str) -> list[str]:
    raise KeyError(group)


def _placed_categories() -> frozenset[str]:
    return frozenset(code for code, category in nomenclature.categories().items() if category.groups)


# For each keyword that lists codes: what one of them stands for, and the codes that may be denied (None: all).
_MEANINGS: Mapping[str, tuple[Callable[[str], Iterable[str]], Callable[[], frozenset[str] | None]]] = {
    "legal_status": (_itself, lambda: None),
    "legal_status_group": (_in_status_group, lambda: frozenset(nomenclature.legal_statuses())),
    "seat_department": (_itself, lambda: None),
    "seat_region": (lambda region: geography.regions()[region].departments, lambda: None),
    "category": (_itself, lambda: None),
    "category_group": (_in_group, _placed_categories),
    "department": (_itself, lambda: None),
    "region": (lambda region: geography.regions()[region].departments, lambda: None),
}
