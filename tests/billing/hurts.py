"""How each rule is broken: an invoice of ours, the place in its XML, what is done there.

Made by hand on the XML: the portal cannot write most of these. Structural rules (FX-SCH-…, one element here, one
attribute there) are broken by their own words in test_schematron_structure.py.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from lxml import etree

NS = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
Act = Callable[[Any], None]


class Hurt(NamedTuple):
    """What is done (`act`) to every node at `place` of the XML of `paper` (tests.billing.papers.everything)."""

    paper: str
    place: str
    act: Act


def cut(node: Any) -> None:
    """Away."""
    node.getparent().remove(node)


def twice(node: Any) -> None:
    """Said again just after itself."""
    node.addnext(etree.fromstring(etree.tostring(node)))


def say(text: str) -> Act:
    """The node says something else."""

    def act(node: Any) -> None:
        node.text = text

    return act


def without(attribute: str) -> Act:
    """The node loses an attribute."""

    def act(node: Any) -> None:
        del node.attrib[attribute]

    return act


def add(xml: str) -> Act:
    """The node receives children, at its end."""

    def act(node: Any) -> None:
        declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())
        node.extend(list(etree.fromstring(f"<wrap {declared}>{xml}</wrap>")))

    return act


def hurt(xml: bytes, one: Hurt) -> bytes:
    """The XML, hurt."""
    tree = etree.fromstring(xml)
    nodes = tree.xpath(one.place, namespaces=NS)
    assert nodes, f"nothing at {one.place} of {one.paper}"
    for node in nodes:
        one.act(node)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
