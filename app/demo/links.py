"""The way in: one sign-in link per role, valid for a day, each good once."""

from datetime import timedelta

from app.demo.people import ARS_INSTRUCTOR, ARS_MANAGER, GRADES_MANAGER, MANAGER, NORMAN, Person
from app.demo.sellers import ARMOR
from kit.actor import operator
from kit.errors import NotFound
from kit.host import origin_of
from tenants.rules.portal import sign_in_path
from tenants.service.portal import find_portal
from tenants.service.sign_in import make_sign_in_link

ROLES: tuple[tuple[str, str, Person, str], ...] = (
    ("Gestionnaire d’ESMS", "bretagne", MANAGER, "/bretagne/candidacies"),
    ("Instructrice à l’ARS", "bretagne", ARS_INSTRUCTOR, "/bretagne/staff/campaigns"),
    ("Responsable à l’ARS", "bretagne", ARS_MANAGER, "/bretagne/staff/campaigns"),
    ("Gestionnaire du GRADeS", "bretagne", GRADES_MANAGER, "/bretagne/staff/missions"),
    ("Prestataire", "bretagne", ARMOR.owner, "/bretagne/missions"),
    ("Responsable à l’ARS, en Normandie", "normandie", NORMAN, "/normandie/staff/campaigns"),
)


def sign_in_links() -> list[tuple[str, str, str]]:
    """(role, name, address) of everybody whose place can be tried. Raises NotFound without the demonstration."""
    return [(role, person.name, _link(slug, person, landing)) for role, slug, person, landing in ROLES]


def _link(slug: str, person: Person, landing: str) -> str:
    portal = find_portal(slug)
    if portal is None:
        raise NotFound("La démonstration n’est pas là\N{NO-BREAK SPACE}: lancez make demo.")
    secret = make_sign_in_link(operator("démonstration", portal.id), person.email, landing, timedelta(days=1))
    return f"{origin_of(portal)}{sign_in_path(slug, secret)}"
