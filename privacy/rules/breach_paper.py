"""An entry of the notebook of breaches, on paper. Pure."""

from collections.abc import Mapping
from typing import Any

from kit.french import instant
from privacy.rules.breach import DECISION_LABELS, LABELS, NATURE_LABELS
from privacy.rules.clock import is_late, tell_by
from privacy.rules.paper import paper, section
from privacy.rules.states import BREACH_STATE_LABELS


def breach_paper(found: Any, clock: str) -> dict[str, Any]:
    """`found` is privacy.service.breach.BreachPage; every version that was written is on it, the first one first."""
    row, zone = found.breach, found.zone
    head = [
        ("État", BREACH_STATE_LABELS[row.state]),
        ("Constatée le", instant(row.detected_at, zone)),
        ("CNIL à notifier avant le", instant(tell_by(row.detected_at), zone)),
        ("Délai", clock),
    ]
    if row.notified_at is not None:
        head.append(("CNIL notifiée le", f"{instant(row.notified_at, zone)}, référence {row.cnil_reference}"))
        if is_late(row.detected_at, row.notified_at):
            head.append(("Pourquoi après le délai", row.late_reason))
    if row.closed_at is not None:
        head.append(("Close le", instant(row.closed_at, zone)))
    versions = [
        section(
            f"Version {revision.revision}",
            [("Écrite le", instant(revision.saved_at, zone)), ("Par", who or "–"), *account_facts(revision.content)],
        )
        for revision, who in reversed(found.revisions)
    ]
    lead = f"{row.title}\nCahier des violations de données à caractère personnel (RGPD, article 33.5)."
    parts = [section("En bref", head), section("Récit", account_facts(row.content)), *versions]
    return paper(found.tenant.name, found.tenant.colour, f"Violation {row.number}", lead, parts)


def account_facts(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    said = []
    for name, label in LABELS.items():
        value = content.get(name)
        if name == "natures":
            value = "\n".join(NATURE_LABELS[one] for one in value or ())
        elif name in ("cnil", "persons"):
            value = DECISION_LABELS[value or ""]
        if value not in (None, ""):
            said.append((label, str(value)))
    return said
