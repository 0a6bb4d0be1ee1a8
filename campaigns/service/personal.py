"""What campaigns keep of people, for whoever asks to see theirs; and how a file forgets who was its référent."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from campaigns.models import (
    AnswerRevision,
    Attachment,
    AttachmentUpload,
    Award,
    CampaignVersion,
    Candidacy,
    Decision,
    Review,
    Submission,
)
from kit.transaction import Tx
from tenants.queries.trace import Trace, blank_contacts
from tenants.rules.person import Person

INSTRUCTION = "Savoir qui a publié, instruit et décidé"
FILE = "Instruire la candidature, prouver ce qui a été déposé et quand"
UNFINISHED = (
    "Reprendre un envoi coupé\N{NO-BREAK SPACE}: ce qui est arrivé est gardé 24 heures, et n’est pas dans cette copie"
)
TRACES = (
    Trace(
        AnswerRevision,
        "Réponses écrites dans des dossiers",
        FILE,
        by=("saved_by",),
        shown={
            "candidacy_id": "Dossier (identifiant)",
            "field": "Champ",
            "revision": "Révision",
            "value": "Réponse",
            "saved_at": "Écrite le",
        },
    ),
    Trace(
        Attachment,
        "Fichiers joints à des dossiers",
        FILE,
        by=("added_by",),
        shown={
            "candidacy_id": "Dossier (identifiant)",
            "field": "Champ",
            "name": "Nom",
            "size": "Taille (octets)",
            "sha256": "Empreinte",
            "added_at": "Joint le",
        },
    ),
    Trace(
        AttachmentUpload,
        "Envois de fichiers commencés",
        UNFINISHED,
        by=("begun_by",),
        shown={
            "candidacy_id": "Dossier (identifiant)",
            "name": "Nom",
            "size": "Taille annoncée (octets)",
            "received": "Octets reçus",
            "begun_at": "Commencé le",
        },
    ),
    Trace(
        Submission,
        "Dossiers déposés",
        FILE,
        by=("submitted_by",),
        shown={
            "candidacy_id": "Dossier (identifiant)",
            "number": "Dépôt",
            "received_at": "Reçu le",
            "content": "Contenu déposé",
            "sha256": "Empreinte",
        },
    ),
    Trace(
        Award,
        "Attributions confirmées, et vous comme référent",
        "Suivre le parcours, savoir à qui s’adresser",
        by=("confirmed_by",),
        contact=("referent",),
        shown={"candidacy_id": "Dossier (identifiant)", "confirmed_at": "Confirmée le", "referent": "Référent"},
    ),
    Trace(
        CampaignVersion,
        "Appels écrits",
        INSTRUCTION,
        by=("author_id",),
        shown={"campaign_id": "Appel (identifiant)", "number": "Version", "created_at": "Écrite le"},
    ),
    Trace(
        Review,
        "Dossiers confiés pour instruction",
        INSTRUCTION,
        by=("assignee_id",),
        shown={"candidacy_id": "Dossier (identifiant)", "note": "Note", "score": "Score", "saved_at": "Écrite le"},
    ),
    Trace(
        Decision,
        "Décisions prises",
        INSTRUCTION,
        by=("decided_by",),
        shown={
            "candidacy_id": "Dossier (identifiant)",
            "outcome": "Décision",
            "motive": "Motif",
            "decided_at": "Prise le",
        },
    ),
)
_REFERENT = ("referent.name", "referent.function", "referent.email", "referent.phone")


def files_naming(session: Session, person: Person) -> int:
    """How many files under way name the person as their référent: their organisms must name another."""
    if not person.email:
        return 0
    under_way = Candidacy.state.in_(("draft", "submitted"))
    return session.scalar(select(func.count()).where(_names(person), under_way)) or 0


def erase(tx: Tx, person: Person) -> dict[str, int]:
    """Forget the référent of the files that name the person, with what was typed of them; how many rows, by table.

    What was submitted stays as the receipt says, until the end of its period.
    """
    done = blank_contacts(tx.session, person, TRACES)
    if not person.email:
        return done
    kept: Any = Candidacy.answers
    for key in _REFERENT:
        kept = kept.op("-")(key)
    held = list(tx.session.scalars(select(Candidacy.id).where(_names(person)).with_for_update()))
    of_files = update(Candidacy).where(Candidacy.id.in_(held)).values(answers=kept, revision=Candidacy.revision + 1)
    tx.session.execute(of_files.execution_options(synchronize_session=False))
    typed = AnswerRevision.field == "referent.email"
    mine = and_(typed, func.lower(cast(AnswerRevision.value, Text)) == f'"{person.email}"')
    said = select(AnswerRevision.candidacy_id).where(mine)
    old = delete(AnswerRevision).where(
        AnswerRevision.field.in_(_REFERENT),
        or_(AnswerRevision.candidacy_id.in_(held), AnswerRevision.candidacy_id.in_(said)),
    )
    gone = tx.session.execute(old.returning(AnswerRevision.field).execution_options(synchronize_session=False)).all()
    figures = {"candidacy": len(held), "answer_revision": len(gone)}
    return done | {name: count for name, count in figures.items() if count}


def _names(person: Person) -> ColumnElement[bool]:
    return func.lower(Candidacy.answers["referent.email"].astext) == person.email
