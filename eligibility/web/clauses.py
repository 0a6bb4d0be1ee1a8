"""The clauses of a verdict as pages show them: what is asked, what came of it, what decided it."""

from collections.abc import Mapping, Sequence
from typing import Any


def clause_items(clauses: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Clauses of a verdict (JSON, as stored) as the macro `clauses` takes them."""
    return [
        {
            "text": clause["text"],
            "outcome": clause["outcome"],
            "because": [clause["because"]] if clause["because"] else [],
            "clauses": clause_items(clause.get("parts", ())),
        }
        for clause in clauses
    ]
