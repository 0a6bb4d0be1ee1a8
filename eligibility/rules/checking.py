"""What is wrong or doubtful in a rule, before anybody is judged by it. It warns; it never adds a code. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from eligibility.rules import naming
from eligibility.rules.contradictions import contradictions
from eligibility.rules.reading import read_rule
from eligibility.rules.tree import AllOf, AnyOf, Clause, Condition, Count, Every
from finess.rules import geography, nomenclature
from kit.document.finding import Finding, error, join, warning
from kit.document.shape import check_shape
from kit.french import NBSP, day

SCHEMA = "eligibility/data/rule.schema.json"
_CODES: Mapping[str, Callable[[], Collection[str]]] = {
    "category": nomenclature.categories,
    "category_group": nomenclature.category_groups,
    "department": geography.departments,
    "region": geography.regions,
    "seat_department": geography.departments,
    "seat_region": geography.regions,
    "legal_status": nomenclature.legal_statuses,
}


def check_rule(document: Any, path: str = "") -> list[Finding]:
    """Errors (the rule cannot be used) and warnings (it can; somebody should look). `path` is where the rule stands.

    Does not know the tenant: whether the campaign of `applied_to`, or the field of `answer`, exists is for the caller.
    """
    if errors := check_shape(document, SCHEMA, path):
        return errors
    codes = list(_codes(document, path))
    if errors := [finding for word, listed, place in codes for finding in _unknown(word, listed, place)]:
        return errors
    clause = read_rule(document, path).clause
    hints = (finding for word, listed, place in codes if word == "category" for finding in _categories(listed, place))
    return [*contradictions(clause), *hints, *_closed(clause, path), *_unlabelled(clause)]


def _codes(node: Any, path: str) -> Iterator[tuple[str, Sequence[str], str]]:
    """Every list of codes: its keyword, the codes, its path."""
    members: Iterable[tuple[Any, Any]] = node.items() if isinstance(node, Mapping) else enumerate(node)
    for word, content in members:
        here = join(path, word)
        if word in _CODES:
            yield word, content, here
        elif isinstance(content, Mapping | list):
            yield from _codes(content, here)


def _unknown(word: str, codes: Sequence[str], path: str) -> Iterator[Finding]:
    known = _CODES[word]()
    for index, code in enumerate(codes):
        if code not in known:
            yield error(join(path, index), f"Le code {code} n’existe pas dans la nomenclature.")


def _categories(codes: Sequence[str], path: str) -> Iterator[Finding]:
    """Withdrawn codes with their likely successors, then the other neighbours that the list leaves out."""
    told = set(codes)
    for index, code in enumerate(codes):
        category = nomenclature.categories()[code]
        if category.state != "withdrawn":
            continue
        since = f" depuis le {day(category.withdrawn_on)}" if category.withdrawn_on else ""
        sentence = f"{naming.category(code)} est retirée de la nomenclature{since}."
        if missing := [successor for successor in category.successors if successor not in codes]:
            names = naming.one_of(map(naming.category, missing), "et")
            sentence += f" Successeurs probables, non retenus{NBSP}: {names}."
            told.update(missing)
        yield warning(join(path, index), sentence)
    near = (code for neighbours in nomenclature.near_misses(codes).values() for code in neighbours)
    if left := [naming.category(code) for code in dict.fromkeys(near) if code not in told]:
        sentence = f"Catégories proches, non retenues{NBSP}: {', '.join(left)}. À vérifier."
        yield warning(path, sentence)


def _closed(clause: Clause, path: str) -> Iterator[Finding]:
    """What lets a closed entity in, or counts closed establishments."""
    if not _asks_open(clause):
        yield warning(path, f"La règle admet une entité juridique fermée{NBSP}: open: true l’écarterait.")
    for quantifier in _quantifiers(clause):
        asked = _asks_open(quantifier.such_that) or (isinstance(quantifier, Every) and _asks_open(quantifier.among))
        if not asked:
            sentence = f"Les établissements fermés comptent aussi{NBSP}: open: true les écarterait."
            yield warning(quantifier.path, sentence)


def _asks_open(clause: Clause) -> bool:
    return any(condition.keyword == "open" for condition in _conditions(clause))


def _unlabelled(clause: Clause) -> Iterator[Finding]:
    """Clauses that would show people a technical name."""
    for part in _conditions(clause):
        if part.keyword in ("attribute", "answer", "applied_to", "awarded_in") and not part.label:
            sentence = f"Sans label, les candidats liront le nom technique {naming.quoted(part.name or '')}."
            yield warning(part.path, sentence)


def _conditions(clause: Clause) -> Iterator[Condition]:
    """The conditions of a clause, without going inside its quantifiers."""
    if isinstance(clause, Condition):
        yield clause
    elif isinstance(clause, AllOf | AnyOf):
        for part in clause.clauses:
            yield from _conditions(part)


def _quantifiers(clause: Clause) -> Iterator[Count | Every]:
    if isinstance(clause, Count | Every):
        yield clause
    elif isinstance(clause, AllOf | AnyOf):
        for part in clause.clauses:
            yield from _quantifiers(part)
