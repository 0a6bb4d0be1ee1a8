"""Invoices as customers receive them: the XML, and the text of the page. A changed word is a changed promise."""

from collections.abc import Callable

import pytest

from billing.gateway.pdf import document
from billing.gateway.xml import cii
from tests.billing.papers import goldens, said


@pytest.mark.parametrize("name", goldens())
def test_golden_invoices(name: str, golden: Callable[[str, str], None]) -> None:
    content = goldens()[name]
    golden(f"invoices/{name}.xml", cii(content).decode())
    golden(f"invoices/{name}.txt", said(document(content)))
