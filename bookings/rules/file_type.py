"""What a file is, by its content and never by its name; what is dangerous, or not what it says, is refused. Pure."""

from bookings.rules import office_file, text_file
from kit import pdf_file
from kit.errors import Invalid
from kit.file_name import split

MOST_BYTES = 25_000_000
ACCEPTED = "PDF, Word, Excel, PowerPoint, OpenDocument (texte ou tableur), image PNG ou JPEG, CSV ou texte"
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
ACCEPT = ",".join([*TYPES, *ENDINGS])
_NOTHING_KEPT = "Le fichier n’est pas déposé."
_EXECUTABLES = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa", b"\xca\xfe\xba\xbe")


def type_of(content: bytes, name: str) -> str:
    """The media type of what somebody sends under a cleaned name.

    Raises Invalid (field `file`) with the reason: empty, too heavy, of a kind that is not accepted, with something that
    could run inside, or with an ending that is not its content's.
    """
    check_size(len(content))
    kind = _kind(content)
    _, ending = split(name)
    ending = ENDINGS.get(ending, ending)
    if kind == ".txt" and ending == ".csv":
        kind = ".csv"
    if ending != kind:
        wrong = f"«\xa0{ending}\xa0»" if ending else "sans extension"
        raise refusal(f"Le contenu de ce fichier est de type «\xa0{kind}\xa0», mais son nom est {wrong}.")
    return TYPES[kind]


def check_size(size: int) -> None:
    """Raise Invalid when there is nothing, or too much."""
    if size == 0:
        raise refusal("Ce fichier est vide.")
    if size > MOST_BYTES:
        raise refusal("Ce fichier dépasse 25 Mo\xa0: allégez ses images, ou déposez-le en plusieurs parties.")


def refusal(sentence: str) -> Invalid:
    """Why a file is not kept."""
    return Invalid(_NOTHING_KEPT, {"file": sentence})


def _kind(content: bytes) -> str:
    """The ending of what the content is."""
    if content.startswith(b"%PDF-"):
        return _checked(".pdf", pdf_file.fault(content))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if content.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if content.startswith(b"PK\x03\x04"):
        kind, fault = office_file.look(content)
        return _checked(kind, fault)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise refusal(
            "Ce document est dans un format ancien (doc, xls, ppt) ou protégé par un mot de passe\xa0: "
            "enregistrez-le sans mot de passe en docx, xlsx, pptx ou PDF."
        )
    if content.startswith(_EXECUTABLES) and b"\0" in content[:64]:
        raise refusal(f"Ce fichier est un programme. Formats acceptés\xa0: {ACCEPTED}.")
    return _checked(".txt", text_file.fault(content) or "")


def _checked(kind: str, fault: str) -> str:
    if fault:
        raise refusal(fault)
    return kind
