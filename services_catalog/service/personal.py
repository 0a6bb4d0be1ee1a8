"""What the catalogue keeps of people, for whoever asks to see theirs; and how a consultant is forgotten."""

from sqlalchemy import ColumnElement, Text, cast, false, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from kit.db import uuid7
from kit.transaction import Tx
from services_catalog.models import Consultant, PriceRevision, PriceSchedule, Provider, ServiceVersion
from tenants.queries.trace import Trace
from tenants.rules.person import ERASED_NAME, Person, pseudonym

PUBLISHED = "Savoir qui a publié une prestation ou un prix"
TRACES = (
    Trace(
        Consultant,
        "Vous comme consultant d’un prestataire",
        "Savoir qui fait les missions, et joindre cette personne",
        by=("user_id",),
        email=("email",),
        shown={"name": "Nom", "email": "Adresse", "department": "Département", "active": "En activité"},
    ),
    Trace(
        ServiceVersion,
        "Prestations publiées",
        PUBLISHED,
        by=("author_id",),
        shown={"title": "Prestation", "number": "Version", "published_at": "Publiée le"},
    ),
    Trace(
        PriceSchedule,
        "Bordereaux de prix importés",
        PUBLISHED,
        by=("author_id",),
        shown={"file_name": "Fichier", "number": "Numéro", "imported_at": "Importé le"},
    ),
    Trace(
        PriceRevision,
        "Révisions de prix décidées",
        PUBLISHED,
        by=("author_id",),
        shown={"starts_on": "À partir du", "index_value": "Indice", "decided_at": "Décidée le"},
    ),
)


def consultants_of(session: Session, person: Person) -> list[Consultant]:
    """The person's entries in providers' teams."""
    return list(session.scalars(select(Consultant).where(TRACES[0].of(person))))


def erase(tx: Tx, person: Person) -> dict[str, int]:
    """Nobody in the place of the consultant, who works no more; in the providers' contacts too. How many, by table."""
    done = consultants_of(tx.session, person)
    for one in done:
        one.name, one.email, one.user_id, one.active = ERASED_NAME, pseudonym(uuid7()), None, False
    teams = list(tx.session.scalars(select(Provider).where(_in_contacts(person)).with_for_update()))
    for team in teams:
        team.contacts = [one for one in team.contacts if str(one.get("email", "")).lower() != person.email]
        team.revision += 1
    figures = {"consultant": len(done), "provider": len(teams)}
    return {name: count for name, count in figures.items() if count}


def _in_contacts(person: Person) -> ColumnElement[bool]:
    if not person.email:
        return false()
    addresses = cast(func.jsonb_path_query_array(Provider.contacts, cast("$[*].email", JSONPATH)), Text)
    return func.lower(addresses).contains(f'"{person.email}"', autoescape=True)
