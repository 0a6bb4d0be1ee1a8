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
from pikepdf import Name, pdfa

from billing.gateway.paper import title, words
from billing.gateway.xml import cii
from billing.rules.content import Content
from kit.typeset import typeset

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_PACKET = re.compile(rb"(?s)(<\?xpacket.*?\?>)(.*)(<\?xpacket end.*)")


def document(content: Content, xml: bytes | None = None) -> bytes:
    """The Factur-X (PDF/A-3b). `xml` is the one that was checked, when there is one already."""
    return finish(attach(page(content), xml or cii(content), content), content)


def page(content: Content) -> bytes:
    """The page alone, PDF/A-3b."""
    return typeset(_template(), words(content), _noon(content), "a-3b")


def attach(pdf: bytes, xml: bytes, content: Content) -> bytes:
    """The page with its XML inside (factur-x), dated of today: `finish` dates it of the issue."""
    said = {
        "author": content.seller.name,
        "title": f"{title(content)} – {content.seller.name}",
        "subject": f"{title(content)} du {content.issued_on} à {content.buyer.name}, au format Factur-X",
        "keywords": "Factur-X, facture électronique",
    }
    file = io.BytesIO(pdf)
    facturx.generate_from_file(
        file, xml, "factur-x", "en16931", check_xsd=False, pdf_metadata=said, lang="fr-FR", afrelationship="data"
    )
    return file.getvalue()


def finish(pdf: bytes, content: Content) -> bytes:
    """The metadata made sound (factur-x leaves rdf:about out) and every date that of the issue."""
    at = _noon(content)
    stamp = at.strftime("D:%Y%m%d%H%M%S+00'00'")
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as file:
        head, tree, tail = read_xmp(file)
        for about in tree.iter(f"{_RDF}Description"):
            about.set(f"{_RDF}about", "")
        for dated in tree.iter(f"{_XMP}CreateDate", f"{_XMP}ModifyDate"):
            dated.text = at.isoformat()
        write_xmp(file, head, tree, tail)
        for key in (Name.CreationDate, Name.ModDate):
            file.docinfo[key] = stamp
        file.Root.AF[0].EF.F.Params.ModDate = pikepdf.String(stamp)
        file.Root.AF[0].Desc = pikepdf.String("Facture au format Factur-X (XML)")
        for font in file.objects:
            # Not wanted by PDF/A-3, and what no checker we know can verify.
            if isinstance(font, pikepdf.Dictionary) and Name.CIDSet in font:
                del font[Name.CIDSet]
        settings = pdfa.resolve_save_kwargs(pdfa.Flavour.PDFA_3B) | {"deterministic_id": True}
        file.save(written, **settings)
    return written.getvalue()


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
