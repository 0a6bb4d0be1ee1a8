"""Whether an organisation may order a service: the service's own rule, on what the register and the tenant know."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bookings.rules.where import usual_department
from bookings.service.today import zone_of
from campaigns.queries.history import tenant_sources
from eligibility.queries.applicant import find_applicant
from eligibility.rules import Applicant, ClauseVerdict, Establishment, Outcome, assess, read_rule
from finess.queries.edition import find_current_edition
from finess.rules.geography import regions
from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.transaction import Tx
from services_catalog.models import ServiceVersion
from tenants.models import Organisation, Tenant

NOT_A_BUYER = "Un prestataire ne commande pas\N{NO-BREAK SPACE}: seul un organisme gestionnaire le fait."
UNKNOWN = (
    "Cet organisme ne figure pas dans l’édition en vigueur du registre FINESS\N{NO-BREAK SPACE}: son droit à commander "
    "ne peut pas être vérifié. Écrivez au GRADeS."
)
REFUSED = "Cet organisme ne peut pas commander cette prestation."
MISSING = "Il manque une information pour savoir si cet organisme peut commander cette prestation."
OTHERS_SITE = "Choisissez un établissement ouvert de votre organisme."


@dataclass(frozen=True, slots=True)
class Right:
    """Who the buyer is at the current edition, and what keeps it from ordering ("" when it may)."""

    applicant: Applicant
    refusal: str
    region: Collection[str]

    @property
    def open_sites(self) -> list[Establishment]:
        """The establishments where a service may be done."""
        return [site for site in self.applicant.establishments if site.is_open]


def assess_right(tx: Tx, organisation: Organisation, version: ServiceVersion) -> Right:
    """The right of an organisation to order a version today. Raises Conflict when it can never be a buyer."""
    if organisation.finess_ej is None:
        raise Conflict(NOT_A_BUYER)
    edition = find_current_edition(tx.session)
    sources = tenant_sources(tx.now, zone_of(tx).key)
    applicant = edition and find_applicant(tx.session, edition.id, organisation.finess_ej, sources)
    if not applicant:
        raise Conflict(UNKNOWN)
    region = regions().get(tx.session.get_one(Tenant, tx.tenant_id).region_code)
    return Right(applicant, _refusal(applicant, version), region.departments if region else ())


def check_right(tx: Tx, organisation: Organisation, version: ServiceVersion) -> Right:
    """The same; raises Conflict, with a sentence for each clause that fails or that nobody can answer."""
    right = assess_right(tx, organisation, version)
    if right.refusal:
        raise Conflict(right.refusal)
    return right


def site_of(right: Right, finess_et: str | None) -> Establishment | None:
    """The establishment that the service is for, None when it is for the whole organisation.

    Raises Invalid (finess_et) when it is not one of its open ones.
    """
    if not finess_et:
        return None
    found = find_site(right, finess_et)
    if found is None:
        raise Invalid("Aucun devis n’est établi.", {"finess_et": OTHERS_SITE})
    return found


def find_site(right: Right, finess_et: str | None) -> Establishment | None:
    """The open establishment of that number, None without one."""
    return next((site for site in right.open_sites if site.finess_et == finess_et), None)


def department_of(right: Right, site: Establishment | None) -> str | None:
    """Where the service would be done: at the establishment, else where the organisation usually is in the region."""
    if site is not None:
        return site.department
    sites = (one.department for one in right.open_sites)
    return usual_department(sites, right.applicant.legal_entity.department, right.region)


def _refusal(applicant: Applicant, version: ServiceVersion) -> str:
    if not applicant.legal_entity.is_open:
        return f"{REFUSED} Il est fermé selon le registre FINESS."
    rule = version.document.get("rule")
    if rule is None:
        return ""
    verdict = assess(read_rule(rule), applicant)
    if verdict.outcome is Outcome.ELIGIBLE:
        return ""
    words = REFUSED if verdict.outcome is Outcome.NOT_ELIGIBLE else MISSING
    return " ".join([words, *_reasons(verdict.clauses, verdict.outcome)])


def _reasons(clauses: Sequence[ClauseVerdict], outcome: Outcome) -> list[str]:
    """What was asked and what was found, for the clauses that decide."""
    return [f"«{NBSP}{one.text.rstrip('.')}{NBSP}»{NBSP}: {one.because}" for one in clauses if one.outcome is outcome]
