"""What a sent file is, by its content; each trap one by one, each with the sentence that says what to do."""

import re

import pytest

from bookings.rules.file_type import MOST_BYTES, TYPES, type_of
from kit.errors import Invalid
from kit.file_name import LONGEST, clean_name
from tests.bookings import sent

GOOD = {
    "rapport.pdf": sent.a_pdf(),
    "Rapport.PDF": sent.a_pdf(),
    "rapport.docx": sent.an_office_file(),
    "plan.xlsx": sent.an_office_file("xl/workbook.xml"),
    "restitution.pptx": sent.an_office_file("ppt/presentation.xml"),
    "avec graphique.docx": sent.an_office_file(**{"word__embeddings__Feuille.xlsx": b"PK"}),
    "note.odt": sent.an_open_document(),
    "suivi.ods": sent.an_open_document("spreadsheet"),
    "photo.png": sent.PNG,
    "photo.jpg": sent.JPEG,
    "photo.jpeg": sent.JPEG,
    "journal.txt": "Début : 14 h 02 – l’annuaire ne répond plus.\n".encode(),
    "ancien.txt": "Début : clôture\r\n".encode("cp1252"),
    "suivi.csv": "étape;heure\nalerte;14:02\n".encode("utf-8-sig"),
}

TRAPS = {
    "empty": ("vide.pdf", b"", "Ce fichier est vide."),
    "heavy": ("lourd.pdf", b"%PDF-" + b"\0" * MOST_BYTES, "dépasse 25 Mo"),
    "page": ("rapport.html", b"<!DOCTYPE html><p>Bonjour", "page web"),
    "page as text": ("rapport.txt", b"\xef\xbb\xbf\n  <HTML><body>", "page web"),
    "page as pdf": ("rapport.pdf", b"<html>%PDF-1.7", "page web"),
    "drawing": ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG"),
    "drawing as png": ("logo.png", b'<?xml version="1.0"?><svg/>', "SVG"),
    "script": ("outil.txt", b"#!/bin/sh\nrm -rf /\n", "script"),
    "script inside": ("note.txt", b"Bonjour < ScRiPt >alert(1)</script>", "script"),
    "php": ("note.csv", b"a;b\n<?php system('id') ?>", "script"),
    "program": ("outil.exe", sent.PROGRAM, "programme"),
    "program as pdf": ("rapport.pdf", sent.PROGRAM, "programme"),
    "unknown": ("donnees.bin", b"\x00\x01\x02", "Ce type de fichier n’est pas accepté"),
    "old office": ("rapport.doc", sent.OLD_WORD, "format ancien"),
    "archive": ("tout.zip", sent.an_archive({"rapport.pdf": b"%PDF-"}), "archives"),
    "archive as docx": ("rapport.docx", sent.an_archive({"outil.exe": sent.PROGRAM}), "archives"),
    "broken archive": ("rapport.docx", b"PK\x03\x04" + b"\0" * 60, "abîmé"),
    "macros": ("rapport.docx", sent.an_office_file(**{"word__vbaProject.bin": b"x"}), "macros"),
    "macros described": (
        "p.docx",
        sent.an_office_file(described="application/vnd.ms-word.document.macroEnabled"),
        "macros",
    ),
    "macros described after the part that is read": (
        "p.docx",
        sent.an_office_file(described=" " * 2_100_000 + "application/vnd.ms-word.document.macroEnabled"),
        "anormalement volumineux",
    ),
    "excel 4 macros": ("p.xlsx", sent.an_office_file("xl/workbook.xml", xl__macrosheets__sheet1="x"), "macros"),
    "activex": ("p.docx", sent.an_office_file(word__activeX__activeX1="x"), "contrôles actifs"),
    "object": ("p.docx", sent.an_office_file(**{"word__embeddings__oleObject1.bin": b"x"}), "incorporé"),
    "program in a document": (
        "p.pptx",
        sent.an_office_file("ppt/presentation.xml", **{"ppt__media__a.exe": b"MZ"}),
        "programme",
    ),
    "basic": ("note.odt", sent.an_open_document(Basic__Standard__Module1="x"), "macros"),
    "pdf with a script": ("rapport.pdf", sent.with_script(), "script ou une action"),
    "pdf with a hidden script": ("rapport.pdf", sent.hidden_script(), "script ou une action"),
    "pdf that launches": ("rapport.pdf", sent.with_launch(), "script ou une action"),
    "pdf with a file": ("rapport.pdf", sent.with_attachment(), "fichier joint"),
    "pdf with a password": ("rapport.pdf", sent.with_password(), "mot de passe"),
    "broken pdf": ("rapport.pdf", b"%PDF-1.7\nrien d'autre", "abîmé"),
    "other ending": (
        "rapport.docx",
        sent.a_pdf(),
        "Le contenu de ce fichier est de type «\xa0.pdf\xa0», mais son nom est «\xa0.docx\xa0».",
    ),
    "two endings": ("rapport.pdf.exe", sent.a_pdf(), "son nom est «\xa0.exe\xa0»"),
    "no ending": ("rapport", sent.a_pdf(), "sans extension"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_accepted(name: str) -> None:
    ending = "." + name.rsplit(".", 1)[1].lower().replace("jpeg", "jpg")
    assert type_of(GOOD[name], name) == TYPES[ending]


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_refused(trap: str) -> None:
    name, content, sentence = TRAPS[trap]
    with pytest.raises(Invalid) as refused:
        type_of(content, name)
    assert sentence in refused.value.fields["file"]
    assert refused.value.sentence == "Le fichier n’est pas déposé."


def test_the_traps_are_what_they_say() -> None:
    """A trap that holds nothing would be refused for another reason, or not tried at all."""
    assert b"#61vaScript" in sent.hidden_script()
    assert b"/JavaScript" in sent.with_script()
    assert b"/EmbeddedFile" in sent.with_attachment()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Rapport d’exercice.pdf", "Rapport d’exercice.pdf"),
        ("C:\\Users\\marie\\rapport.pdf", "rapport.pdf"),
        ("../../etc/passwd", "passwd"),
        ("/tmp/../rapport.pdf", "rapport.pdf"),
        ("rapport\u202efdp.exe", "rapportfdp.exe"),
        ("rap\x00port\r\nX-Evil: 1.pdf", "rapport X-Evil 1.pdf"),
        ('a"b<c>.pdf', "abc.pdf"),
        ("  plan   de\treprise .pdf ", "plan de reprise.pdf"),
        ("...pdf", "livrable.pdf"),
        (".pdf", "livrable.pdf"),
        ("", "livrable"),
        ("re\u0301sume\u0301.PDF", "résumé.pdf"),
    ],
)
def test_names_are_cleaned(typed: str, name: str) -> None:
    assert clean_name(typed, "livrable") == name


def test_a_long_name_keeps_its_beginning_and_its_ending() -> None:
    name = clean_name("Rapport de l’exercice de gestion de crise " * 20 + ".pdf")
    assert len(name) <= LONGEST
    assert re.fullmatch(r"Rapport de l’exercice.*\.pdf", name)
