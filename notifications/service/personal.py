"""What notices keep of people, for whoever asks to see theirs; and how an erased person's go."""

from sqlalchemy import delete, func, or_, update

from kit.transaction import Tx
from notifications.models import Notification
from notifications.models.preference import MailReport, NotificationPreference, SuppressedAddress
from notifications.models.webhook import WebhookEndpoint
from tenants.queries.trace import Trace
from tenants.rules.person import Person

TRACES = (
    Trace(
        Notification,
        "Courriels et notifications",
        "Vous prévenir, et savoir si le courriel est parti",
        by=("user_id",),
        email=("email",),
        shown={
            "email": "Adresse",
            "title": "Objet",
            "text_body": "Texte",
            "created_at": "Écrit le",
            "sent_at": "Parti le",
            "read_at": "Lu le",
            "state": "État",
        },
    ),
    Trace(
        NotificationPreference,
        "Préférences de courriel",
        "Vous écrire comme vous le voulez",
        by=("user_id",),
        shown={"choices": "Choix", "quiet_weekends": "Calme le week-end", "updated_at": "Le"},
    ),
    Trace(
        SuppressedAddress,
        "Adresse à laquelle nous n’écrivons plus",
        "Ne plus écrire à une adresse qui refuse nos courriels",
        email=("email",),
        shown={"email": "Adresse", "refused_at": "Refus le", "refusal": "Refus", "optional_off_at": "Désinscrite le"},
    ),
    Trace(
        MailReport,
        "Courriels revenus ou signalés",
        "Savoir qu’un courriel n’est pas arrivé",
        email=("email",),
        shown={"email": "Adresse", "kind": "Retour", "words": "Réponse du serveur", "at": "Le"},
    ),
    Trace(
        WebhookEndpoint,
        "Adresses de programmes prévenus",
        "Savoir qui a ouvert un accès à un programme",
        by=("created_by",),
        shown={"name": "Nom", "url": "Adresse", "created_at": "Le"},
    ),
)
# A line of an invitation is folded after 75 bytes (RFC 5545 §3.1): a name may be cut in two.
_FOLD = r"\r?\n[ \t]"


def erase(tx: Tx, person: Person) -> dict[str, int]:
    """Remove what was written to the person and what they preferred; how many rows, by table.

    An invitation sent to others that names them goes too: its words cannot be replaced where a line is folded.
    """
    done: dict[str, int] = {}
    for trace in TRACES[:-1]:
        mine = delete(trace.model).where(trace.of(person)).returning(trace.model.tenant_id)
        gone = len(tx.session.execute(mine.execution_options(synchronize_session=False)).all())
        done |= {trace.table: gone} if gone else {}
    words = [word for word in (person.email, *person.names) if word]
    unfolded = func.lower(func.regexp_replace(Notification.calendar, _FOLD, "", "g"))
    named = or_(False, *(unfolded.contains(word.lower(), autoescape=True) for word in words))
    cut = update(Notification).where(Notification.calendar.is_not(None), named).values(calendar=None)
    tx.session.execute(cut.execution_options(synchronize_session=False))
    return done
