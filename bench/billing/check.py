"""Every document read back, on every core: its PDF/A, its XML against both schematrons, its words against the row.

`python -m bench.billing.check` reads its world on stdin; prints how many are unsound as JSON.
"""

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from uuid import UUID

import facturx
from lxml import etree
from sqlalchemy import select

from billing.gateway import pdfa, schematron
from billing.models import Invoice, InvoiceDocument
from billing.queries.invoice import lines_of
from billing.rules.content import read_content
from billing.service.document import read
from kit import signing
from kit.actor import system
from kit.transaction import transaction

SUMS = ("net_cents", "vat_cents", "total_cents")
NUMBER = "{*}ExchangedDocument/{*}ID"
TOTAL = ".//{*}SpecifiedTradeSettlementHeaderMonetarySummation/{*}GrandTotalAmount"


def faults(tenant_id: UUID, invoice_id: UUID) -> list[str]:
    """What is wrong with a document."""
    with transaction(system(tenant_id, "bench")) as tx:
        invoice = tx.session.get_one(Invoice, (tenant_id, invoice_id))
        document = tx.session.get_one(InvoiceDocument, (tenant_id, invoice_id))
        lines = lines_of(tx.session, invoice_id)
    if document.sha256 is None or document.xml_sha256 is None:
        return ["no document"]
    pdf, xml = read(invoice, document.sha256, "pdf"), read(invoice, document.xml_sha256, "xml")
    content, tree = read_content(invoice.content or {}), etree.fromstring(xml)
    found = [*pdfa.problems(pdf), *(f"{one.rule}: {one.message}" for one in schematron.faults(xml))]
    told = {
        "the kept bytes": signing.sha256(pdf) == document.sha256 and len(pdf) == document.size,
        "the XML inside": facturx.get_xml_from_pdf(pdf, check_xsd=False)[1] == xml,
        "the number": tree.findtext(NUMBER) == invoice.number == content.number,
        "the total": tree.findtext(TOTAL) == f"{invoice.total_cents // 100}.{invoice.total_cents % 100:02}",
        "the sums": all(getattr(content, name) == getattr(invoice, name) for name in SUMS),
        "the lines": [(one.designation, one.total_cents) for one in content.lines]
        == [(one.designation, one.total_cents) for one in lines],
    }
    return found + [what for what, is_so in told.items() if not is_so]


def main() -> None:
    """How many are unsound; the first of them on stderr."""
    tenant_id = UUID(json.load(sys.stdin)["tenant_id"])
    with transaction(system(tenant_id, "bench")) as tx:
        ids = tx.session.scalars(select(Invoice.id).where(Invoice.state == "issued")).all()
    invalid = 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for found in pool.map(partial(faults, tenant_id), ids, chunksize=50):
            if found:
                invalid += 1
                if invalid < 5:
                    print(found, file=sys.stderr)
    print(json.dumps({"invalid": invalid, "checked": len(ids)}))


if __name__ == "__main__":
    main()
