"""Steps shared by everything that a provider's file holds: put in, changed as it was read, taken out."""

from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from kit.db import uuid7
from kit.errors import Stale
from kit.transaction import Tx
from services_catalog.models import Consultant, Insurance, Qualification, Subcontractor
from services_catalog.queries.provider_file import Filed, get_filed
from services_catalog.rules import papers, validity
from services_catalog.rules.papers import Paper
from services_catalog.service.today import today, zone_of

KINDS: dict[type[Any], type[Any]] = {
    Qualification: papers.QualificationPaper,
    Insurance: papers.InsurancePaper,
    Subcontractor: papers.SubcontractorPaper,
    Consultant: papers.ConsultantPaper,
}


def paper_of(filed: Qualification | Insurance | Subcontractor | Consultant) -> Paper:
    """What a row says."""
    kind = KINDS[type(filed)]
    paper: Paper = kind(**{field.name: getattr(filed, field.name) for field in fields(kind)})
    return paper


def tag_of(filed: Qualification | Insurance | Subcontractor | Consultant) -> str:
    """What a row says, in sixteen characters: whoever changes it says which one they read."""
    return papers.tag(paper_of(filed))


def put(tx: Tx, kind: type[Filed], provider_id: UUID, paper: Paper) -> Filed:
    """Add it to the file."""
    filed: Filed = tx.add(kind(id=uuid7(), provider_id=provider_id, **asdict(paper)))
    tx.audit(f"{kind.__tablename__}.write", filed.id, provider=str(provider_id), made=True)
    return filed


def change(tx: Tx, kind: type[Filed], provider_id: UUID, filed_id: UUID, paper: Paper, read: str) -> Filed:
    """Write it anew. Raises NotFound, Stale when it is not the one that was `read` any more."""
    filed = take(tx, kind, provider_id, filed_id, read)
    for name, value in asdict(paper).items():
        setattr(filed, name, value)
    tx.audit(f"{kind.__tablename__}.write", filed.id, provider=str(provider_id))
    return filed


def take(tx: Tx, kind: type[Filed], provider_id: UUID, filed_id: UUID, read: str) -> Filed:
    """The row, locked, as it was `read`. Raises NotFound, Stale."""
    filed = get_filed(tx.session, tx.tenant_id, kind, provider_id, filed_id, lock=True)
    if tag_of(filed) != read:
        raise Stale("Quelqu’un l’a modifié pendant votre saisie\N{NO-BREAK SPACE}: relisez la fiche, puis enregistrez.")
    return filed


def remove(tx: Tx, kind: type[Filed], provider_id: UUID, filed_id: UUID, read: str) -> None:
    """Take it out of the file. Raises NotFound, Stale."""
    tx.session.delete(take(tx, kind, provider_id, filed_id, read))
    tx.audit(f"{kind.__tablename__}.write", filed_id, provider=str(provider_id), removed=True)


def announce_end(tx: Tx, filed: Qualification | Insurance) -> None:
    """Set (or move) the hours at which the end is announced; none when it is over already."""
    topic = ends_soon(filed)
    tx.undue(topic, filed.id)
    if filed.ends_on >= today(tx):
        for key, at in validity.notices(filed.ends_on, zone_of(tx).key):
            tx.due(topic, filed.id, at, key)


def ends_soon(filed: Qualification | Insurance) -> str:
    """The topic of its end."""
    return f"{filed.__tablename__}.ends_soon"
