"""Erasing somebody from a portal: what it will do and what will stay, said first; decided by the GRADeS; then done.

Deciding gives up every place at once and ends the sessions. The rest is a worker's (privacy.service.erasing).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from bookings.service.personal import missions_of, orders_naming
from campaigns.service.personal import files_naming
from kit.actor import Actor
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import NBSP, count
from kit.permissions import permit
from kit.transaction import Tx, transaction
from privacy.models import PrivacyRequest
from privacy.permissions import PERMISSIONS
from privacy.queries import request as queries
from privacy.queries.mentions import count_mentions
from privacy.rules.kept import KEPT
from privacy.rules.names import is_searchable
from privacy.rules.states import REQUEST
from privacy.service.collecting import words_of
from services_catalog.models import Consultant
from tenants.models import Membership, OrganisationMember, User
from tenants.queries.person import list_roles
from tenants.rules.person import Person
from tenants.service.leaving import LastOwner, leave_portal, owned_alone
from tenants.service.role import keep_a_manager
from tenants.service.standing import lock_portal, standing

MOST_SPELLINGS = 10
ONESELF = "Personne n’efface son propre compte d’ici\N{NO-BREAK SPACE}: demandez-le à un autre gestionnaire du GRADeS."


@dataclass(frozen=True, slots=True)
class Stays:
    """Rows that will go on naming the person, and the law that wants it."""

    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure would do. `blockers` come first; `warnings` are for the organisms; `stays` is told to the person.

    `homonym`: somebody else here bears the same name, so that it is left in what people wrote.
    """

    request: PrivacyRequest
    person: Person
    alone: Sequence[LastOwner]
    blockers: Sequence[str]
    warnings: Sequence[str]
    replaced: int
    stays: Sequence[Stays]
    homonym: bool


def plan_erasure(actor: Actor, request_id: UUID) -> Plan:
    """What erasing the person of a request would do, now. Changes nothing. Raises NotFound."""
    with transaction(actor) as tx:
        row = queries.get_request(tx.session, tx.tenant_id, request_id)
        permit(PERMISSIONS, actor, "privacy_request.list", row)
        person, homonym = person_of(tx, row)
        words = words_of(person)
        found = count_mentions(tx.session, words, kept=True)
        reasons: dict[str, int] = {}
        for table, rows in found.items():
            reason = KEPT.get(table) or next(why for key, why in KEPT.items() if key.startswith(f"{table}."))
            reasons[reason] = reasons.get(reason, 0) + rows
        return Plan(
            row,
            person,
            owned_alone(tx, person.user_id) if person.user_id else [],
            blockers(tx, person),
            _warnings(tx.session, person),
            sum(count_mentions(tx.session, words).values()),
            [Stays(reason, rows) for reason, rows in reasons.items()],
            homonym,
        )


def decide(actor: Actor, request_id: UUID, heirs: Mapping[UUID, UUID | None], spellings: Sequence[str]) -> None:
    """Erase: places are given up now, a worker does the rest. `spellings` are other ways to write the name.

    Raises Conflict with what is in the way, Invalid (heir-<organisation>, spellings), NotFound.
    """
    others = check_spellings(spellings)
    with transaction(actor) as tx:
        row = queries.get_request(tx.session, tx.tenant_id, request_id, lock=True)
        lock_portal(tx)
        permit(PERMISSIONS, standing(tx), "privacy_request.erase", row)
        if row.kind != "erasure":
            raise Conflict("Cette demande n’est pas une demande d’effacement.")
        REQUEST.target(row.state, "erase")
        row.spellings = others
        person, _ = person_of(tx, row)
        found = blockers(tx, person)
        if found:
            raise Conflict(" ".join(found))
        figures = leave_portal(tx, person.user_id, heirs) if person.user_id else {}
        # The account forgets its name before the rest is looked through: from here on the request knows it.
        row.spellings = [name for name in person.names if name != row.name]
        row.outcome = {"done": figures}
        row.revision += 1
        tx.advance(row, REQUEST, "erase", done=figures)


def person_of(tx: Tx, row: PrivacyRequest) -> tuple[Person, bool]:
    """The person of a request, and whether somebody else here bears the same name: the address alone is then safe."""
    user = tx.session.get(User, row.user_id) if row.user_id else None
    known = user is not None and user.erased_at is None
    names = [row.name, *([user.name] if user is not None and known else [])]
    homonym = any(_shared(tx.session, row.user_id, row.email, name) for name in names if is_searchable(name))
    kept = [] if homonym else names
    return Person(row.user_id, row.email.lower(), tuple(dict.fromkeys([*kept, *row.spellings]))), homonym


def blockers(tx: Tx, person: Person) -> list[str]:
    """What must be settled before: nothing of it is a reason to refuse, only an order in which to do things."""
    found = []
    if person.user_id is not None and person.user_id == tx.actor.user_id:
        found.append(ONESELF)
    if person.user_id is not None:
        try:
            for role in list_roles(tx.session, tx.tenant_id, person.user_id):
                keep_a_manager(tx, person.user_id, role)
        except CrrcError as fault:
            found.append(fault.sentence)
    missions = missions_of(tx.session, person)
    if missions:
        found.append(
            f"Cette personne est attendue sur {count(missions, 'mission')}{NBSP}: le prestataire doit d’abord nommer "
            "quelqu’un d’autre."
        )
    return found


def _warnings(session: Session, person: Person) -> list[str]:
    said = []
    if files := files_naming(session, person):
        said.append(f"Référent de {count(files, 'dossier')} en cours{NBSP}: l’organisme devra en nommer un autre.")
    if orders := orders_naming(session, person):
        said.append(f"Contact de {count(orders, 'commande')} en cours{NBSP}: l’organisme devra en donner un autre.")
    return said


def _shared(session: Session, user_id: UUID | None, email: str, name: str) -> bool:
    """Whether another account with a place here, or another consultant, has this name."""
    same = func.lower(User.name) == name.lower()
    here = or_(
        User.id.in_(select(Membership.user_id)),
        User.id.in_(select(OrganisationMember.user_id)),
    )
    others = select(User.id).where(same, here, User.id != user_id if user_id else User.email_norm != email)
    consultants = select(Consultant.id).where(
        func.lower(Consultant.name) == name.lower(),
        func.lower(Consultant.email) != email,
        Consultant.user_id.is_distinct_from(user_id) if user_id else true(),
    )
    return bool(session.scalar(select(others.exists() | consultants.exists())))


def check_spellings(typed: Sequence[str]) -> list[str]:
    """Other spellings, one a line. Raises Invalid (spellings): too short, a word would be erased from other words."""
    said = [" ".join(one.split()) for one in typed if one.strip()]
    wrong = next((one for one in said if not is_searchable(one) or len(one) > 120), None)
    fault = None
    if len(said) > MOST_SPELLINGS:
        fault = f"{MOST_SPELLINGS} autres écritures au plus."
    elif wrong is not None:
        fault = f"«\xa0{wrong[:60]}\xa0»{NBSP}: écrivez au moins un prénom et un nom, sur une ligne."
    if fault:
        raise Invalid(fault, {"spellings": fault})
    return said
