"""A rule asks who applied to a call and who was awarded in it: the tenant's own files answer, and nobody else's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from campaigns.models import Campaign, Candidacy
from campaigns.queries.history import tenant_sources
from eligibility.queries.applicant import find_applicant
from eligibility.queries.audience import list_audience
from eligibility.rules import LegalEntity, Outcome, assess, read_rule
from kit.actor import system
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.campaigns import files
from tests.eligibility.bretagne import ej
from tests.eligibility.random_register import put_register

NOW = datetime(2025, 9, 9, 12, tzinfo=UTC)
NEUTRAL = {"version": 1, "open": True}


def a_file(tenant: Tenant, call: Campaign, state: str) -> str:
    """A file in the call, in that state; gives the number of its entity."""
    withdrawn = state == "withdrawn"
    file_id = files.a_file(tenant, call, state="submitted" if withdrawn else state)
    with transaction(system(tenant.id, "tests")) as tx:
        file = tx.session.get_one(Candidacy, (tenant.id, file_id))
        if withdrawn:
            file.state, file.withdrawn_at = state, tx.now
        return file.finess_ej


def test_the_tenant_knows_who_applied_and_who_was_awarded(tenant: Tenant, make_tenant: Callable[[], Tenant]) -> None:
    states = ["draft", "submitted", "withdrawn", "accepted", "refused", "waitlisted"]
    call = files.a_call(tenant, slug="ami-1")
    entities = {state: a_file(tenant, call, state) for state in states}
    told = {}
    for actor in (system(tenant.id, "tests"), system(make_tenant().id, "tests")):
        with transaction(actor) as tx:
            edition = put_register(
                tx.session, [replace(ej(), legal_entity=LegalEntity(number, None)) for number in entities.values()]
            )
            told[actor.tenant_id] = [_told(tx, edition, word) for word in ("applied_to", "awarded_in")]
            tx.session.rollback()
    applied, awarded = told[tenant.id]
    assert applied == {entities[state] for state in ("submitted", "accepted", "refused", "waitlisted")}
    assert awarded == {entities["accepted"]}
    assert [*told.values()][1] == [set(), set()]


def _told(tx: Tx, edition: int, word: str) -> set[str]:
    """Whom both executions find, having applied to (or been awarded in) ami-1."""
    rule, sources = read_rule({"version": 1, word: "ami-1"}), tenant_sources(NOW, "Europe/Paris")
    listed = {member.finess_ej for member in list_audience(tx.session, edition, rule, sources)}
    everybody = {member.finess_ej for member in list_audience(tx.session, edition, read_rule(NEUTRAL))}
    applicants = [find_applicant(tx.session, edition, number, sources) for number in sorted(everybody)]
    assert listed == {
        one.legal_entity.finess_ej for one in applicants if one and assess(rule, one).outcome is Outcome.ELIGIBLE
    }
    return listed
