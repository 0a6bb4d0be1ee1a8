"""Each rule that looks at something we write is broken once, and fires. None is forgotten."""

import pytest

from billing.gateway.schematron import sheet_faults
from billing.gateway.xml import cii
from tests.billing import hurts_base, hurts_french
from tests.billing.hurts import hurt
from tests.billing.papers import everything
from tests.billing.schematron_rules import applicable

HURTS = {("base", rule): one for rule, one in hurts_base.HURTS.items()} | {
    ("fr", rule): one for rule, one in hurts_french.HURTS.items()
}


@pytest.mark.parametrize(("sheet", "rule"), HURTS)
def test_the_rule_fires(sheet, rule):
    one = HURTS[sheet, rule]
    xml = cii(everything()[one.paper])
    assert rule not in {fault.rule for fault in sheet_faults(xml, sheet)}
    assert rule in {fault.rule for fault in sheet_faults(hurt(xml, one), sheet)}


def test_no_applicable_rule_is_forgotten_and_none_is_named_twice():
    named = {rule for rule in applicable() if not rule.startswith(("FX-SCH", "/", "//"))}
    broken = set(hurts_base.HURTS) | set(hurts_french.HURTS)
    never = set(hurts_base.NEVER) | set(hurts_french.NEVER)
    assert named == broken | never
    assert not broken & never
