"""Office files, which are archives: Word, Excel, PowerPoint, OpenDocument, without anything that runs. Pure."""

import re
import zipfile
from io import BytesIO

_MAIN_PARTS = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx"}
_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
# VBA, Excel 4 macros, ActiveX; OpenDocument's Basic and scripts.
_MACRO = re.compile(r"vbaproject|vbadata|macrosheets?/|activex/|^basic/|^scripts/", re.IGNORECASE)
# What a document carries inside it, unless it is the sheet of a chart.
_CARRIED = re.compile(r"(embeddings/.*(?<!\.xlsx)$)|^object [0-9]+$|oleobject", re.IGNORECASE)
_PROGRAM = re.compile(r"\.(exe|dll|com|scr|bat|cmd|ps1|vbs|js|jse|wsf|hta|msi|jar|lnk|sh|html?|svg)$", re.IGNORECASE)
_TYPES = "[Content_Types].xml"
_MOST_PARTS = 20_000
_MOST_OPENED = 500_000_000
_MOST_READ = 2_000_000

_MACROS = "Ce document contient des macros ou des contrôles actifs\xa0: enregistrez-le sans macro, ou en PDF."
_CARRIES = "Ce document contient un objet ou un programme incorporé\xa0: retirez-le, ou enregistrez le document en PDF."
_UNREADABLE = "Ce document est abîmé ou incomplet\xa0: ouvrez-le, enregistrez-le de nouveau, puis recommencez."
_ARCHIVE = "Les archives (zip) ne sont pas acceptées\xa0: déposez les documents un par un, chacun garde ses versions."
_BOMB = "Ce document est anormalement volumineux une fois ouvert\xa0: enregistrez-le en PDF."


def look(content: bytes) -> tuple[str, str]:
    """(ending of what it is, why it is refused or ""): only the list of parts and its short descriptions are read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _look(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return "", _UNREADABLE


def _look(archive: zipfile.ZipFile) -> tuple[str, str]:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    kind = _kind(archive, set(names))
    if not kind:
        return "", _ARCHIVE
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_OPENED:
        return kind, _BOMB
    if any(part.filename == _TYPES and part.file_size > _MOST_READ for part in parts):  # its end would not be read
        return kind, _BOMB
    if any(_MACRO.search(name) for name in names) or b"macroenabled" in _described(archive).lower():
        return kind, _MACROS
    if any(_CARRIED.search(name) or _PROGRAM.search(name) for name in names):
        return kind, _CARRIES
    return kind, ""


def _kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names:
        return _OPEN_DOCUMENTS.get(_read(archive, "mimetype").strip(), "")
    if _TYPES in names:
        return next((ending for part, ending in _MAIN_PARTS.items() if part in names), "")
    return ""


def _described(archive: zipfile.ZipFile) -> bytes:
    """What an Office file says of its parts' types."""
    return _read(archive, _TYPES) if _TYPES in archive.namelist() else b""


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_MOST_READ)
