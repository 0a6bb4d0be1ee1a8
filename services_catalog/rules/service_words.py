"""A service in French: each part of its document as lines people read, and what changes between two documents. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from eligibility.rules import Sentence, read_rule, rule_in_words
from kit.french import NBSP, count
from services_catalog.rules.service import ServiceDocument
from services_catalog.rules.states import LEVEL_LABELS, QUALIFICATION_LABELS

MODE_LABELS = {
    "mission": "Mission pour un organisme",
    "session": "Séance collective",
    "time": "Temps à la carte",
}
MODE_HINTS = {
    "mission": "Un prestataire intervient pour un seul organisme, à des dates convenues.",
    "session": "Plusieurs organismes réservent des places dans une même séance.",
    "time": "L’organisme achète des demi-journées et les utilise à son rythme.",
}
EVERYBODY = "Tout organisme gestionnaire qui a un compte sur le portail."
NO_QUALIFICATION = "Aucune qualification particulière."
NO_LEVEL = "sans niveau"
# What the ANSSI qualifies for; the other one is a label of Cybermalveillance.gouv.fr.
_QUALIFIED_FOR = {
    "passi": "audit de la sécurité",
    "pris": "réponse aux incidents",
    "pdis": "détection des incidents",
    "pams": "administration et maintenance sécurisées",
    "pacs": "accompagnement et conseil",
}
WHO = "Qui peut commander"


def duration(document: ServiceDocument) -> str:
    """How long one unit lasts."""
    return duration_of(document.mode, document.half_days)


def duration_of(mode: str, half_days: int) -> str:
    """« 1 demi-journée », « 1 jour et demi », « 3 jours » ; « à la demi-journée » for time."""
    if mode == "time":
        return "à la demi-journée"
    days, rest = divmod(half_days, 2)
    if not days:
        return count(1, "demi-journée")
    return count(days, "jour") + (" et demi" if rest else "")


def cancellation(document: ServiceDocument) -> str:
    """What cancelling costs, in one sentence."""
    terms = document.cancellation
    if not terms.late_percent:
        return "Annulation sans frais."
    until = f"à {count(terms.free_days, 'jour')} avant la date convenue" if terms.free_days else "au jour convenu"
    due = f"{terms.late_percent}{NBSP}% du prix hors taxes reste dû"
    if terms.late_percent == 100:
        due = "le prix reste entièrement dû"
    return f"Annulation sans frais jusqu’{until}{NBSP}; ensuite, {due}."


def validity(document: ServiceDocument) -> str:
    """How long what is bought can be used; empty when it does not run out."""
    months = count(document.valid_months, "mois", "mois")
    return f"Les demi-journées s’utilisent dans les {months} qui suivent l’achat." if document.mode == "time" else ""


def who(document: ServiceDocument) -> tuple[Sentence, ...]:
    """Who may order, clause by clause; empty for everybody."""
    return rule_in_words(read_rule(document.rule)) if document.rule else ()


def qualification(document: ServiceDocument) -> str:
    """What the provider holds, in one sentence; empty when nothing is demanded."""
    code = document.qualification
    if code is None:
        return ""
    name = QUALIFICATION_LABELS[code]
    if code not in _QUALIFIED_FOR:
        return f"Le prestataire porte le label {name}."
    return f"Le prestataire détient la qualification {name} ({_QUALIFIED_FOR[code]}), délivrée par l’ANSSI."


@dataclass(frozen=True, slots=True)
class Change:
    """A part that differs: the lines that leave it, those that come."""

    label: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


def changes(before: ServiceDocument, after: ServiceDocument) -> list[Change]:
    """What differs between two documents, part by part, in reading order; empty when people read the same."""
    old, new = in_lines(before), in_lines(after)
    found = [_change(label, old[label], new[label]) for label in new if old[label] != new[label]]
    if before.rule != after.rule and old[WHO] == new[WHO]:
        found.append(Change(WHO, (), ("La règle change, sous les mêmes mots.",)))
    return found


def in_lines(document: ServiceDocument) -> Mapping[str, tuple[str, ...]]:
    """Every part of the document under its name, as lines."""
    return {
        "Titre": (document.title,),
        "Résumé": (document.summary,),
        "Description": tuple(line for line in document.description.split("\n") if line),
        "Niveau": (LEVEL_LABELS[document.level] if document.level else NO_LEVEL,),
        "Forme": (MODE_LABELS[document.mode],),
        "Durée": (duration(document),),
        "Livrables": document.deliverables,
        "Prérequis": document.prerequisites,
        WHO: tuple(_flat(who(document))) or (EVERYBODY,),
        "Qualification demandée": (qualification(document) or NO_QUALIFICATION,),
        "Annulation": (cancellation(document),),
        "Validité": tuple(filter(None, [validity(document)])),
    }


def _change(label: str, old: Sequence[str], new: Sequence[str]) -> Change:
    removed: list[str] = []
    added: list[str] = []
    for what, start, stop, from_, to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            removed += old[start:stop]
            added += new[from_:to]
    return Change(label, tuple(removed), tuple(added))


def _flat(sentences: Iterable[Sentence], depth: int = 0) -> Iterator[str]:
    for sentence in sentences:
        yield f"{'– ' * depth}{sentence.text}"
        yield from _flat(sentence.parts, depth + 1)
