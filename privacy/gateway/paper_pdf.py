"""Papers about personal data, as PDF/A: the copy for a person, the register, the annex, a breach."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from kit.typeset import typeset


def make_pdf(words: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of a paper (privacy.rules.paper). The same words give the same bytes."""
    return typeset(_template(), words, at)


@cache
def _template() -> bytes:
    return (files("privacy") / "data" / "paper.typ").read_bytes()
