"""The people of the demonstration. Each one signs in by a link, as everybody does."""

from dataclasses import dataclass, replace

from kit.actor import Actor, anonymous, operator
from tenants.models import Tenant
from tenants.service.account import rename_account
from tenants.service.role import grant_role
from tenants.service.session import end_session, find_signed_in
from tenants.service.sign_in import make_sign_in_link, use_sign_in_link


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the story: `role` in the portal, "" for an applicant; `function` is what an applicant declares."""

    email: str
    name: str
    role: str = ""
    function: str = ""


MANAGER = Person("claire.legoff@ehpad-les-ajoncs.test", "Claire Le Goff", function="Directrice")
ARS_MANAGER = Person("yann.kervella@ars-bretagne.test", "Yann Kervella", "ars_manager")
ARS_INSTRUCTOR = Person("anne.tanguy@ars-bretagne.test", "Anne Tanguy", "ars_instructor")
GRADES_MANAGER = Person("marc.riou@esante-bretagne.test", "Marc Riou", "grades_manager")
NORMAN = Person("louise.lemonnier@ars-normandie.test", "Louise Lemonnier", "ars_manager")
STAFF = (ARS_MANAGER, ARS_INSTRUCTOR, GRADES_MANAGER)

FIRST_NAMES = ("Nolwenn", "Gwenaël", "Soazig", "Erwan", "Maëlle", "Ronan", "Katell", "Loïc", "Morgane", "Enora", "Malo")
LAST_NAMES = ("Prigent", "Cozic", "Le Roux", "Guillou", "Morvan", "Le Guen", "Jaouen", "Quéméner", "Kerleau", "Salaün")
FUNCTIONS = ("Directrice", "Directeur", "Responsable qualité", "Directrice adjointe", "Responsable informatique")


def applicant(number: int) -> Person:
    """The number-th applicant of the story, after Claire Le Goff."""
    first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
    return Person(f"direction.{number}@organisme.test", f"{first} {last}", function=FUNCTIONS[number % len(FUNCTIONS)])


def acting(tenant: Tenant, person: Person) -> Actor:
    """The person, signed in now, with everything they hold in the portal at this moment."""
    secret = make_sign_in_link(operator("démonstration", tenant.id), person.email, "/")
    cookie, _ = use_sign_in_link(anonymous(tenant.id), secret)
    actor = find_signed_in(tenant.id, cookie.secret, None)
    if actor is None:
        raise RuntimeError(f"{person.email} cannot sign in.")
    end_session(actor, cookie.secret)  # nobody finds, among their own browsers, one that they never had
    if actor.name != person.name:
        rename_account(actor, person.name)
    return replace(actor, name=person.name)


def appoint(tenant: Tenant, *people: Person) -> None:
    """Give people their roles in the portal."""
    for person in people:
        grant_role(operator("démonstration", tenant.id), person.email, person.role)
