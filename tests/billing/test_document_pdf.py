"""The Factur-X of an invoice: sound, the same every time, its XML found by tools that are not ours."""

import io
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import facturx
import pikepdf
import pytest
from lxml import etree
from pypdf import PdfReader

from billing.gateway.pdf import document
from billing.gateway.pdfa import problems
from billing.gateway.xml import cii
from tests.billing.papers import everything, forty_lines, goldens, said


@pytest.mark.parametrize("name", everything())
def test_it_is_sound(name):
    assert problems(document(everything()[name])) == []


@pytest.mark.parametrize("name", goldens())
def test_other_tools_find_the_same_xml(name):
    content = goldens()[name]
    pdf, xml = document(content), cii(content)
    logging.getLogger("factur-x").setLevel(logging.ERROR)
    assert facturx.get_xml_from_pdf(pdf, check_xsd=True) == ("factur-x.xml", xml)
    assert PdfReader(io.BytesIO(pdf)).attachments["factur-x.xml"] == [xml]
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert file.attachments["factur-x.xml"].get_file().read_bytes() == xml


def test_the_same_content_gives_the_same_bytes_in_any_thread():
    content = goldens()["public_chorus"]
    with ThreadPoolExecutor(3) as pool:
        made = set(pool.map(lambda _: document(content), range(6)))
    assert made == {document(content)}
    assert document(replace(content, number="F2026-000099")) not in made


def test_it_is_tagged_in_french_and_dated_of_the_issue():
    with pikepdf.open(io.BytesIO(document(goldens()["credit_note"]))) as file:
        assert str(file.Root.Lang) == "fr-FR"
        assert file.Root.MarkInfo.Marked
        assert str(file.docinfo.Title) == "Avoir F2026-000005 – GIP GRADeS Essai"
        assert str(file.docinfo.ModDate) == "D:20261202120000+00'00'"
        assert b"2026-12-02T12:00:00" in file.Root.Metadata.read_bytes()


def test_forty_lines_are_on_several_pages_with_their_heading_and_numbers():
    pages = said(document(forty_lines())).split("--- page")
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert f"page {number} sur {len(pages)}" in page
        assert "Prix unitaire HT" in page
    assert "Net\xa0à\xa0payer" in pages[-1]


def test_a_credit_note_cannot_be_taken_for_an_invoice():
    text = said(document(goldens()["credit_note"])).replace("\n", " ").replace("\xa0", " ")
    assert "Avoir F2026-000005" in text
    assert "déduction de la facture F2026-000001 du 21 novembre 2026" in text
    assert "Il n’est pas à payer" in text
    assert "Net à payer" not in text
    assert "IBAN" not in text


def test_what_people_write_is_never_markup_and_never_stops_a_document():
    content = goldens()["public_chorus"]
    line = replace(content.lines[0], designation='#panic("x") *gras* $x$ @ref 😀 日本 \x0b', detail="a" * 400)
    strange = replace(content, lines=(line,), buyer=replace(content.buyer, name="<b>" + "Ω" * 120))
    pdf = document(strange, cii(content))
    assert problems(pdf) == []
    assert '#panic("x") *gras* $x$' in said(pdf)


def change(act: Callable[[pikepdf.Pdf], None]) -> list[str]:
    """The problems of a good document to which something was done."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(document(goldens()["public_chorus"]))) as file:
        act(file)
        file.save(written, fix_metadata_version=False)
    return problems(written.getvalue())


def without_font(file: pikepdf.Pdf) -> None:
    for one in file.objects:
        if isinstance(one, pikepdf.Dictionary) and "/FontFile2" in one:
            del one["/FontFile2"]


def with_javascript(file: pikepdf.Pdf) -> None:
    file.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def without_relationship(file: pikepdf.Pdf) -> None:
    del file.Root.AF[0]["/AFRelationship"]


def without_attachment(file: pikepdf.Pdf) -> None:
    del file.Root.AF


def without_names(file: pikepdf.Pdf) -> None:
    del file.Root.Names


def renamed(file: pikepdf.Pdf) -> None:
    file.Root.AF[0].UF = pikepdf.String("facture.xml")


def undated(file: pikepdf.Pdf) -> None:
    del file.Root.AF[0].EF.F.Params["/ModDate"]


def without_metadata(file: pikepdf.Pdf) -> None:
    del file.Root.Metadata


def of_another_kind(file: pikepdf.Pdf) -> None:
    packet = file.Root.Metadata.read_bytes()
    file.Root.Metadata.write(packet.replace(b"<pdfaid:conformance>B<", b"<pdfaid:conformance>A<"))


def without_about(file: pikepdf.Pdf) -> None:
    packet = file.Root.Metadata.read_bytes()
    file.Root.Metadata.write(packet.replace(b' rdf:about=""', b""))


@pytest.mark.parametrize(
    ("act", "word"),
    [
        (without_font, "not embedded"),
        (with_javascript, "Action"),
        (without_relationship, "AFRelationship"),
        (without_attachment, "associated file"),
        (without_names, "embedded files"),
        (renamed, "not named"),
        (undated, "date"),
        (without_metadata, "metadata"),
        (of_another_kind, "conformance"),
        (without_about, "rdf:about"),
    ],
)
def test_a_hurt_document_is_found(act, word):
    assert any(word in one for one in change(act))


def test_the_xml_inside_is_the_one_that_was_checked():
    content = goldens()["public_chorus"]
    checked = etree.tostring(etree.fromstring(cii(content)))
    assert PdfReader(io.BytesIO(document(content, checked))).attachments["factur-x.xml"] == [checked]
