"""Each mail as it is read, as a golden file: a change of words is read in review."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from campaigns.rules.award import shown_referent
from campaigns.rules.selection import Pending, readiness
from campaigns.service.notice import Offered, letter
from kit.db import uuid7
from kit.settings import settings
from notifications.gateway.templates import render
from services_catalog.jobs.provider import UNQUALIFIED
from tenants.rules.factor import KIND_LABELS
from tests.billing.invoice_mails import INVOICE_MAILS
from tests.billing.online_mails import ONLINE_MAILS
from tests.billing.transmission_mails import TRANSMISSION_MAILS
from tests.bookings.mails import MISSION_MAILS
from tests.bookings.order_mails import ORDER_MAILS
from tests.bookings.planning_mails import PLANNING_MAILS
from tests.bookings.time_mails import TIME_MAILS
from tests.notifications.digest_mails import DIGEST_MAILS
from tests.notifications.program_mails import PROGRAM_MAILS
from tests.privacy.mails import PRIVACY_MAILS
from tests.tenants.account_mails import ACCOUNT_MAILS

TEMPLATES = Path(__file__).resolve().parents[2] / "app/templates/mail"
TENANT = SimpleNamespace(
    slug="bretagne",
    domain=None,
    name="GIP e-santé Bretagne",
    ars="ARS Bretagne",
    zone="Europe/Paris",
    colour="#0b5563",
    contact_email="cyber@esante-bretagne.fr",
)
CAMPAIGN = SimpleNamespace(
    slug="bretagne-2025-exercice",
    title="Exercice de gestion de crise cyber",
    notify_at=datetime(2025, 10, 1, 7, tzinfo=UTC),
    complete_on=date(2026, 6, 30),
    places=12,
)
CANDIDACY = SimpleNamespace(reference="AMI-2025-7K4MQ", applicant_name="EHPAD Les Ajoncs", finess_ej="350012345")
CLOSES_AT = datetime(2025, 9, 23, 21, 59, 59, tzinfo=UTC)
READY = readiness(3, [Pending(uuid7(), "accepted", "", None)], 12, "closed")
FILE: dict[str, Any] = {"campaign": CAMPAIGN, "candidacy": CANDIDACY}


OFFERED = Offered(
    "Exercice de gestion de crise",
    "L’ARS prend en charge la totalité du prix\N{NO-BREAK SPACE}: il n’y a rien à payer.",
    date(2025, 10, 16),
)
REFERENT = {"name": "Anne Le Goff", "function": "Cadre", "email": "anne@ajoncs.fr", "phone": "0299123456"}


def decision(promised: Offered | None = None, **facts: Any) -> dict[str, Any]:
    told = {"motive": "", "rank": None, "released_at": CAMPAIGN.notify_at} | facts
    return letter(CAMPAIGN, CANDIDACY, SimpleNamespace(**told), promised)  # type: ignore[arg-type]


PROVED_AT = datetime(2026, 11, 3, 8, 12, tzinfo=UTC)
PROVIDER = SimpleNamespace(name="Breizh Audit")
UNTIL: dict[str, Any] = {
    "provider": PROVIDER,
    "what": "la qualification PASSI",
    "ends_on": date(2027, 6, 30),
    "days": 90,
    "consequence": UNQUALIFIED,
}


CONTEXTS: dict[str, dict[str, Any]] = {
    "campaigns/accepted": decision(OFFERED),
    "campaigns/attachment_condemned": FILE
    | {
        "attachment": SimpleNamespace(
            name="Organigramme.pdf", added_at=CLOSES_AT - timedelta(hours=30), submitted_at=None
        ),
        "question": "Organigramme ou attestation",
        "closes_at": CLOSES_AT,
    },
    "campaigns/award_confirmed": FILE
    | {
        "award": SimpleNamespace(complete_on=CAMPAIGN.complete_on),
        "gives": OFFERED.gives,
        "referent": shown_referent(REFERENT),
    },
    "campaigns/award_declined": FILE | {"motive": "Notre directrice quitte l’établissement."},
    "campaigns/award_lapsed": FILE | {"award": OFFERED},
    "campaigns/award_reminder": FILE | {"award": OFFERED},
    "campaigns/award_unconfirmed": {"campaign": CAMPAIGN, "confirm_by": OFFERED.confirm_by, "silent": [CANDIDACY] * 22},
    "campaigns/refused": decision(motive="Les établissements ont déjà réalisé un exercice financé cette année."),
    "campaigns/waitlisted": decision(rank=2),
    "campaigns/publication_refused": {"campaign": CAMPAIGN, "reasons": ["La première fenêtre est déjà close."]},
    "campaigns/release_blocked": {"campaign": CAMPAIGN, "reasons": READY.blockers},
    "campaigns/release_soon": {"campaign": CAMPAIGN, "ready": READY, "reasons": READY.blockers},
    "campaigns/reminder": FILE | {"closes_at": CLOSES_AT, "gaps": 3},
    "campaigns/submission": FILE
    | {
        "submission": SimpleNamespace(
            number=1, sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        ),
        "received": "mardi 23 septembre 2025 à 23 h 50 min 12 s 345 (heure de Paris)",
        "receipt_url": "https://crrc.example/bretagne/receipts/2JKG-HHWD-W9DT-65XD-QTC2",
        "closes_at": CLOSES_AT,
    },
    "campaigns/withdrawal": FILE | {"withdrawn_at": CLOSES_AT - timedelta(hours=2), "closes_at": CLOSES_AT},
    "services_catalog/ended": UNTIL | {"days": -1},
    "services_catalog/ends_soon": UNTIL,
    "services_catalog/provider_opened": {"provider": PROVIDER},
    "services_catalog/provider_resumed": {"provider": PROVIDER, "at": CLOSES_AT},
    "services_catalog/provider_suspended": {"provider": PROVIDER, "at": CLOSES_AT},
    "tenants/member_added": {
        "organisation": SimpleNamespace(name="EHPAD Les Ajoncs", finess_ej="350012345"),
        "role": "Contributeur",
    },
    "tenants/confirmation_code": {"code": "1234\N{NO-BREAK SPACE}5678", "valid_for": timedelta(minutes=10)},
    "tenants/factor_added": {"kind": "passkey", "label": KIND_LABELS["passkey"], "at": PROVED_AT},
    "tenants/factor_blocked": {"at": PROVED_AT},
    "tenants/factor_removed": {"label": KIND_LABELS["totp"], "at": PROVED_AT, "others": False},
    "tenants/factors_reset": {"at": PROVED_AT},
    "tenants/identity_linked": {"provider": "ProConnect", "at": PROVED_AT},
    "tenants/identity_unlinked": {"provider": "Pro Santé Connect", "at": PROVED_AT},
    "tenants/recovery_code_used": {"at": PROVED_AT, "left": 9},
    "tenants/sign_in": {"valid_for": timedelta(minutes=20), "code": "12345678", "provider": ""},
    **ACCOUNT_MAILS,
    **INVOICE_MAILS,
    **ONLINE_MAILS,
    **TRANSMISSION_MAILS,
    **MISSION_MAILS,
    **ORDER_MAILS,
    **TIME_MAILS,
    **PLANNING_MAILS,
    **DIGEST_MAILS,
    **PROGRAM_MAILS,
    **PRIVACY_MAILS,
}


def test_every_mail_has_its_golden_text() -> None:
    """A template without an example here would be read by nobody before it leaves."""
    written = {str(path.relative_to(TEMPLATES).with_suffix("")) for path in TEMPLATES.glob("*/*.txt")}
    assert written == CONTEXTS.keys()


@pytest.mark.parametrize("name", sorted(CONTEXTS))
def test_a_mail_reads_as_its_golden_text(
    name: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRRC_BASE_URL", "https://crrc.example")
    settings.cache_clear()
    try:
        mail = render(name, TENANT, "/candidacies/1", CONTEXTS[name])
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    golden(f"mails/{name}.txt", f"{mail.title}\n\n{mail.text}")
