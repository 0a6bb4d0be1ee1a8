"""Reads the reference files of finess/data: constants of the product, kept as CSV because people review them."""

import csv
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """The rows of `finess/data/<name>.csv`, by column; empty cells are ""."""
    text = (files("finess") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))
