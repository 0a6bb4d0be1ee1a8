"""What a deliverable may be: its size and its type, by its content (kit.file_type). Pure."""

from kit import file_type
from kit.errors import Invalid
from kit.file_type import ENDINGS, TYPES

MOST_BYTES = 25_000_000
ACCEPTED = "PDF, Word, Excel, PowerPoint, OpenDocument (texte ou tableur), image PNG ou JPEG, CSV ou texte"
ACCEPT = ",".join([*TYPES, *ENDINGS])
_NOTHING_KEPT = "Le fichier n’est pas déposé."


def type_of(content: bytes, name: str) -> str:
    """The media type of what somebody sends under a cleaned name.

    Raises Invalid (field `file`) with the reason: empty, too heavy, of a kind that is not accepted, with something that
    could run inside, or with an ending that is not its content's.
    """
    check_size(len(content))
    ending, fault = file_type.look(content, name)
    fault = fault or file_type.misnamed(ending, name)
    if fault:
        raise refusal(fault)
    return TYPES[ending]


def check_size(size: int) -> None:
    """Raise Invalid when there is nothing, or too much."""
    if size == 0:
        raise refusal("Ce fichier est vide.")
    if size > MOST_BYTES:
        raise refusal("Ce fichier dépasse 25 Mo\xa0: allégez ses images, ou déposez-le en plusieurs parties.")


def refusal(sentence: str) -> Invalid:
    """Why a file is not kept."""
    return Invalid(_NOTHING_KEPT, {"file": sentence})
