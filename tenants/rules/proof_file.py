"""A file sent as a proof: a PDF that does not act, or a picture; by its content and never by its name. Pure."""

from kit import file_type, pdf_file
from kit.errors import Invalid

MOST_BYTES = 5_000_000
ACCEPTED = "PDF, JPEG ou PNG, 5 Mo au plus."
ACCEPT = ".pdf,.jpg,.jpeg,.png"
TYPES = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}
_NOT_SENT = "Votre demande n’est pas envoyée."
_PICTURES = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}


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
    wrong = file_type.misnamed(kind, name)
    if wrong:
        raise _refusal(wrong)
    return TYPES[kind]


def _kind(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return ".pdf"
    for begins, kind in _PICTURES.items():
        if content.startswith(begins) and not file_type.cut_picture(content, kind):
            return kind
    raise _refusal(f"Ce fichier n’est pas d’un type accepté : {ACCEPTED}")


def _refusal(sentence: str) -> Invalid:
    return Invalid(_NOT_SENT, {"file": sentence})
