"""The structural rules of the profile (FX-SCH): each is broken by what it says itself, and fires.

They say that an element is there once, at most once, or at least once, that an attribute is there or is not, or that a
code is of a list.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree
from saxonche import PySaxonApiError

from billing.gateway.schematron import report
from billing.gateway.xml import cii
from tests.billing.hurts import NS
from tests.billing.papers import everything
from tests.billing.schematron_rules import Rule, applicable

STRUCTURAL = {key: rule for key, rule in applicable().items() if key.startswith(("FX-SCH", "/", "//"))}
COUNT = re.compile(r"count\((ram:\w+)(\[[^\]]+\])?\)(=1|<=1|>=1)$")
ATTRIBUTE = re.compile(r"@(\w+)$")
# The list of codes says which node or attribute it reads: only the rule's context knows it.
CODE_OF = {"BilledQuantity": "unitCode", "DateTimeString": "format", "TaxTotalAmount": "currencyID"}
# What it looks at is never written by the portal.
NEVER = {
    "FX-SCH-A-000190": "charges on the document (BT-108)",
    "FX-SCH-A-000191": "allowances on the document (BT-107)",
    "FX-SCH-A-000192": "accounting currency (BT-6)",
    "FX-SCH-A-000193": "amount paid in advance (BT-113)",
    "FX-SCH-A-000290": "rounding (BT-114)",
}
SCHEMED = ("GlobalID", "URIID", "ID")


def attempts(rule: Rule, xml: bytes) -> Iterator[bytes]:
    """The XML broken in the ways that the rule may see, the plainest first; none when it looks at nothing there."""
    for way in (_plainly, _by_a_second_child, _by_a_second_self, _everywhere):
        tree = etree.fromstring(xml)
        nodes = tree.xpath(rule.context if rule.context.startswith("/") else f"//{rule.context}", namespaces=NS)
        if nodes and way(rule, nodes[0]):
            yield etree.tostring(tree)


def _plainly(rule: Rule, node: Any) -> bool:
    counted, attribute = COUNT.match(rule.test), ATTRIBUTE.match(rule.test)
    if counted:
        return _miscount(node, *counted.groups())
    if attribute and rule.denies:
        node.set(attribute.group(1), "x")
    elif attribute:
        del node.attrib[attribute.group(1)]
    else:
        _miscode(node)
    return True


def _by_a_second_child(rule: Rule, node: Any) -> bool:
    """Without its child the rule would not look there at all: it is given a second one."""
    counted = COUNT.match(rule.test)
    if counted:
        node.append(_element(counted.group(1)))
    return bool(counted)


def _by_a_second_self(rule: Rule, node: Any) -> bool:
    """Without its attribute neither: a second one comes, without it."""
    second = etree.fromstring(etree.tostring(node))
    second.attrib.clear()
    node.addnext(second)
    return True


def _everywhere(rule: Rule, node: Any) -> bool:
    """The amount of VAT is found by the currency of the invoice: both become another."""
    for one in node.getroottree().iter():
        if one.text == "EUR":
            one.text = "QQQ"
        if one.get("currencyID"):
            one.set("currencyID", "QQQ")
    return True


def _miscount(node: Any, name: str, condition: str | None, how_many: str) -> bool:
    found = node.xpath(f"{name}{condition or ''}", namespaces=NS)
    if how_many == "<=1":
        for _ in range(2 - len(found)):
            node.append(etree.fromstring(etree.tostring(found[0])) if found else _element(name))
    else:
        for one in found:
            node.remove(one)
    return bool(found) or not condition


def _element(name: str) -> Any:
    prefix, local = name.split(":")
    one = etree.Element(f"{{{NS[prefix]}}}{local}")
    one.text = "0.00" if local.endswith("Amount") else "x"
    return one


def _miscode(node: Any) -> None:
    local = etree.QName(node).localname
    attribute = CODE_OF.get(local) or ("schemeID" if local in SCHEMED and node.get("schemeID") else None)
    if attribute:
        node.set(attribute, "QQQ")
    else:
        node.text = "QQQ"


def fires(rule: Rule, xml: bytes) -> bool:
    """The rule is among those that the report denounces."""
    said = report(xml, rule.sheet)
    kinds = ("{http://purl.oclc.org/dsdl/svrl}failed-assert", "{http://purl.oclc.org/dsdl/svrl}successful-report")
    return any(rule.key in (one.get("id"), f"{rule.context} {one.get('test')}") for one in said.iter(*kinds))


@pytest.mark.parametrize("key", sorted(set(STRUCTURAL) - set(NEVER)))
def test_the_rule_fires(key):
    rule = STRUCTURAL[key]
    tries = [one for content in everything().values() for one in attempts(rule, cii(content))]
    assert any(_refused(rule, one) for one in tries), rule.test


def _refused(rule: Rule, xml: bytes) -> bool:
    try:
        return fires(rule, xml)
    except PySaxonApiError:  # An amount twice is not a number: another rule stumbles before ours speaks.
        return False


def test_every_rule_has_a_known_shape():
    for rule in STRUCTURAL.values():
        assert COUNT.match(rule.test) or ATTRIBUTE.match(rule.test) or "codedb" in rule.test
    assert set(NEVER) <= set(STRUCTURAL)
