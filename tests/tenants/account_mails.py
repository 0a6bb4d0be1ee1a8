"""Examples of mails about who has access, for their golden texts."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

_LILAS = SimpleNamespace(name="Association Les Lilas", finess_ej="350000022")
_CLAIM: dict[str, Any] = {
    "claim": SimpleNamespace(
        name=_LILAS.name,
        finess_ej=_LILAS.finess_ej,
        function="Comptable",
        asked_at=datetime(2026, 11, 15, 9, tzinfo=UTC),
    )
}
_AUTHOR = {"author": SimpleNamespace(name="Anne Martin", email="anne.martin@lilas.fr")}
_REVIEW = {"review": SimpleNamespace(due_at=datetime(2026, 12, 22, 9, tzinfo=UTC))}

ACCOUNT_MAILS: dict[str, dict[str, Any]] = {
    "tenants/account_closed": {"organisation": _LILAS},
    "tenants/account_opened": {"organisation": _LILAS},
    "tenants/account_transferred": {"organisation": _LILAS},
    "tenants/claim_accepted": _CLAIM | {"role": "Contributeur"},
    "tenants/claim_asked": _CLAIM | _AUTHOR | {"opens": False},
    "tenants/claim_refused": _CLAIM | {"reason": "Vous avez quitté l’établissement en mars."},
    "tenants/claim_waiting": _CLAIM | _AUTHOR | {"opens": True},
    "tenants/review_late": _REVIEW | {"organisation": None},
    "tenants/review_opened": _REVIEW | {"organisation": _LILAS},
    "tenants/role_granted": {"role": "Instructeur à l’ARS"},
}
