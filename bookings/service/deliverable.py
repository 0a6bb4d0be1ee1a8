"""Deliverables: sent by the provider, read by the facility, shared with the GRADeS when the facility says so."""

from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from bookings.models import Deliverable, Mission
from bookings.permissions import PERMISSIONS
from bookings.queries import delivery as deliveries
from bookings.queries import mission as missions
from bookings.rules.delivery import LONGEST_LINE, OPEN_TO_FILES
from bookings.rules.file_type import MOST_BYTES, refusal, type_of
from bookings.service.delivery import await_answer
from kit import signing
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid, NotFound
from kit.file_name import clean_name
from kit.permissions import permit
from kit.storage import kept_first, storage
from kit.transaction import Tx, transaction

CLOSED = (
    "Cette mission n’attend plus de livrable\N{NO-BREAK SPACE}: elle est acceptée, annulée, ou n’a pas de prestataire."
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. `document` names the document it is a new version of ("" : the one of its own name)."""

    name: str
    content: BinaryIO
    document: str = ""
    note: str = ""


def add_deliverable(actor: Actor, mission_id: UUID, upload: Upload) -> Deliverable:
    """Keep a file as the next version of its document. It is on disk before it is announced.

    Added to a delivery that waits for its answer, it gives the facility its whole delay again. Raises Invalid (file,
    note) for what is not accepted, Conflict when the mission takes none.
    """
    permit(PERMISSIONS, actor, "deliverable.add")
    tenant_id = _check_open_to(actor, mission_id)
    content = upload.content.read(MOST_BYTES + 1)
    if not upload.name:
        raise refusal("Choisissez un fichier.")
    file_name = clean_name(upload.name, "livrable")
    content_type = type_of(content, file_name)
    note, deliverable_id, digest = _note(upload.note), uuid7(), signing.sha256(content)
    with kept_first(_place(tenant_id, deliverable_id), content), transaction(actor) as tx:
        mission = _get_open(tx, mission_id, lock=True)
        name = _document(tx, mission, upload.document, file_name)
        deliverable = Deliverable(
            id=deliverable_id,
            mission_id=mission.id,
            organisation_id=mission.organisation_id,
            provider_id=mission.provider_id,
            name=name,
            version=deliveries.last_version(tx.session, mission.id, name) + 1,
            file_name=file_name,
            content_type=content_type,
            size=len(content),
            sha256=digest,
            note=note,
            added_by=actor.user_id,
            added_at=tx.now,
        )
        mission.revision += 1
        if mission.state == "delivered":
            await_answer(tx, mission)
        tx.audit("deliverable.add", deliverable.id, mission=str(mission.id), sha256=digest)
        tx.emit("deliverable.add", deliverable.id, key=mission.state)
        return tx.add(deliverable)


def share_deliverable(actor: Actor, deliverable_id: UUID, shared: bool) -> Deliverable:
    """Let the GRADeS read a deliverable, or not any more. Twice is once."""
    with transaction(actor) as tx:
        deliverable = deliveries.get_deliverable(tx.session, tx.tenant_id, deliverable_id, lock=True)
        permit(PERMISSIONS, actor, "deliverable.share", deliverable)
        if shared != (deliverable.shared_at is not None):
            deliverable.shared_at = tx.now if shared else None
            tx.audit("deliverable.share", deliverable.id, shared=shared)
        return deliverable


def view_deliverable(actor: Actor, deliverable_id: UUID) -> Deliverable:
    """What is known of a deliverable that the actor may read. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        deliverable = deliveries.get_deliverable(tx.session, tx.tenant_id, deliverable_id)
        permit(PERMISSIONS, actor, "deliverable.view", deliverable)
        return deliverable


def read_deliverable(actor: Actor, deliverable_id: UUID) -> tuple[Deliverable, bytes]:
    """A deliverable and its content. Raises NotFound, also to strangers."""
    deliverable = view_deliverable(actor, deliverable_id)
    try:
        with storage().open(_place(deliverable.tenant_id, deliverable_id)) as file:
            return deliverable, file.read()
    except NotFound:
        with storage().open(_first_place(deliverable)) as file:
            return deliverable, file.read()


def _check_open_to(actor: Actor, mission_id: UUID) -> UUID:
    """Before a file is looked into, which takes time: whether its sender may send it at all. Returns the tenant."""
    with transaction(actor) as tx:
        return _get_open(tx, mission_id).tenant_id


def _get_open(tx: Tx, mission_id: UUID, lock: bool = False) -> Mission:
    mission = missions.get_mission(tx.session, tx.tenant_id, mission_id, lock)
    permit(PERMISSIONS, tx.actor, "mission.view", mission)
    to_come = Deliverable(organisation_id=mission.organisation_id, provider_id=mission.provider_id, shared_at=None)
    permit(PERMISSIONS, tx.actor, "deliverable.add", to_come)
    if mission.state not in OPEN_TO_FILES:
        raise Conflict(CLOSED)
    return mission


def _document(tx: Tx, mission: Mission, document: str, file_name: str) -> str:
    """The document a file is a version of: one that the mission has, or a new one under the file's name."""
    if not document:
        return file_name
    if not deliveries.last_version(tx.session, mission.id, document):
        raise Invalid("Le fichier n’est pas déposé.", {"document": "Ce document n’existe pas dans cette mission."})
    return document


def _note(typed: str) -> str:
    note = " ".join(typed.split())
    if len(note) > LONGEST_LINE:
        raise Invalid("Le fichier n’est pas déposé.", {"note": f"{LONGEST_LINE} caractères au plus."})
    return note


def _place(tenant_id: UUID, deliverable_id: UUID) -> str:
    """Where the storage keeps a deliverable: the end of its number, which is random, spreads the folders."""
    return f"deliverables/{tenant_id}/{deliverable_id.hex[-2:]}/{deliverable_id}"


def _first_place(deliverable: Deliverable) -> str:
    """Where the first versions of the portal kept one: under its SHA-256."""
    return f"deliverables/{deliverable.tenant_id}/{deliverable.sha256[:2]}/{deliverable.sha256}"
