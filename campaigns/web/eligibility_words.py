"""An eligibility as pages show it: the answer in one sentence, then each clause with what decided it."""

from typing import Any

from campaigns.service.verdict import Assessment
from eligibility.web.clauses import clause_items

_TITLES = {
    "eligible": "{} est éligible",
    "not_eligible": "{} n’est pas éligible, d’après le registre",
    "information_missing": "Il manque une information pour répondre",
}
_SENTENCES = {
    "eligible": "D’après le registre et ce que le portail connaît, toutes les conditions de l’appel sont remplies.",
    "not_eligible": (
        "Une condition au moins n’est pas remplie. Vous pouvez tout de même déposer un dossier : l’ARS décide, et lira "
        "cette vérification à côté de votre dossier."
    ),
    "information_missing": (
        "Le portail ne sait pas tout. Vous pouvez déposer un dossier : vos réponses, ou l’ARS, compléteront."
    ),
}


def verdict_words(found: Assessment, name: str) -> dict[str, Any]:
    """The arguments of the macro `verdict` for the organisation called `name`."""
    return {
        "outcome": found.outcome,
        "title": _TITLES[found.outcome].format(name),
        "sentence": _SENTENCES[found.outcome],
        "items": clause_items(found.clauses),
    }
