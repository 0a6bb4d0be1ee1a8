"""A region with its customers and as many drafts as asked: `python -m bench.billing.world 10000`.

Facilities, public hospitals and the ARS; 20 %, exempt, outside scope, two rates on one invoice; and one draft in a
hundred more that cannot be issued, which must leave no hole.
"""

import json
import sys
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import insert

from billing.models import Customer, Invoice, InvoiceLine
from kit.actor import operator, system
from kit.db import uuid7
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.billing.rows import BUYER_SIRET, EXEMPT, STANDARD, an_issuer

SEED, BATCH = 2026, 1000
OUTSIDE = {"category": "O", "rate": 0, "exemption_text": "Hors champ de la TVA", "exemption_code": "VATEX-EU-O"}
REDUCED = {"category": "S", "rate": 550, "exemption_text": "", "exemption_code": ""}
MIXES: tuple[tuple[dict[str, Any], ...], ...] = (
    *((STANDARD,), (STANDARD, STANDARD), (EXEMPT,), (STANDARD, REDUCED), (EXEMPT, EXEMPT, EXEMPT)),
)
WORK = ("Cyberdiagnostic", "Exercice de crise – niveau 2", "RSSI à temps partagé, demi-journée", "Audit d’exposition")


def make(count: int, slug: str = "bretagne") -> Tenant:
    """The region, its customers, its drafts."""
    with transaction(operator("bench")) as tx:
        tenant = tx.add(
            Tenant(
                id=uuid7(),
                slug=slug,
                name="e-santé Bretagne",
                ars="ARS Bretagne",
                region_code="53",
                zone="Europe/Paris",
                colour="#0b4f6c",
                contact_email="contact@crrc.invalid",
                created_at=tx.now,
            )
        )
    an_issuer(tenant)
    dice = Random(SEED)
    with transaction(system(tenant.id, "bench")) as tx:
        customers = [_customer(tx, rank) for rank in range(100)]
        poor = tx.add(Customer(**_facts(1000) | {"siret": ""}, created_at=tx.now))
        funder = tx.add(Customer(**_facts(1001) | {"name": "ARS Bretagne", "is_funder": True}, created_at=tx.now))
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        with transaction(system(tenant.id, "bench")) as tx:
            _write(tx, [_draft(tx, dice, dice.choice(customers), funder) for _ in range(size)])
            _write(tx, [_draft(tx, dice, poor, None) for _ in range(size // 100)])
    return tenant


def _facts(rank: int) -> dict[str, Any]:
    return {
        "number": f"C{rank + 1:05}",
        "kind": ("private", "public", "public_health")[rank % 3],
        "name": f"Résidence Les Ajoncs {rank}",
        "siret": BUYER_SIRET,
        "address": f"{rank + 1} rue du Port",
        "postal_code": "29200",
        "town": "Brest",
        "email": f"compta{rank}@ajoncs.invalid",
        "electronic_address": BUYER_SIRET[:9],
        "channel": "email",
    }


def _customer(tx: Tx, rank: int) -> Customer:
    found: Customer = tx.add(Customer(**_facts(rank), created_at=tx.now))
    return found


def _draft(tx: Tx, dice: Random, customer: Customer, funder: Customer | None) -> tuple[dict[str, Any], list[Any]]:
    is_funded = funder is not None and dice.random() < 0.1
    whose = funder if is_funded and funder is not None else customer
    mix = (OUTSIDE,) if is_funded else dice.choice(MIXES)
    invoice_id = uuid7()
    lines = [_line(tx, dice, invoice_id, position, vat) for position, vat in enumerate(mix, start=1)]
    sums = {name: sum(line[name] for line in lines) for name in ("net_cents", "vat_cents", "total_cents")}
    row = {"tenant_id": tx.tenant_id, "id": invoice_id, "kind": "invoice", "state": "draft", "created_at": tx.now}
    row |= {"customer_id": whose.id, "delivered_on": date(2026, 11, dice.randint(1, 20)), **sums}
    row |= {"engagement_number": f"45{dice.randint(0, 99_999_999):08}"}
    return row, lines


def _line(tx: Tx, dice: Random, invoice_id: Any, position: int, vat: dict[str, Any]) -> dict[str, Any]:
    quantity, unit = dice.randint(1, 5), dice.randint(10_000, 150_000)
    net = quantity * unit
    taxes = (net * vat["rate"] + 5_000) // 10_000
    return {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "invoice_id": invoice_id,
        "position": position,
        "subject": "service",
        "source": "manual",
        "source_key": f"{invoice_id}-{position}",
        "share": "whole",
        "designation": dice.choice(WORK),
        "detail": f"Mission M-{dice.randint(1, 99_999):05}, service fait accepté.",
        "quantity": quantity,
        "unit_cents": unit,
        "net_cents": net,
        "vat_cents": taxes,
        "total_cents": net + taxes,
        "vat_category": vat["category"],
        "rate": vat["rate"],
        "exemption_text": vat["exemption_text"],
        "exemption_code": vat["exemption_code"],
    }


def _write(tx: Tx, drafts: list[tuple[dict[str, Any], list[Any]]]) -> None:
    if drafts:
        tx.session.execute(insert(Invoice), [row for row, _ in drafts])
        tx.session.execute(insert(InvoiceLine), [line for _, lines in drafts for line in lines])


if __name__ == "__main__":
    print(json.dumps({"tenant_id": str(make(int(sys.argv[1])).id), "count": int(sys.argv[1])}))
