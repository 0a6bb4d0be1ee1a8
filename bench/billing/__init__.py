"""Invoices issued by two workers that are killed every few seconds: a complete series, sound documents.

Keys of bench/out/billing.json: `series.issued` (as many as asked), `series.missing` and `series.double` (0), `invalid`
(0: every document read back, its PDF/A, its XML against both schematrons, its words against the row), `kills`,
`per_second`; `share.pdf`, `share.xml`, `share.validation` of the workers' processor time; `ratio`, processor time per
invoice against a page of typst alone (aim ≤ 12).
"""

import json
import os

from bench import database, measured

INVOICES = 10_000


def run() -> dict[str, float]:
    """Every figure of billing. CRRC_BENCH_INVOICES asks for fewer. Fails on a gap, a double, or an unsound document."""
    count = int(os.environ.get("CRRC_BENCH_INVOICES", INVOICES))
    environment = database.fresh("bench_billing")
    environment |= {"CRRC_STORAGE_URL": f"file://{database.HOME / 'bench_billing'}", "CRRC_SMTP_URL": "null:"}
    world = measured.answers("bench.billing.world", str(count), environment=environment)
    told = json.dumps(world)
    issued = measured.answers("bench.billing.issue", environment=environment, said=told)
    checked = measured.answers("bench.billing.check", environment=environment, said=told)
    stages = measured.answers("bench.billing.stages", environment=environment, said=told)
    each = issued["processor_seconds"] / count
    shares = {f"share.{name}": stages[name] / each for name in ("pdf", "xml", "validation")}
    figures = issued | checked | shares | {"ratio": each / stages["floor"], "floor.ms": 1000 * stages["floor"]}
    wrong = [name for name in ("series.missing", "series.double", "invalid") if figures[name]]
    assert not wrong, f"{wrong}: {figures}"
    assert figures["series.issued"] == count, figures
    return figures
