"""Everything that is kept of one person in a portal: from every package, then wherever they are merely named."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from billing.service.personal import TRACES as OF_BILLING
from bookings.service.personal import TRACES as OF_BOOKINGS
from campaigns.service.personal import TRACES as OF_CAMPAIGNS
from kit.audit import AuditLine
from kit.transaction import Tx
from notifications.service.personal import TRACES as OF_NOTICES
from privacy.models import (
    Breach,
    BreachRevision,
    PersonalExport,
    PrivacyRequest,
    ProcessingVersion,
    RetentionPolicy,
)
from privacy.queries.mentions import Words, count_mentions
from privacy.rules.names import email_pattern, name_pattern
from services_catalog.service.personal import TRACES as OF_CATALOGUE
from tenants.models import ExternalIdentity, Passkey, RecoveryCode, Session, TotpSecret, User
from tenants.queries.trace import Trace, collect
from tenants.rules.person import ERASED_NAME, Person
from tenants.service.personal import TRACES as OF_TENANTS

DUTIES = "Tenir le registre, répondre aux demandes, noter les violations"
OUR_OWN = (
    Trace(
        PrivacyRequest,
        "Demandes de droits",
        "Répondre, et pouvoir le prouver",
        by=("user_id",),
        email=("email",),
        shown={
            "number": "Numéro",
            "kind": "Droit",
            "received_on": "Reçue le",
            "due_on": "Réponse avant le",
            "state": "État",
            "details": "Demande",
            "answer": "Réponse",
        },
    ),
    Trace(  # others' requests: what they asked is theirs (RGPD 15.4)
        PrivacyRequest,
        "Demandes de droits auxquelles vous avez répondu",
        "Répondre, et pouvoir le prouver",
        by=("recorded_by", "closed_by"),
        shown={"number": "Numéro", "kind": "Droit", "received_on": "Reçue le", "closed_at": "Close le"},
    ),
    Trace(
        PersonalExport,
        "Copies de données demandées",
        "Vous donner une copie",
        by=("user_id",),
        shown={"asked_at": "Demandée le", "state": "État", "expires_at": "Expire le"},
    ),
    Trace(
        ProcessingVersion,
        "Registre des traitements",
        DUTIES,
        by=("author_id",),
        shown={"key": "Traitement", "number": "Version", "saved_at": "Écrite le"},
    ),
    Trace(
        RetentionPolicy,
        "Durées de conservation adoptées",
        DUTIES,
        by=("adopted_by",),
        shown={"revision": "Version", "adopted_at": "Adoptées le"},
    ),
    Trace(Breach, "Violations notées", DUTIES, by=("created_by",), shown={"number": "Numéro", "created_at": "Le"}),
    Trace(
        BreachRevision,
        "Cahier des violations",
        DUTIES,
        by=("author_id",),
        shown={"breach_id": "Violation (identifiant)", "revision": "Version", "saved_at": "Écrite le"},
    ),
    Trace(
        AuditLine,
        "Journal de vos actions",
        "Sécurité\N{NO-BREAK SPACE}: savoir qui a fait quoi",
        by=("actor_id",),
        shown={"at": "Le", "action": "Action", "subject_id": "Sur (identifiant)", "ip": "Depuis l’adresse"},
    ),
)
# The account itself, whatever the portal.
ACCOUNT = (
    Trace(
        User,
        "Compte",
        "Vous reconnaître, vous écrire",
        by=("id",),
        shown={"email": "Adresse électronique", "name": "Nom", "created_at": "Ouvert le"},
    ),
    Trace(
        Session,
        "Sessions ouvertes",
        "Vous laisser entrer, et vous montrer d’où",
        by=("user_id",),
        shown={
            "method": "Entrée par",
            "agent": "Navigateur",
            "ip": "Adresse IP",
            "siret": "SIRET",
            "created_at": "Depuis le",
            "seen_at": "Vue le",
            "expires_at": "Jusqu’au",
        },
    ),
    Trace(
        ExternalIdentity,
        "Identités ProConnect et Pro Santé Connect",
        "Vous reconnaître par un fournisseur d’identité",
        by=("user_id",),
        shown={"provider": "Fournisseur", "sub": "Identifiant", "claims": "Ce qu’il dit", "created_at": "Depuis le"},
    ),
    Trace(
        Passkey,
        "Clés d’accès",
        "Second facteur",
        by=("user_id",),
        shown={"name": "Nom", "host": "Portail", "created_at": "Ajoutée le", "used_at": "Utilisée le"},
    ),
    Trace(TotpSecret, "Codes à usage unique", "Second facteur", by=("user_id",), shown={"confirmed_at": "Depuis le"}),
    Trace(RecoveryCode, "Codes de secours", "Second facteur", by=("user_id",), shown={"created_at": "Faits le"}),
)


PACKAGES: Mapping[str, tuple[Trace, ...]] = {
    "account": ACCOUNT,
    "tenants": OF_TENANTS,
    "notifications": OF_NOTICES,
    "campaigns": OF_CAMPAIGNS,
    "services_catalog": OF_CATALOGUE,
    "bookings": OF_BOOKINGS,
    "billing": OF_BILLING,
    "privacy": OUR_OWN,
}

MENTIONS = "mentions"


def words_of(person: Person, email_becomes: str = "") -> Words:
    """How the person is looked for in what people wrote, and what takes the place of their name and address."""
    return Words(email_pattern(person.email), email_becomes, name_pattern(person.names), ERASED_NAME)


def collect_part(tx: Tx, person: Person, part: str) -> list[dict[str, Any]]:
    """What one part of PARTS keeps of somebody in the transaction's portal: sections {title, why, rows}.

    Mentions by others are counted, not copied: they are in what others wrote.
    """
    if part == MENTIONS:
        return _mentions(tx, person)
    whys = {trace.title: trace.why for trace in PACKAGES[part]}
    found = collect(tx.session, person, PACKAGES[part])
    return [{"title": title, "why": whys[title], "rows": rows} for title, rows in found.items()]


def parts(mine: bool) -> list[str]:
    """Where to look; the account itself only for whoever asks for themself."""
    return [*(name for name in PACKAGES if mine or name != "account"), MENTIONS]


def _mentions(tx: Tx, person: Person) -> list[dict[str, Any]]:
    words = words_of(person)
    counted = count_mentions(tx.session, words)
    for table, count in count_mentions(tx.session, words, kept=True).items():
        counted[table] = counted.get(table, 0) + count
    if not counted:
        return []
    labels = {trace.table: trace.title for traces in PACKAGES.values() for trace in reversed(traces)}
    rows = [{"where": labels.get(table, table), "rows": count} for table, count in sorted(counted.items())]
    why = "Votre nom ou votre adresse y figurent, parfois dans ce que d’autres ont écrit"
    return [{"title": "Où vous êtes nommé", "why": why, "rows": rows}]


def person_of(tx: Tx, user_id: Any) -> Person:
    """Somebody with an account, as tables may name them."""
    email, name = tx.session.execute(select(User.email_norm, User.name).where(User.id == user_id)).one()
    return Person(user_id, email, (name,))
