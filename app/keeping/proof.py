"""After a restoration: is everything there, and is it what it was? Rows, audit chains, receipts, files, one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy import select

from app.keeping import database
from app.keeping.database import Facts
from campaigns.models import Campaign, Candidacy, Submission
from campaigns.rules.receipt import Facts as ReceiptFacts
from campaigns.rules.receipt import verify as verify_receipt
from kit import signing
from kit.actor import system
from kit.embedded.provision import conninfo
from kit.errors import NotFound
from kit.french import NBSP
from kit.storage import storage
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service import audit_proof

NAME = "backup"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at, and what is wrong, in sentences."""

    rows: int
    tables: int
    tenants: int
    audit_lines: int
    receipts: int
    files: int
    faults: Sequence[str]


def rows_that_differ(address: str, wanted: Facts) -> Iterator[str]:
    """What is not as it was when the set was made. Before any migration, and before anybody works there."""
    with psycopg.connect(conninfo(address), autocommit=True) as connection:
        found = database.facts(connection)
    for table in sorted(wanted.tables.keys() | found.tables.keys()):
        before, now = wanted.tables.get(table, 0), found.tables.get(table, 0)
        if before != now:
            yield f"{table}{NBSP}: {now} lignes au lieu de {before}."
    for tenant, head in wanted.chains.items():
        if found.chains.get(tenant) != head:
            yield f"La chaîne du journal du portail {tenant} ne finit pas où elle finissait."


def prove(wanted: Facts, files: Sequence[str], faults: list[str]) -> Proof:
    """Check, as the application sees it, every audit log, every receipt and every file; `faults` are known already."""
    lines = receipts = 0
    for tenant in wanted.tenants:
        report = audit_proof.verify(system(UUID(tenant), NAME))
        lines += report.lines
        faults += [f"Journal du portail {tenant}, ligne {one.number}{NBSP}: {one.what}" for one in report.faults]
        checked, wrong = _receipts(UUID(tenant))
        receipts += checked
        faults += wrong
    for name in files:
        try:
            with storage().open(name):
                pass
        except NotFound:
            faults.append(f"{name}{NBSP}: ce fichier n’est pas là.")
    rows, tables = sum(wanted.tables.values()), len(wanted.tables)
    return Proof(rows, tables, len(wanted.tenants), lines, receipts, len(files), faults)


def _receipts(tenant_id: UUID) -> tuple[int, list[str]]:
    """How many receipts of a portal were computed again, and which do not hold."""
    faults, number, keys = [], 0, signing.known_keys()
    with transaction(system(tenant_id, NAME)) as tx:
        slug = tx.session.get_one(Tenant, tenant_id).slug
        query = (
            select(Submission, Candidacy, Campaign)
            .join(Candidacy, Candidacy.id == Submission.candidacy_id)
            .join(Campaign, Campaign.id == Candidacy.campaign_id)
            .execution_options(yield_per=500)
        )
        for submission, candidacy, campaign in tx.session.execute(query):
            number += 1
            facts = ReceiptFacts(
                slug,
                campaign.slug,
                candidacy.reference,
                submission.number,
                candidacy.finess_ej,
                submission.received_at,
                submission.sha256,
                submission.code,
            )
            if not verify_receipt(submission, facts, keys).holds:
                faults.append(f"L’accusé de réception {submission.code} ne tient pas.")
    return number, faults
