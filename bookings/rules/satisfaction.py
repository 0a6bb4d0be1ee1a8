"""Three questions after an acceptance, each from 1 to 5. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from kit.errors import Invalid

QUESTIONS = {
    "usefulness": "Cette prestation vous est-elle utile\N{NO-BREAK SPACE}?",
    "quality": "Êtes-vous satisfait du travail du prestataire\N{NO-BREAK SPACE}?",
    "recommendation": "La recommanderiez-vous à un autre établissement\N{NO-BREAK SPACE}?",
}
ANSWERS = {1: "Non, pas du tout", 2: "Plutôt non", 3: "Moyennement", 4: "Plutôt oui", 5: "Oui, tout à fait"}
LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class Answers:
    """The three answers and what was added."""

    usefulness: int
    quality: int
    recommendation: int
    comment: str


def check_answers(answers: Mapping[str, int | None], comment: str) -> Answers:
    """Raise Invalid, with a sentence by question, unless each has an answer from 1 to 5."""
    faults = {name: "Choisissez une réponse." for name in QUESTIONS if answers.get(name) not in ANSWERS}
    if len(comment.strip()) > LONGEST_COMMENT:
        faults["comment"] = f"{LONGEST_COMMENT} caractères au plus."
    if faults:
        raise Invalid("Votre avis n’est pas enregistré.", faults)
    given = {name: answers[name] or 0 for name in QUESTIONS}
    return Answers(given["usefulness"], given["quality"], given["recommendation"], comment.strip())
