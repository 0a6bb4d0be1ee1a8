"""The schematrons answer the same in every thread, good and bad invoices mixed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from lxml import etree

from billing.gateway.schematron import faults
from billing.gateway.xml import cii
from tests.billing.hurts import hurt
from tests.billing.hurts_french import HURTS
from tests.billing.papers import goldens

GOOD = cii(goldens()["public_chorus"])
BAD = hurt(GOOD, HURTS["BR-FR-05_BT-22_PMT"])


def test_many_threads_ask_at_once():
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: faults(BAD if number % 2 else GOOD), range(24)))
    assert all(found == [] for found in answers[0::2])
    assert all([one.rule for one in found] == ["BR-FR-05_BT-22_PMT"] for found in answers[1::2])


def test_threads_that_come_and_go():
    found = []
    for _ in range(5):
        thread = Thread(target=lambda: found.append(faults(GOOD)))
        thread.start()
        thread.join()
    assert found == [[]] * 5


def test_the_schema_speaks_first():
    tree = etree.fromstring(GOOD)
    tree.append(etree.Element("unknown"))
    (fault,) = faults(etree.tostring(tree))
    assert fault.rule == "XSD"


def test_an_xml_that_the_engine_stumbles_on_is_a_fault_and_not_a_crash():
    from billing.gateway.schematron import sheet_faults

    broken = GOOD.replace(b"<ram:LineTotalAmount>7350.00<", b"<ram:LineTotalAmount>beaucoup<")
    (fault,) = sheet_faults(broken, "base")
    assert fault.rule == "SCHEMATRON"
