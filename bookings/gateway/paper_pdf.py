"""The paper of a quote or of an order, as a PDF."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from kit.typeset import typeset


def make_pdf(words: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of a paper (bookings.rules.paper, with `tenant` and `colour`). The same words give the same bytes."""
    return typeset(_template(), words, at)


@cache
def _template() -> bytes:
    return (files("bookings") / "data" / "paper.typ").read_bytes()
