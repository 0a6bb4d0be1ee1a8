"""What a file is, by its content and never by its name; what could run, or is not what it says, is refused. Pure."""

from kit import office_file, pdf_file, text_file
from kit.file_name import split

TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
ENDINGS = {".jpeg": ".jpg"}
_EXECUTABLES = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"\xca\xfe\xba\xbe")
_OLD_OFFICE = (
    "Ce document est dans un format ancien (doc, xls, ppt) ou protégé par un mot de passe\xa0: "
    "enregistrez-le sans mot de passe en docx, xlsx, pptx ou PDF."
)
_PROGRAM = "Ce fichier est un programme\xa0: il n’est pas accepté."
_CUT = "Cette image est abîmée ou incomplète\xa0: ouvrez-la, enregistrez-la de nouveau, puis recommencez."
# What a picture has inside, beyond its first bytes: its size (PNG: IHDR; JPEG: a frame) and its end.
_JPEG_FRAMES = tuple(b"\xff" + bytes([code]) for code in (0xC0, 0xC1, 0xC2))


def look(content: bytes, name: str) -> tuple[str, str]:
    """(ending of what the content is, why it is refused or ""). `name`, cleaned, only tells a CSV from another text."""
    if content.startswith(b"%PDF-"):
        return ".pdf", pdf_file.fault(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png", ""
    if content.startswith(b"\xff\xd8\xff"):
        return ".jpg", ""
    if content.startswith(b"PK\x03\x04"):
        return office_file.look(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "", _OLD_OFFICE
    if content.startswith(_EXECUTABLES) and b"\0" in content[:64]:
        return "", _PROGRAM
    return ".csv" if ending_of(name) == ".csv" else ".txt", text_file.fault(content)


def ending_of(name: str) -> str:
    """The ending that a name says, the usual one where there are two (« .jpeg » is « .jpg »)."""
    _, ending = split(name)
    return ENDINGS.get(ending, ending)


def misnamed(ending: str, name: str) -> str:
    """Why a name is refused: it says another type than the content's. "" when they agree."""
    said = ending_of(name)
    if said == ending:
        return ""
    wrong = f"«\xa0{said}\xa0»" if said else "sans extension"
    return f"Le contenu de ce fichier est de type «\xa0{ending}\xa0», mais son nom est {wrong}."


def cut_picture(content: bytes, ending: str) -> str:
    """Why a PNG or a JPEG is refused: something is missing inside, or its end; "" when it is whole, or no picture."""
    if ending == ".png":
        return "" if content[12:16] == b"IHDR" and b"IEND" in content[-12:] else _CUT
    if ending == ".jpg":
        return "" if b"\xff\xd9" in content and any(one in content for one in _JPEG_FRAMES) else _CUT
    return ""
