"""A rule that an invoice's XML breaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`rule` as its schematron names it (« BR-CO-15 », « XSD »); `term` a BT or BG number, or empty."""

    rule: str
    term: str
    message: str
