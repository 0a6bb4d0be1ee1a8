"""A check of eligibility as pages show it: the answer about somebody, what it means, what decided it."""

from collections.abc import Sequence
from typing import Any

from campaigns.service.eligibility import Check
from eligibility.web.clauses import clause_items
from finess.rules.names import readable
from finess.rules.wording import title
from kit.french import NBSP

_TITLES = {
    "eligible": "Cet organisme est éligible",
    "not_eligible": "Cet organisme n’est pas éligible",
    "information_missing": "Il manque une information pour répondre",
}
_SENTENCES = {
    "eligible": "{} remplit toutes les conditions de l’appel, d’après le registre.",
    "not_eligible": "{}{nbsp}: une condition au moins n’est pas remplie. Voici laquelle, et les faits qui le disent.",
    "information_missing": (
        "{}{nbsp}: le registre public ne dit pas tout. La réponse viendra de votre dossier, ou de ce que l’ARS et le "
        "GRADeS savent de l’organisme."
    ),
}


def check_words(check: Check) -> dict[str, Any]:
    """The answer, with the arguments of the macro `verdict`. Expects a check that has a verdict."""
    if check.verdict is None or check.entity is None:
        raise ValueError("This check has no verdict.")
    outcome = check.verdict.outcome.value
    called = readable(check.entity.name or "") or f"L’organisme {check.entity.finess_ej}"
    answer = check.verdict.as_json()
    title_said, sentence = _TITLES[outcome], _SENTENCES[outcome].format(called, nbsp=NBSP)
    if check.error:
        outcome, title_said, sentence = "not_eligible", "Cet organisme ne peut pas candidater", check.error
    return {
        "number": check.entity.finess_ej,
        "may_apply": outcome != "not_eligible",
        "note": check.note,
        "verdict": {
            "outcome": outcome,
            "title": title_said,
            "sentence": sentence,
            "items": clause_items(answer["clauses"]),
            "edition": f"Registre {title(check.edition.source, check.edition.generated_at)}.",
        },
    }


def summary_lines(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """One line for each call: what its rule answers to the same organisation."""
    return [
        {
            "slug": check.campaign.slug,
            "title": check.campaign.title,
            "outcome": "not_eligible" if check.error else check.verdict.outcome.value,
            "moment": check.moment,
            "zone": check.campaign.zone,
        }
        for check in checks
        if check.verdict is not None
    ]
