"""A file sent as a proof: a PDF that does not act, or a picture; by its content and never by its name. Pure."""

from kit import pdf_file
from kit.errors import Invalid
from kit.file_name import split

MOST_BYTES = 5_000_000
ACCEPTED = "PDF, JPEG ou PNG, 5 Mo au plus."
ACCEPT = ".pdf,.jpg,.jpeg,.png"
TYPES = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}
_ENDINGS = {".jpeg": ".jpg"}
_NOT_SENT = "Votre demande n’est pas envoyée."
# What a picture must have inside, beyond its first bytes: its size (PNG: IHDR; JPEG: a frame) and its end.
_JPEG_FRAMES = tuple(b"\xff" + bytes([code]) for code in (0xC0, 0xC1, 0xC2))


def type_of(content: bytes, name: str) -> str:
    """The media type of a proof sent under a cleaned name.

    Raises Invalid (field `file`): empty, too heavy, of another kind whatever its name says, or a PDF that acts.
    """
    if not content:
        raise _refusal("Ce fichier est vide.")
    if len(content) > MOST_BYTES:
        raise _refusal("Ce fichier dépasse 5 Mo : réduisez l’image, ou n’envoyez que la page utile.")
    kind = _kind(content)
    if kind == ".pdf":
        fault = pdf_file.fault(content)
        if fault:
            raise _refusal(fault)
    _, ending = split(name)
    if _ENDINGS.get(ending, ending) != kind:
        wrong = f"« {ending} »" if ending else "sans extension"
        raise _refusal(f"Le contenu de ce fichier est de type « {kind} », mais son nom est {wrong}.")
    return TYPES[kind]


def _kind(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return ".pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and b"IEND" in content[-12:]:
        return ".png"
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content and any(one in content for one in _JPEG_FRAMES):
        return ".jpg"
    raise _refusal(f"Ce fichier n’est pas d’un type accepté : {ACCEPTED}")


def _refusal(sentence: str) -> Invalid:
    return Invalid(_NOT_SENT, {"file": sentence})
