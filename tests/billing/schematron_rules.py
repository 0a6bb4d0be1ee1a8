"""The rules that the shipped schematrons hold, and those of them that look at something we write."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

from billing.gateway.schematron import SHEETS, report, sheet_path
from billing.gateway.xml import cii
from tests.billing.papers import everything

_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
# Looks at elements that are empty: in a good invoice it never has one to look at, in a bad one it may.
ONLY_IN_BAD_ONES = {"PEPPOL-EN16931-R008"}


@dataclass(frozen=True)
class Rule:
    """`key` is its id, or for the few without one the context and the test. `denies`: it fires when true."""

    sheet: str
    key: str
    context: str
    test: str
    denies: bool
    namespaces: tuple[tuple[str, str], ...]


@cache
def rules(sheet: str) -> tuple[Rule, ...]:
    """Every rule of a sheet (of SHEETS)."""
    found: dict[str, Rule] = {}
    for template in etree.parse(sheet_path(sheet)).iter(f"{_XSL}template"):
        fired = template.find(f"{_SVRL}fired-rule")
        if fired is not None:
            for one in template.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
                rule = _rule(sheet, str(fired.get("context")), one)
                found.setdefault(rule.key, rule)
    return tuple(found.values())


@cache
def applicable() -> dict[str, Rule]:
    """The rules of both sheets that looked at something in one of our invoices at least, by key."""
    looked_at = {
        (sheet, fired.get("context"))
        for content in everything().values()
        for sheet in SHEETS
        for fired in report(cii(content), sheet).iter(f"{_SVRL}fired-rule")
    }
    return {
        rule.key: rule
        for sheet in SHEETS
        for rule in rules(sheet)
        if (sheet, rule.context) in looked_at or rule.key in ONLY_IN_BAD_ONES
    }


def _rule(sheet: str, context: str, one: Any) -> Rule:
    named = one.find(f"{_XSL}attribute[@name='id']")
    test = str(one.get("test"))
    return Rule(
        sheet,
        named.text if named is not None else f"{context} {test}",
        context,
        test,
        str(one.tag).endswith("successful-report"),
        tuple((prefix, uri) for prefix, uri in one.nsmap.items() if prefix),
    )
