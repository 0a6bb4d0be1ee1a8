"""The Factur-X of an invoice: a page (typst, PDF/A-3b, tagged), the XML inside, and metadata in French.

Nothing but the Content goes in: no clock, no random identifier. The same content gives the same bytes.
"""

import io
import re
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

import facturx
import pikepdf
from lxml import etree
from pikepdf import Name

from billing.gateway.paper import title, words
from billing.gateway.xml import cii
from billing.rules.content import Content
from kit.typeset import typeset

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_PACKET = re.compile(rb"(?s)(<\?xpacket.*?\?>)(.*)(<\?xpacket end.*)")


def document(content: Content, xml: bytes | None = None) -> bytes:
    """The Factur-X (PDF/A-3b). `xml` is the one that was checked, when there is one already."""
    return attach(page(content), carry(xml or cii(content), content), content)


def page(content: Content) -> bytes:
    """The page alone, PDF/A-3b."""
    return typeset(_template(), words(content), _noon(content), "a-3b")


def carry(xml: bytes, content: Content) -> bytes:
    """What factur-x adds to a PDF for its XML, on an empty page.

    It would read a real page object by object, twenty milliseconds of it; `attach` takes its additions from here.
    """
    said = {
        "author": content.seller.name,
        "title": f"{title(content)} – {content.seller.name}",
        "subject": f"{title(content)} du {content.issued_on} à {content.buyer.name}, au format Factur-X",
        "keywords": "Factur-X, facture électronique",
    }
    file = io.BytesIO(_empty_page())
    facturx.generate_from_file(
        file, xml, "factur-x", "en16931", check_xsd=False, pdf_metadata=said, lang="fr-FR", afrelationship="data"
    )
    return file.getvalue()


def attach(pdf: bytes, carrier: bytes, content: Content) -> bytes:
    """The page with its XML and metadata, made sound: factur-x leaves rdf:about out, and dates everything of now."""
    from pikepdf import pdfa  # schemas and grammars come with it: a third of a worker's start, for whoever makes a page

    at = _noon(content)
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as file, pikepdf.open(io.BytesIO(carrier)) as additions:
        _take(file, additions)
        _date(file, at)
        for font in file.objects:
            # Not wanted by PDF/A-3, and what no checker we know can verify.
            if isinstance(font, pikepdf.Dictionary) and Name.CIDSet in font:
                del font[Name.CIDSet]
        settings = pdfa.resolve_save_kwargs(pdfa.Flavour.PDFA_3B) | {"deterministic_id": True}
        file.save(written, **settings)
    return written.getvalue()


def _take(file: pikepdf.Pdf, additions: pikepdf.Pdf) -> None:
    for key in (Name.AF, Name.Metadata):
        file.Root[key] = file.copy_foreign(additions.Root[key])
    spec = file.Root.AF[0]
    spec.Desc = pikepdf.String("Facture au format Factur-X (XML)")
    file.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=[spec.UF, spec]))
    file.Root.PageMode, file.Root.Lang = Name.UseAttachments, pikepdf.String("fr-FR")
    for name, value in additions.docinfo.items():
        file.docinfo[name] = value


def _date(file: pikepdf.Pdf, at: datetime) -> None:
    stamp = at.strftime("D:%Y%m%d%H%M%S+00'00'")
    head, tree, tail = read_xmp(file)
    for about in tree.iter(f"{_RDF}Description"):
        about.set(f"{_RDF}about", "")
    for dated in tree.iter(f"{_XMP}CreateDate", f"{_XMP}ModifyDate"):
        dated.text = at.isoformat()
    write_xmp(file, head, tree, tail)
    for key in (Name.CreationDate, Name.ModDate):
        file.docinfo[key] = stamp
    file.Root.AF[0].EF.F.Params.ModDate = pikepdf.String(stamp)


def read_xmp(file: pikepdf.Pdf) -> tuple[bytes, Any, bytes]:
    """The metadata packet: its head, its tree, its tail."""
    found = _PACKET.match(bytes(file.Root.Metadata.read_bytes()))
    if found is None:
        raise ValueError("no XMP packet")
    head, body, tail = found.groups()
    return head, etree.fromstring(body.strip()), tail


def write_xmp(file: pikepdf.Pdf, head: bytes, tree: Any, tail: bytes) -> None:
    """The packet put back."""
    file.Root.Metadata.write(head + b"\n" + etree.tostring(tree) + b"\n" + tail)


def _noon(content: Content) -> datetime:
    return datetime.combine(content.issue_date, time(12), UTC)


@cache
def _template() -> bytes:
    return (files("billing") / "data" / "invoice.typ").read_bytes()


@cache
def _empty_page() -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        file.save(written)
    return written.getvalue()
