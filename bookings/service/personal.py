"""What orders and missions keep of people, for whoever asks to see theirs; and how they are forgotten there."""

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from bookings.models import (
    Acceptance,
    Booking,
    CalendarFeed,
    Deliverable,
    Entitlement,
    Mission,
    Order,
    Quote,
    Reserve,
    Satisfaction,
    TimeMovement,
    TimeSheet,
    WaitingEntry,
)
from kit.transaction import Tx
from services_catalog.service.personal import consultants_of
from tenants.queries.trace import Trace, blank_contacts
from tenants.rules.person import Person

ORDERS = "Organiser l’intervention, prouver la commande"
DONE = "Prouver le service fait"
PLACES = "Tenir les séances et les listes d’attente"
TRACES = (
    Trace(
        Entitlement,
        "Droits dont vous êtes le contact",
        ORDERS,
        contact=("contact",),
        shown={"contact": "Contact", "created_at": "Ouvert le"},
    ),
    Trace(
        Quote,
        "Devis demandés",
        ORDERS,
        by=("author_id",),
        shown={"number": "Numéro", "sentence": "Prix expliqué", "created_at": "Fait le"},
    ),
    Trace(
        Order,
        "Commandes demandées, approuvées, ou dont vous êtes le contact",
        ORDERS,
        by=("requested_by", "placed_by"),
        contact=("contact",),
        shown={"number": "Numéro", "requested_at": "Demandée le", "placed_at": "Passée le", "contact": "Contact"},
    ),
    Trace(
        Booking,
        "Places réservées",
        PLACES,
        by=("booked_by",),
        shown={"slot_id": "Séance (identifiant)", "places": "Places", "booked_at": "Réservées le", "state": "État"},
    ),
    Trace(
        WaitingEntry,
        "Listes d’attente",
        PLACES,
        by=("joined_by",),
        shown={"slot_id": "Séance (identifiant)", "places": "Places", "joined_at": "Le", "state": "État"},
    ),
    Trace(
        CalendarFeed,
        "Calendrier",
        "Vous donner vos rendez-vous dans votre agenda",
        by=("user_id",),
        shown={"generation": "Adresse n°", "renewed_at": "Depuis le"},
    ),
    Trace(
        Deliverable,
        "Livrables déposés",
        DONE,
        by=("added_by",),
        shown={"name": "Livrable", "version": "Version", "file_name": "Fichier", "note": "Note", "added_at": "Le"},
    ),
    Trace(
        Acceptance,
        "Services faits prononcés",
        DONE,
        by=("accepted_by",),
        shown={"name": "Nom", "function": "Fonction", "accepted_at": "Le"},
    ),
    Trace(
        Reserve,
        "Réserves écrites",
        DONE,
        by=("raised_by",),
        shown={"text": "Réserve", "raised_at": "Le", "lifted_at": "Levée le"},
    ),
    Trace(
        Satisfaction,
        "Avis donnés",
        "Améliorer les prestations",
        by=("answered_by",),
        shown={
            "usefulness": "Utilité",
            "quality": "Qualité",
            "recommendation": "Recommandation",
            "comment": "Commentaire",
            "answered_at": "Le",
        },
    ),
    Trace(
        TimeMovement,
        "Mouvements de temps de RSSI",
        "Tenir le compte du temps partagé",
        by=("author_id",),
        shown={"kind": "Mouvement", "note": "Note", "effective_on": "Au", "made_at": "Écrit le"},
    ),
    Trace(
        TimeSheet,
        "Feuilles de temps",
        DONE,
        by=("submitted_by",),
        shown={"version": "Version", "lines": "Demi-journées", "submitted_at": "Le"},
    ),
)


def missions_of(session: Session, person: Person) -> int:
    """How many missions under way the person is expected on, as a consultant."""
    mine = [one.id for one in consultants_of(session, person)]
    query = select(func.count()).where(Mission.consultant_id.in_(mine), Mission.state.not_in(("accepted", "cancelled")))
    return session.scalar(query) or 0 if mine else 0


def orders_naming(session: Session, person: Person) -> int:
    """How many orders under way have the person as their contact."""
    if not person.email:
        return 0
    named = func.lower(Order.contact["email"].astext) == person.email
    return session.scalar(select(func.count()).where(named, Order.state.in_(("requested", "placed")))) or 0


def erase(tx: Tx, person: Person) -> dict[str, int]:
    """Nobody in the place of the contact; the calendar's address dies. How many rows, by table."""
    done = blank_contacts(tx.session, person, TRACES)
    feeds = (
        delete(CalendarFeed).where(or_(False, CalendarFeed.user_id == person.user_id)).returning(CalendarFeed.user_id)
    )
    gone = len(tx.session.scalars(feeds).all())
    return done | ({"calendar_feed": gone} if gone else {})
