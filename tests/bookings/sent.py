"""Files that people send: good ones, and each trap, made of bytes here."""

import io
import zipfile
from collections.abc import Mapping

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 512


def a_pdf(**root: DictionaryObject) -> bytes:
    """A PDF of one page; `root` adds to its catalogue."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for key, value in root.items():
        writer.root_object[NameObject(f"/{key}")] = value
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """What a writer writes."""
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def an_action(kind: str, **more: str) -> DictionaryObject:
    """A PDF action."""
    action = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})
    action.update({NameObject(f"/{key}"): TextStringObject(text) for key, text in more.items()})
    return action


def with_script() -> bytes:
    """A PDF that runs JavaScript when it is opened."""
    return a_pdf(OpenAction=an_action("JavaScript", JS="app.alert(1)"))


def with_launch() -> bytes:
    """A PDF that launches a program."""
    return a_pdf(OpenAction=an_action("Launch", F="cmd.exe"))


def with_attachment() -> bytes:
    """A PDF that carries a file."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_attachment("outil.exe", PROGRAM)
    return written(writer)


def with_password() -> bytes:
    """A PDF that nobody reads without its password."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="AES-256")
    return written(writer)


def hidden_script() -> bytes:
    """JavaScript far from the catalogue, its name escaped, as those who hide it write it."""
    return a_pdf().replace(
        b"/Type /Page\n", b"/Type /Page\n/AA << /O << /S /J#61vaScript /J#53 (app.alert\\(1\\)) >> >>\n"
    )


def an_archive(parts: Mapping[str, bytes]) -> bytes:
    """A zip."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def an_office_file(main: str = "word/document.xml", described: str = WORD, **parts: bytes) -> bytes:
    """A Word, Excel or PowerPoint file; `parts` by name, their slashes written as __."""
    more = {name.replace("__", "/"): content for name, content in parts.items()}
    types = f'<Types><Override PartName="/{main}" ContentType="{described}"/></Types>'
    return an_archive({"[Content_Types].xml": types.encode(), main: b"<document/>"} | more)


def an_open_document(kind: str = "text", **parts: bytes) -> bytes:
    """An OpenDocument file."""
    more = {name.replace("__", "/"): content for name, content in parts.items()}
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return an_archive({"mimetype": mimetype.encode(), "content.xml": b"<office/>"} | more)
