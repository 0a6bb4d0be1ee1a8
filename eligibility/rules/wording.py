"""What one condition demands, in French: a verb and its complement, « est ouvert », « n’a pas son siège à… ». Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eligibility.rules import naming
from eligibility.rules.tree import Condition, OneOf, Test, Within

# Beyond so many codes a sentence counts them; the rule in words lists them all.
READABLE = 6


@dataclass(frozen=True, slots=True)
class CodeList:
    """How a keyword that lists codes is said: `counted` takes their number, then « retenu » or « exclu »."""

    verb: str
    one: str
    several: str
    counted: str
    name: Callable[[str], str]


CODE_LISTS: Mapping[str, CodeList] = {
    "legal_status": CodeList(
        "a",
        "le statut juridique",
        "l’un des statuts juridiques",
        "l’un des {} statuts juridiques {}s",
        naming.legal_status,
    ),
    "legal_status_group": CodeList("a", "un statut", "un statut", "l’un des {} statuts {}s", naming.status_group),
    "seat_department": CodeList(
        "a",
        "son siège dans le département",
        "son siège dans l’un des départements",
        "son siège dans l’un des {} départements {}s",
        naming.department,
    ),
    "seat_region": CodeList(
        "a",
        "son siège dans la région",
        "son siège dans l’une des régions",
        "son siège dans l’une des {} régions {}es",
        naming.region,
    ),
    "category": CodeList(
        "relève", "de la catégorie", "de l’une des catégories", "de l’une des {} catégories {}es", naming.category
    ),
    "category_group": CodeList(
        "relève", "du groupe", "de l’un des groupes", "de l’un des {} groupes {}s", naming.category_group
    ),
    "department": CodeList(
        "se trouve",
        "dans le département",
        "dans l’un des départements",
        "dans l’un des {} départements {}s",
        naming.department,
    ),
    "region": CodeList(
        "se trouve", "dans la région", "dans l’une des régions", "dans l’une des {} régions {}es", naming.region
    ),
}


def demand(condition: Condition) -> str:
    """What a condition says of its subject, a masculine singular: « est ouvert », « ne relève pas de… »."""
    verb, complement = _affirmative(condition)
    # `adherent: false` is said as `not: {adherent: true}` is; `open: false` has its own word.
    denies = condition.keyword == "adherent" and condition.test == OneOf((False,))
    if condition.negated == denies:
        return f"{verb} {complement}"
    return f"{'n’' if verb[0] in 'aeiouéê' else 'ne '}{verb} pas {complement}"


def code_names(condition: Condition) -> tuple[str, ...]:
    """The name of every code a condition lists."""
    return tuple(CODE_LISTS[condition.keyword].name(code) for code in condition.given)


def _affirmative(condition: Condition) -> tuple[str, str]:
    name, test = naming.quoted(condition.name or ""), condition.test
    match condition.keyword:
        case "open":
            return "est", "fermé" if test == OneOf((False,)) else "ouvert"
        case "adherent":
            return "est", "adhérent du GRADeS"
        case "authorised":
            return "est", "autorisé (date de première autorisation au registre)"
        case "authorised_or_declared":
            return "est", "autorisé (selon le registre ou, à défaut, la déclaration du dossier)"
        case "applied_to":
            return "a", f"déposé un dossier à la campagne {name}"
        case "awarded_in":
            return "a", f"été retenu à la campagne {name}"
        case "opened_on":
            return "a", _bounds(test, "ouvert {}") or "une date d’ouverture au registre"
        case "authorised_on":
            return "a", _bounds(test, "été autorisé {}") or "une date de première autorisation au registre"
        case "attribute":
            return "a", f"pour {name} {_value(test)}"
        case "answer":
            return "répond", f"à la question {name} par {_value(test)}"
    return _codes(condition)


def _codes(condition: Condition) -> tuple[str, str]:
    words, names = CODE_LISTS[condition.keyword], code_names(condition)
    if len(names) > READABLE:
        return words.verb, words.counted.format(len(names), "exclu" if condition.negated else "retenu")
    return words.verb, f"{words.one if len(names) == 1 else words.several} {naming.one_of(names)}"


def _value(test: Test) -> str:
    if isinstance(test, OneOf):
        names = [naming.scalar(value) for value in test.values]
        return f"{'la valeur' if len(names) == 1 else 'l’une des valeurs'} {naming.one_of(names)}"
    is_day = isinstance(test, Within) and test.kind == "day"
    return _bounds(test, "une date située {}" if is_day else "une valeur {}") or "une valeur"


def _bounds(test: Test, sentence: str) -> str:
    """`sentence` with the bounds of a comparison in it; nothing for a mere presence."""
    if not isinstance(test, Within):
        return ""
    low, high = (None if bound is None else naming.scalar(bound) for bound in (test.low, test.high))
    on_days = test.kind == "day"
    if low and high:
        return sentence.format(f"entre le {low} et le {high}" if on_days else f"comprise entre {low} et {high}")
    if low:
        words = ("après le {}", "à partir du {}") if on_days else ("supérieure à {}", "d’au moins {}")
    else:
        words = ("avant le {}", "jusqu’au {} inclus") if on_days else ("inférieure à {}", "d’au plus {}")
    return sentence.format(words[0 if test.strict else 1].format(low or high))
