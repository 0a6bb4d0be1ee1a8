"""A file that somebody joins: what it must be to be kept, where it is kept, and who may open it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from campaigns.rules.form import FormField, files
from campaigns.rules.form.reading import Value
from kit import file_type
from kit.errors import Conflict, Invalid
from kit.french import NBSP, count, weight

NOT_JOINED = "Le fichier n’est pas joint."
MOST_A_DAY = 200  # looking into a file costs: so many by person and by day, right or wrong
MOST_UPLOADS = 20  # under way at once in one file
KEPT_UNFINISHED = timedelta(hours=24)
PIECE_BYTES = 1_000_000  # what the page sends at once; a server takes twice as much
MOST_PIECE_BYTES = 2_000_000
INFECTED = f"Un programme malveillant a été trouvé dans ce fichier{NBSP}: personne ne peut l’ouvrir."
PENDING = "Ce fichier attend son analyse par l’antivirus. Réessayez dans quelques minutes."
CUT = "Ce fichier n’est pas arrivé entier. Recommencez."


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was looked into: its cleaned name, its media type, its bytes."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Joined:
    """An attachment as permissions see it: whose it is, and since when the authority may read it."""

    organisation_id: UUID
    submitted_at: datetime | None


def place(tenant_id: UUID, attachment_id: UUID) -> str:
    """Where the storage keeps an attachment: the end of its number, which is random, spreads the folders."""
    return f"attachments/{tenant_id}/{attachment_id.hex[-2:]}/{attachment_id}"


def piece_place(tenant_id: UUID, upload_id: UUID, offset: int, sha256: str) -> str:
    """Where a piece waits. Two machines that receive the same one write the same name, others another."""
    return f"pieces/{tenant_id}/{upload_id}/{offset:012}-{sha256}"


def look(field: FormField, content: bytes, name: str) -> Sent:
    """A file that may be kept under a cleaned name. Raises Invalid, by the field's key, with what to do."""
    check_size(field, len(content))
    ending, fault = file_type.look(content, name)
    fault = fault or file_type.cut_picture(content, ending)
    if not fault and ending not in field.kinds:
        fault = f"Ce type de fichier n’est pas accepté ici. {_expected(field)}"
    fault = fault or file_type.misnamed(ending, name)
    if fault:
        raise refusal(field, fault)
    return Sent(name, file_type.TYPES[ending], content)


def check_announced(field: FormField, name: str, size: int) -> None:
    """Raise Invalid for what could not be kept whatever comes: nobody waits for the last piece to be told."""
    check_size(field, size)
    if file_type.ending_of(name) not in field.kinds:
        raise refusal(field, f"Ce type de fichier n’est pas accepté ici. {_expected(field)}")


def check_size(field: FormField, size: int) -> None:
    """Raise Invalid when there is nothing, or too much."""
    if size <= 0:
        raise refusal(field, f"Ce fichier est vide{NBSP}: choisissez-en un autre.")
    if size > field.max_bytes:
        most = weight(field.max_bytes).replace(",0", "")
        raise refusal(field, f"Ce fichier dépasse {most}{NBSP}: allégez ses images, ou n’envoyez que les pages utiles.")


def check_room(field: FormField, value: Value) -> None:
    """Raise Conflict when the question has all its files."""
    if len(files.entries(value)) >= files.most(field):
        many = count(files.most(field), "fichier")
        raise Conflict(f"Cette question reçoit {many} au plus{NBSP}: retirez-en d’abord un.")


def check_open(state: str, is_own: bool) -> None:
    """Raise Conflict for a file that is not handed out. Whoever sent one may read it again while it waits."""
    if state == "infected":
        raise Conflict(INFECTED)
    if state == "pending" and not is_own:
        raise Conflict(PENDING)


def refusal(field: FormField, sentence: str) -> Invalid:
    """Why a file is not kept."""
    return Invalid(NOT_JOINED, {field.key: sentence})


def _expected(field: FormField) -> str:
    return f"Attendu{NBSP}: {files.accepted(field)}"
