"""A receipt on paper (PDF/A-2b): typst sets campaigns/data/receipt.typ with the fonts of its own wheel."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

import segno
import typst


def make_pdf(receipt: Mapping[str, str], at: datetime) -> bytes:
    """The PDF. The same receipt gives the same bytes: its date is `at`, when the file was received."""
    qr = segno.make(receipt["address"], error="m").svg_inline(scale=4, border=0, omitsize=True)
    data = {**receipt, "qr": qr.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)}
    return bytes(
        typst.compile(
            _template(),
            format="pdf",
            pdf_standards="a-2b",
            timestamp=int(at.timestamp()),
            ignore_system_fonts=True,
            sys_inputs={"receipt": json.dumps(data)},
        )
    )


@cache
def _template() -> bytes:
    return (files("campaigns") / "data" / "receipt.typ").read_bytes()
