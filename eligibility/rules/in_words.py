"""A rule in French: one sentence per clause, and the whole of it as a nested list for the public page. Pure."""

from dataclasses import dataclass

from eligibility.rules import naming
from eligibility.rules.tree import AllOf, AnyOf, Clause, Condition, Count, Every, Rule
from eligibility.rules.wording import READABLE, code_names, demand
from kit.french import NBSP


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and those it introduces."""

    text: str
    parts: tuple["Sentence", ...] = ()


def rule_in_words(rule: Rule) -> tuple[Sentence, ...]:
    """What the rule demands, clause by clause, every code with its name."""
    return tuple(_detailed(clause) for clause in conjuncts(rule.clause))


def conjuncts(clause: Clause) -> tuple[Clause, ...]:
    """The clauses people read one by one: `all` is opened, unless its author gave it a sentence of its own."""
    if isinstance(clause, AllOf) and not clause.label:
        return tuple(inner for part in clause.clauses for inner in conjuncts(part))
    return (clause,)


def sentence(clause: Clause) -> str:
    """A clause about the legal entity, in one sentence: its author's label, or one made from its words."""
    if clause.label:
        return clause.label
    match clause:
        case Condition():
            return f"L’organisme gestionnaire {demand(clause)}"
        case Count() | Every():
            return f"{_subject(clause)} {phrase(clause.such_that)}"
        case AllOf() | AnyOf():
            parts = (part.label or _lower(sentence(part)) for part in clause.clauses)
            return f"{_heading(clause)}{NBSP}: {f'{NBSP}; '.join(parts)}"


def phrase(clause: Clause) -> str:
    """A clause about an establishment, as what follows « un établissement qui »."""
    if clause.label:
        return f"remplit la condition {naming.quoted(clause.label)}"
    match clause:
        case Condition():
            return demand(clause)
        case AllOf() | AnyOf():
            return naming.one_of(map(_grouped, clause.clauses), "et" if isinstance(clause, AllOf) else "ou")
    raise TypeError(f"An establishment has no establishments: {clause.path}")


def _detailed(clause: Clause, of_establishment: bool = False) -> Sentence:
    text = phrase(clause) if of_establishment else sentence(clause)
    match clause:
        case Condition() if len(clause.given) > READABLE:
            return Sentence(f"{text}{NBSP}:", tuple(Sentence(name) for name in code_names(clause)))
        case AllOf() | AnyOf():
            parts = tuple(_detailed(part, of_establishment) for part in clause.clauses)
            return Sentence(f"{clause.label or _heading(clause)}{NBSP}:", parts)
        case Count() | Every():
            parts = tuple(_detailed(part, of_establishment=True) for part in conjuncts(clause.such_that))
            if clause.label or len(parts) > 1 or parts[0].parts:
                return Sentence(f"{clause.label or _subject(clause).rstrip(',')}{NBSP}:", parts)
    return Sentence(text)


def _grouped(clause: Clause) -> str:
    return f"({phrase(clause)})" if isinstance(clause, AllOf | AnyOf) else phrase(clause)


def _heading(clause: AllOf | AnyOf) -> str:
    return "Toutes ces conditions" if isinstance(clause, AllOf) else "Au moins une de ces conditions"


def _subject(clause: Count | Every) -> str:
    """What comes before the demands: « Au moins un établissement qui, à lui seul, »."""
    if isinstance(clause, Every):
        return f"Chaque établissement qui {phrase(clause.among)} (et il y en a au moins un)"
    alone = ", à lui seul," if len(conjuncts(clause.such_that)) > 1 else ""
    if clause.high == 0:
        return f"Aucun établissement qui{alone}"
    number = clause.low if clause.high is None else clause.high
    bound = "Au moins" if clause.high is None else "Exactement" if clause.low else "Au plus"
    if number == 1:
        return f"{bound} un établissement qui{alone}"
    return f"{bound} {number}{NBSP}établissements dont chacun{alone}"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
