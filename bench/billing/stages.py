"""What each stage of an invoice costs the processor (seconds), and the floor: a page set by typst alone.

`python -m bench.billing.stages` reads its world on stdin, and takes two hundred of its invoices.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from billing.gateway import pdf, schematron, xml
from billing.models import Invoice
from billing.rules.content import Content, read_content
from kit.actor import system
from kit.transaction import transaction

SAMPLE = 200


def spent(contents: Sequence[Any], act: Callable[[Any], object]) -> float:
    """Processor seconds of an act, on average; the first one is not counted: it compiles."""
    act(contents[0])
    before = time.process_time()
    for content in contents:
        act(content)
    return (time.process_time() - before) / len(contents)


def main() -> None:
    """Every stage, as one line of JSON. The XML is written twice: to be checked, and for the document."""
    tenant_id = UUID(json.load(sys.stdin)["tenant_id"])
    with transaction(system(tenant_id, "bench")) as tx:
        query = select(Invoice.content).where(Invoice.state == "issued").order_by(Invoice.series_number).limit(SAMPLE)
        contents: list[Content] = [read_content(one or {}) for one in tx.session.scalars(query)]
    pages = spent(contents, pdf.page)
    written = {content.number: xml.cii(content) for content in contents}
    whole = spent(contents, lambda content: pdf.document(content, written[content.number]))
    print(
        json.dumps(
            {
                "floor": pages,
                "pdf": whole,
                "xml": 2 * spent(contents, xml.cii),
                "validation": spent(contents, lambda content: schematron.faults(written[content.number])),
            }
        )
    )


if __name__ == "__main__":
    main()
