"""A region on a bad evening: the storm's call, another whose decisions thousands will be told, drafts to invoice.

`python -m bench.chaos.world APPLICANTS NOTICES INVOICES REGISTER` on a fresh database; prints what the others need.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from bench.billing import world as invoices
from bench.billing.issue import queue
from bench.storm import world as storm
from campaigns.models import Candidacy, Decision, Submission, Verdict
from kit.actor import system
from kit.db import uuid7
from kit.transaction import Tx, transaction
from tenants.models import Organisation, OrganisationMember, Tenant, User
from tests.campaigns.files import a_call, an_applicant, an_edition

OUTCOMES = ("accepted", "refused", "refused")
LATER = timedelta(days=1)
CONTENT = json.dumps({"sections": [], "referent": {}, "signatory": {}, "commitments": []})


def decided(tenant: Tenant, count: int) -> UUID:
    """A call that closed, with so many decisions that will be told to one person each."""
    call = a_call(tenant, notify_at=datetime.now(UTC) + LATER)
    with transaction(system(tenant.id, "bench")) as tx:
        edition = an_edition(tx)
        rows: dict[type[Any], list[dict[str, Any]]] = {}
        for rank in range(count):
            for table, row in _file(tx, call.id, edition, rank).items():
                rows.setdefault(table, []).append(row)
        for table, found in rows.items():
            tx.session.execute(insert(table), found)
        tx.due("campaign.release_due", call.id, tx.now + LATER)
    return call.id


def _file(tx: Tx, call_id: UUID, edition: int, rank: int) -> dict[type[Any], dict[str, Any]]:
    """One file, from its person to its decision."""
    person, organisation, file, verdict = (uuid7() for _ in range(4))
    finess, name, email = f"88{rank:07}", f"EHPAD n° {rank}", f"lecteur{rank}@chaos.invalid"
    at, own, about = tx.now - timedelta(days=20), {"tenant_id": tx.tenant_id}, {"candidacy_id": file}
    member = {"organisation_id": organisation, "user_id": person, "role": "owner", "function": "Direction"}
    judged = {"finess_ej": finess, "rule_version": 1, "edition_id": edition, "outcome": "eligible", "clauses": []}
    receipt = {"code": str(file), "statement": "{}", "signature": "", "key": "", "content": CONTENT, "sha256": ""}
    outcome = OUTCOMES[rank % 3]
    decision = {"outcome": outcome, "motive": "Hors du périmètre" if outcome == "refused" else "", "state": "pending"}
    return {
        User: {"id": person, "email": email, "email_norm": email, "name": f"Personne {rank}", "created_at": at},
        Organisation: {**own, "id": organisation, "finess_ej": finess, "name": name, "created_at": at},
        OrganisationMember: {**own, **member, "joined_at": at},
        Candidacy: {**own, "id": file, "campaign_id": call_id, "organisation_id": organisation}
        | _submitted(rank, finess, name, at),
        Verdict: {**own, **about, **judged, "id": verdict, "campaign_id": call_id, "decided_at": at},
        Submission: {**own, **about, **receipt, "id": uuid7(), "number": 1, "verdict_id": verdict, "received_at": at},
        Decision: {**own, **about, **decision, "id": uuid7(), "campaign_id": call_id, "decided_at": at},
    }


def _submitted(rank: int, finess: str, name: str, at: datetime) -> dict[str, Any]:
    return {
        "finess_ej": finess,
        "reference": f"CHA-{rank:05}",
        "state": "submitted",
        "form_version": 1,
        "applicant_name": name,
        "department": "35",
        "applicant": an_applicant(finess, name),
        "answers": {},
        "created_at": at,
        "saved_at": at,
        "submitted_at": at,
    }


def main(applicants: int, notices: int, drafts: int, register: Path) -> None:
    """Everything, as one line of JSON."""
    tenant, world = storm.make(applicants, register)
    call_id = decided(tenant, notices)
    billed = invoices.make(drafts, "facturation")
    queue(billed.id)
    storm.analyse()
    print(json.dumps(world | {"call_id": str(call_id), "billed_id": str(billed.id)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
