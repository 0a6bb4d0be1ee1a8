"""Receipts: anybody may verify one, whoever holds its code may have it on paper."""

from dataclasses import dataclass

from campaigns.gateway.receipt_pdf import make_pdf
from campaigns.models import Campaign, Candidacy, Submission
from campaigns.permissions import PERMISSIONS
from campaigns.queries import submission as submissions
from campaigns.rules.receipt import Facts, Verification, fingerprint, to_the_millisecond, verify
from campaigns.rules.reference import read_code
from kit import french, signing
from kit.actor import Actor
from kit.errors import NotFound
from kit.host import address_of
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Tenant

UNKNOWN = (
    "Aucun accusé de réception ne porte ce code. Vérifiez-le caractère par caractère : il en compte vingt, sans "
    "voyelle, sans 0 ni 1."
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A submission's receipt, and what checking it now gives. Holds nothing about people."""

    submission: Submission
    candidacy: Candidacy
    campaign: Campaign
    tenant: Tenant
    verification: Verification
    address: str
    fingerprint: str


def view_receipt(actor: Actor, code: str) -> Receipt:
    """The receipt named by `code`, as typed or pasted, verified now. Raises NotFound with a sentence that helps."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "receipt.view")
        written = read_code(code)
        found = submissions.find_receipt(tx.session, written) if written else None
        if found is None:
            raise NotFound(UNKNOWN)
        submission, candidacy, campaign = found
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        facts = Facts(
            tenant.slug,
            campaign.slug,
            candidacy.reference,
            submission.number,
            candidacy.finess_ej,
            submission.received_at,
            submission.sha256,
            submission.code,
        )
        return Receipt(
            submission,
            candidacy,
            campaign,
            tenant,
            verify(submission, facts, signing.known_keys()),
            address(tenant, submission.code),
            fingerprint(submission.key),
        )


def receipt_pdf(actor: Actor, code: str) -> bytes:
    """The receipt on paper (PDF/A). Raises NotFound; one that does not hold is not printed: NotFound too."""
    receipt = view_receipt(actor, code)
    if not receipt.verification.holds:
        raise NotFound("Cet accusé de réception n’est pas valable : il ne peut pas être imprimé.")
    submission, zone = receipt.submission, receipt.campaign.zone
    return make_pdf(
        {
            "tenant": receipt.tenant.name,
            "ars": receipt.tenant.ars,
            "campaign": receipt.campaign.title,
            "applicant": receipt.candidacy.applicant_name,
            "finess_ej": receipt.candidacy.finess_ej,
            "reference": receipt.candidacy.reference,
            "number": str(submission.number),
            "received": local_time(submission, zone),
            "received_utc": to_the_millisecond(submission.received_at),
            "sha256": submission.sha256,
            "signature": submission.signature,
            "key": receipt.fingerprint,
            "code": submission.code,
            "address": receipt.address,
        },
        submission.received_at,
    )


def local_time(submission: Submission, zone: str) -> str:
    """« mardi 23 septembre 2025 à 23 h 59 min 59 s 999 (heure de Paris) » : to the millisecond, cut."""
    text = french.instant(submission.received_at, zone, weekday=True, seconds=True)
    milliseconds = f"{submission.received_at.microsecond // 1000:03}"
    return text.replace(f"{french.NBSP}s (", f"{french.NBSP}s{french.NBSP}{milliseconds} (")


def address(tenant: Tenant, code: str) -> str:
    """Where anybody verifies the receipt."""
    return f"{address_of(tenant)}/receipts/{code}"
