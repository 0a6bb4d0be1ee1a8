"""What the demonstration shows of personal data: adopted periods, consents, requests under way, a breach handled."""

from datetime import timedelta

from app.demo.people import GRADES_MANAGER, MANAGER, Person, acting
from kit import clock
from privacy.rules.breach import Account
from privacy.rules.retention import defaults
from privacy.service import breach as breaches
from privacy.service import request as requests
from privacy.service.retention import adopt_periods
from tenants.models import Tenant
from tenants.service.consent import set_consent

LEAVING = Person("ancienne.directrice@ehpad-les-ajoncs.test", "Maryvonne Kerbrat")


def privacy(tenant: Tenant) -> None:
    """Two months of the GRADeS's duties."""
    now = clock.now()
    with clock.frozen(now - timedelta(days=60)):
        periods = {key: str(months) for key, months in defaults().items()}
        adopt_periods(acting(tenant, GRADES_MANAGER), periods, 0)
        set_consent(acting(tenant, MANAGER), "reference", True)
        set_consent(acting(tenant, MANAGER), "news", True)
    _requests(tenant)
    _breaches(tenant)


def _requests(tenant: Tenant) -> None:
    """One answered, one that waits with a fortnight left, one by letter whose delay is nearly over."""
    now = clock.now()
    with clock.frozen(now - timedelta(days=40)):
        asked = requests.ask(
            acting(tenant, MANAGER), "rectification", "Mon numéro de téléphone a changé dans le dossier de l’exercice."
        )
    with clock.frozen(now - timedelta(days=33)):
        boss = acting(tenant, GRADES_MANAGER)
        requests.answer(boss, asked.id, "Le numéro est corrigé dans l’attribution et dans la commande en cours.")
    with clock.frozen(now - timedelta(days=15)):
        requests.ask(acting(tenant, LEAVING), "erasure", "J’ai quitté l’établissement en octobre.")
    received = (now - timedelta(days=26)).date()
    letter = {
        "kind": "access",
        "channel": "letter",
        "name": "Gildas Penven",
        "email": "",
        "identity": "Lettre signée ; rappelé au standard de son établissement.",
        "details": "Il demande ce que le portail garde de lui depuis l’exercice de 2025.",
        "received_on-day": str(received.day),
        "received_on-month": str(received.month),
        "received_on-year": str(received.year),
    }
    requests.record(acting(tenant, GRADES_MANAGER), letter)


def _breaches(tenant: Tenant) -> None:
    """One of the spring, closed without notification; one seen yesterday evening, of which little is known."""
    now = clock.now()
    with clock.frozen(now - timedelta(days=200)):
        boss = acting(tenant, GRADES_MANAGER)
        old = breaches.open_breach(boss, "Liste d’émargement oubliée dans une salle", clock.now(), _FORGOTTEN)
        breaches.close_breach(boss, old.id)
    with clock.frozen(now - timedelta(hours=20)):
        boss = acting(tenant, GRADES_MANAGER)
        seen = clock.now() - timedelta(hours=3)
        breaches.open_breach(boss, "Courriel avec copie visible de 42 adresses", seen, _SENT)


_FORGOTTEN = Account(
    facts="Une liste d’émargement sur papier est restée une heure dans une salle ouverte au public.",
    natures=["confidentiality"],
    people="Participants à une séance collective",
    people_count=12,
    data="Nom, établissement, signature",
    consequences="Très peu probables : la salle était surveillée.",
    measures="Liste récupérée et détruite ; l’émargement se fait désormais à la main de l’animatrice.",
    cnil="no",
    cnil_reason="La violation n’est pas susceptible d’engendrer un risque pour les personnes.",
    persons="no",
    persons_reason="Aucun risque élevé.",
)
_SENT = Account(
    facts="Une invitation est partie de la messagerie du GRADeS avec les destinataires en copie visible.",
    natures=["confidentiality"],
    people="Référents des établissements invités",
    people_count=42,
    data="Adresse électronique professionnelle, établissement",
)
