"""Whether a draft may be issued: what it lacks by our own rules, then by those of EN 16931 and of France."""

from dataclasses import asdict, dataclass
from typing import Any

from billing.gateway import schematron, xml
from billing.models import Customer, Invoice, Issuer
from billing.queries import invoice as invoices
from billing.queries.customer import get_customer
from billing.rules.content import Content
from billing.rules.numbering import provisional
from billing.rules.readiness import DRAFT_PAGE, Facts, Finding, findings
from billing.rules.words import finding
from billing.service.composing import compose
from kit.french import NBSP
from kit.transaction import Tx
from services_catalog.service.today import today


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that may be issued, with all that its issue needs. `content` bears a provisional number."""

    customer: Customer
    issuer: Issuer
    content: Content


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why a draft may not be issued: dicts of field, sentence, and page (an endpoint, or "")."""

    findings: list[dict[str, Any]]


def check(tx: Tx, draft: Invoice) -> Ready | Lacking:
    """Check a draft as if it were issued now. The XML and its schematrons cost processor time, nothing else."""
    customer = get_customer(tx.session, draft.customer_id)
    issuer = tx.session.get(Issuer, tx.tenant_id)
    draft.service_code = draft.service_code or customer.service_code
    lines = invoices.lines_of(tx.session, draft.id)
    found = [*findings(Facts(issuer, customer, draft, lines)), *_of_reference(tx, draft)]
    if found or issuer is None:
        return Lacking([asdict(one) for one in found])
    on = today(tx)
    content = compose(tx, draft, customer, issuer, lines, on, provisional(issuer.prefix, on.year))
    refused = faults(content)
    return Lacking(refused) if refused else Ready(customer, issuer, content)


def faults(content: Content) -> list[dict[str, Any]]:
    """What the schema and the schematrons refuse, in the user's words; each sentence once."""
    found = {one.sentence: one for one in map(finding, schematron.faults(xml.cii(content)))}
    return [asdict(one) for one in found.values()]


def _of_reference(tx: Tx, draft: Invoice) -> list[Finding]:
    """A corrected invoice replaces one that is credited in full, or its customer would be asked twice."""
    if draft.kind != "corrected" or draft.reference_id is None:
        return []
    first = invoices.get_invoice(tx.session, draft.reference_id)
    if invoices.credited_cents(tx.session, first.id) == first.total_cents:
        return []
    said = f"Émettez d’abord l’avoir de la facture {first.number}{NBSP}: celle-ci la remplace."
    return [Finding("invoice.reference", said, DRAFT_PAGE)]
