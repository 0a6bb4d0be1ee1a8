"""Is this file a PDF/A-3b with a Factur-X inside? An honest check, without a tool from outside.

pikepdf's validator stops at its first stage with findings: of a file with an attachment it never reads the fonts. So a
copy without the additions of Factur-X must pass in full, and the additions are looked at one by one.
"""

import io
from typing import Any

import pikepdf
from lxml import etree
from pikepdf import Name, pdfa

from billing.gateway.pdf import read_xmp, write_xmp

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_ID = "{http://www.aiim.org/pdfa/ns/id/}"
_EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
_FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
_SAID = {
    f"{_ID}part": "3",
    f"{_ID}conformance": "B",
    f"{_FX}DocumentFileName": "factur-x.xml",
    f"{_FX}DocumentType": "INVOICE",
    f"{_FX}Version": "1.0",
    f"{_FX}ConformanceLevel": "EN 16931",
}


def problems(pdf: bytes) -> list[str]:
    """What is wrong, in the checker's English; nothing when all is well."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        try:
            head, tree, tail = read_xmp(file)
        except (AttributeError, ValueError, etree.XMLSyntaxError) as error:
            return [f"metadata: {error}"]
        found = _metadata(tree) + _attachment(file)
        _strip(file, tree)
        write_xmp(file, head, tree, tail)
        plain = io.BytesIO()
        file.save(plain, **pdfa.resolve_save_kwargs(pdfa.Flavour.PDFA_3B))
    return found + [str(one) for one in pdfa.validate_written(plain, "3b").findings]


def _metadata(tree: Any) -> list[str]:
    wrong = [
        f"metadata: {tag.split('}')[1]} is not {want!r}" for tag, want in _SAID.items() if _text(tree, tag) != want
    ]
    if any(one.get(f"{_RDF}about") is None for one in tree.iter(f"{_RDF}Description")):
        wrong.append("metadata: rdf:Description without rdf:about")
    return wrong


def _text(tree: Any, tag: str) -> Any:
    return tree.findtext(f".//{tag}")


def _attachment(file: pikepdf.Pdf) -> list[str]:
    associated: Any = file.Root.get("/AF")
    if associated is None or len(associated) != 1:
        return ["attachment: the catalog does not have exactly one associated file"]
    wrong = []
    spec = associated[0]
    if str(spec.get("/UF")) != "factur-x.xml" or str(spec.get("/F")) != "factur-x.xml":
        wrong.append("attachment: not named factur-x.xml")
    if spec.get("/AFRelationship") not in (Name.Data, Name.Alternative, Name.Source):
        wrong.append("attachment: AFRelationship")
    inside = spec.get("/EF", {}).get("/F")
    if inside is None or inside.get("/Subtype") != Name("/text/xml") or "/ModDate" not in inside.get("/Params", {}):
        wrong.append("attachment: the embedded file, its type or its date")
    if list(file.attachments) != ["factur-x.xml"]:
        wrong.append("attachment: not in the tree of embedded files")
    return wrong


def _strip(file: pikepdf.Pdf, tree: Any) -> None:
    for key in ("/AF", "/Names", "/PageMode"):
        if key in file.Root:
            del file.Root[key]
    for one in list(tree.iter(f"{_RDF}Description")):
        if any(str(child.tag).startswith((_FX, _EXTENSION)) for child in one):
            one.getparent().remove(one)
    etree.cleanup_namespaces(tree)
