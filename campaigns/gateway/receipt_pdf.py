"""A receipt on paper (PDF/A-2b): typst sets campaigns/data/receipt.typ with the fonts of its own wheel."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

import segno

from kit.typeset import typeset


def make_pdf(receipt: Mapping[str, str], at: datetime) -> bytes:
    """The PDF. The same receipt gives the same bytes: its date is `at`, when the file was received."""
    qr = segno.make(receipt["address"], error="m", mask=2).svg_inline(scale=4, border=0, omitsize=True)
    data = {**receipt, "qr": qr.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)}
    return typeset(_template(), data, at)


@cache
def _template() -> bytes:
    return (files("campaigns") / "data" / "receipt.typ").read_bytes()
