"""Why a clause was judged so, in French; for a refusal, the nearest miss, which is what helps. Pure."""

from collections.abc import Iterator, Sequence

from eligibility.rules import naming, observations
from eligibility.rules.applicant import Establishment, LegalEntity
from eligibility.rules.judging import Judgement, Seen, deciding
from eligibility.rules.tree import Condition, Count, Every
from kit.french import NBSP, count

# How many establishments a sentence names; the facts of a verdict hold every number.
NAMED = 3


def because(judgement: Judgement, number: str, entity: LegalEntity) -> str:
    """Why the clause people see as `number` ("2", "2.1") was judged so."""
    match judgement.clause:
        case Condition():
            return observations.of_entity(judgement.clause, judgement.value, entity)
        case Count():
            return _counted(judgement.clause, judgement, number)
        case Every():
            return _every(judgement, number)
    return " ".join(dict.fromkeys(because(one, number, entity) for one in deciding(judgement)))


def telling(judgement: Judgement) -> list[Seen]:
    """The establishments that explain the judgement of a quantifier, the most telling first.

    Those that satisfy when they decided; those that may, when it is open; else those that fail, the nearest miss first.
    """
    clause, seen = judgement.clause, judgement.seen
    satisfying, uncertain = ([one for one in seen if one[1].truth is truth] for truth in (True, None))
    if judgement.truth is None:
        return uncertain
    if isinstance(clause, Every) and judgement.truth is False:
        # Where nothing is known to be among those named, none satisfies: that is the reason.
        return _nearest(seen) or [(one, judged.parts[1]) for one, judged in uncertain]
    if isinstance(clause, Count) and judgement.truth is False and len(satisfying) < clause.low:
        return _nearest(seen)
    return satisfying


def named(establishment: Establishment) -> str:
    """« ET 350012345, EHPAD (500), Ille-et-Vilaine (35) »."""
    where = naming.department(establishment.department)
    return f"ET {establishment.finess_et}, {naming.category(establishment.category_code)}, {where}"


def _nearest(seen: Sequence[Seen]) -> list[Seen]:
    """Those that do not satisfy: fewest failures first, then the category right, then open."""

    def distance(one: Seen) -> tuple[int, bool, bool, str]:
        establishment, judgement = one
        failed = [failure.clause for failure in deciding(judgement)]
        wrong_category = any(isinstance(clause, Condition) and "category" in clause.keyword for clause in failed)
        return len(failed), wrong_category, not establishment.is_open, establishment.finess_et

    return sorted((one for one in seen if one[1].truth is False), key=distance)


def _counted(clause: Count, judgement: Judgement, number: str) -> str:
    shown = telling(judgement)
    if judgement.truth is None:
        return " ".join(_explained(shown, "Même incertitude"))
    if judgement.truth and clause.low:
        return _satisfied(shown, number)
    satisfying = sum(1 for _, judged in judgement.seen if judged.truth)
    if satisfying >= clause.low:
        return _in_that_case(shown)
    if not judgement.seen:
        return "Le registre ne connaît aucun établissement à cet organisme."
    so_far = [f"{count(satisfying, 'établissement')} sur {clause.low} demandés."] if clause.low > 1 else []
    return " ".join([*so_far, *_explained(shown, "Même réponse")])


def _every(judgement: Judgement, number: str) -> str:
    if not judgement.seen:
        return f"Aucun établissement n’est concerné{NBSP}: la clause en demande au moins un."
    if judgement.truth:
        return _satisfied(telling(judgement), number)
    return " ".join(_explained(telling(judgement), "Même incertitude" if judgement.truth is None else "Même réponse"))


def _satisfied(seen: Sequence[Seen], number: str) -> str:
    others = len(seen) - 1
    also = f" {_others(others)} {'la satisfont' if others > 1 else 'la satisfait'} aussi." if others else ""
    return f"{named(seen[0][0])}{NBSP}: satisfait la clause {number}.{also}"


def _in_that_case(seen: Sequence[Seen]) -> str:
    if not seen:
        return "Aucun établissement n’est dans ce cas."
    names = [named(one) for one, _ in seen[:NAMED]] + ([_others(len(seen) - NAMED)] if len(seen) > NAMED else [])
    return f"{count(len(seen), 'établissement')} dans ce cas{NBSP}: {f'{NBSP}; '.join(names)}."


def _explained(seen: Sequence[Seen], ditto: str) -> Iterator[str]:
    for one, judged in seen[:NAMED]:
        yield f"{named(one)}{NBSP}: {observations.of_establishment(one, judged)}."
    if len(seen) > NAMED:
        yield f"{ditto} pour {_others(len(seen) - NAMED)}."


def _others(number: int) -> str:
    return count(number, "autre établissement", "autres établissements")
