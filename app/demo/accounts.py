"""Who has access, in the demonstration: accounts confirmed and one to check, a request, a colleague, a review."""

from datetime import timedelta
from io import BytesIO

from pypdf import PdfWriter

from app.demo.people import GRADES_MANAGER, MANAGER, Person, acting
from kit import clock
from kit.actor import Actor, system
from kit.transaction import transaction
from tenants.models import Organisation, Tenant
from tenants.queries.account import list_to_check
from tenants.rules.claim import Claimed
from tenants.service.account_review import close_review, open_reviews
from tenants.service.checking import confirm_organisation
from tenants.service.claim import Upload, claim
from tenants.service.colleague import add_member
from tenants.service.organisation import list_my_organisations
from tenants.service.review_reading import open_review_of, view_review

ACCOUNTANT = Person("josette.kerdoncuff@ehpad-les-ajoncs.test", "Josette Kerdoncuff", function="Responsable comptable")
NEWCOMER = Person("tangi.lebihan@ehpad-les-ajoncs.test", "Tangi Le Bihan", function="Responsable informatique")
WHY = (
    "Je remplace Mme Le Goff pour le suivi de l’exercice de crise depuis le 1er septembre. "
    "Le secrétariat de direction le confirme au 02 99 00 00 00."
)
ALL = 1000


def accounts(tenant: Tenant) -> None:
    """Call it once the story of the portal is told: Claire Le Goff's organisation has its account."""
    ((organisation, _),) = list_my_organisations(acting(tenant, MANAGER))[:1]
    _confirm_all_but_one(tenant, organisation)
    _review_half_a_year_ago(tenant, organisation)
    add_member(acting(tenant, MANAGER), organisation.id, ACCOUNTANT.email, "billing", ACCOUNTANT.function)
    acting(tenant, ACCOUNTANT)
    with clock.frozen(clock.now() - timedelta(days=6)):
        _open(tenant, organisation)
    entity = Claimed(organisation.finess_ej or "", organisation.name)
    claim(acting(tenant, NEWCOMER), entity, NEWCOMER.function, WHY, _letter(), "editor")


def _confirm_all_but_one(tenant: Tenant, ours: Organisation) -> None:
    """The last one that was declared waits for the GRADeS."""
    grades = acting(tenant, GRADES_MANAGER)
    with transaction(grades) as tx:
        waiting = [one.organisation.id for one in list_to_check(tx.session, ALL)]
    waiting.sort(key=lambda one: one != ours.id)  # never ours
    for one in waiting[:-1]:
        confirm_organisation(grades, one)


def _review_half_a_year_ago(tenant: Tenant, organisation: Organisation) -> None:
    with clock.frozen(max(clock.now() - timedelta(days=182), organisation.created_at + timedelta(days=1))):
        _open(tenant, organisation)
        _keep_everybody(acting(tenant, MANAGER), organisation)


def _open(tenant: Tenant, organisation: Organisation) -> None:
    with transaction(system(tenant.id, "revue des accès")) as tx:
        open_reviews(tx, organisation.id)


def _keep_everybody(owner: Actor, organisation: Organisation) -> None:
    review = open_review_of(owner, organisation.id)
    if review is not None:
        people = view_review(owner, review.id).people
        close_review(owner, review.id, {one.user_id: "keep" for one in people})


def _letter() -> Upload:
    """A page that stands for a letter of the management."""
    writer, content = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(content)
    content.seek(0)
    return Upload("attestation-direction.pdf", content)
