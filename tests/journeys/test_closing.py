"""The last seconds, with every worker and scheduler stopped: nothing accepted late, nothing refused early."""

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select

from app.rooms import permissions
from campaigns.models import Candidacy, Submission
from kit.actor import operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.campaigns.applying import a_call, a_file, a_legal_entity, fill
from tests.journeys.portal import Portal

APPLICANTS = 12

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Heard:
    """One request: when it was sent, when its answer came, and the answer."""

    sent_at: datetime
    answered_at: datetime
    status: int
    body: dict[str, object]


@dataclass(frozen=True)
class Applicant:
    """A complete draft, and the token of its organisation."""

    file: Candidacy
    token: str

    def submit(self, portal: Portal, tenant: Tenant) -> Heard:
        """Press the button, over HTTP."""
        address = f"{portal.address}/api/v1/{tenant.slug}/candidacies/{self.file.id}/submissions"
        headers = {"Authorization": f"Bearer {self.token}", "If-Match": f'"{self.file.revision}"'}
        request = urllib.request.Request(address, method="POST", headers=headers, data=b"")
        sent_at = datetime.now(UTC)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        return Heard(sent_at, datetime.now(UTC), status, json.loads(body))


@pytest.fixture
def applicants(tenant: Tenant) -> list[Applicant]:
    """Complete drafts in a call that is open."""
    entities = [a_legal_entity() for _ in range(APPLICANTS)]
    tomorrow = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    call = a_call(tenant, entities[-1][1], [(datetime(2025, 9, 9, 14, tzinfo=UTC), tomorrow)])
    applicants = []
    for finess_ej, _ in entities:
        person, file = a_file(tenant, call, finess_ej)
        fill(person, file.id)
        boss = operator("tests", tenant.id)
        token = create_token(boss, "essai", ["candidacy"], known_scopes=list(permissions()), finess_ej=finess_ej)[1]
        with transaction(system(tenant.id, "tests")) as tx:
            applicants.append(Applicant(tx.session.get_one(Candidacy, (tenant.id, file.id)), token))
    return applicants


def set_the_closing(database: str, tenant: Tenant, seconds: int) -> datetime:
    """The last accepted second begins in so many seconds; returns the first instant that is too late."""
    closes_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("update campaign_window set closes_at = %s where tenant_id = %s", [closes_at, tenant.id])
    return closes_at + timedelta(seconds=1)


def test_the_last_second_without_any_worker(
    tenant: Tenant, portal: Portal, applicants: list[Applicant], own: str
) -> None:
    """Requests that arrive within the last second are accepted, those after it are refused with the sentence."""
    portal.start_web()
    too_late = set_the_closing(own, tenant, seconds=5)

    def at_their_time(rank: int) -> Heard:
        offset = -2.0 + 4.0 * rank / (APPLICANTS - 1)  # from two seconds before to two seconds after
        time.sleep(max(0.0, (too_late - datetime.now(UTC)).total_seconds() + offset))
        return applicants[rank].submit(portal, tenant)

    with ThreadPoolExecutor(APPLICANTS) as pool:
        heard = list(pool.map(at_their_time, range(APPLICANTS)))
    early = [one for one in heard if one.answered_at < too_late]
    late = [one for one in heard if one.sent_at >= too_late]
    assert early, "nobody was in time: the machine is too slow for this test to say anything"
    assert late
    assert {one.status for one in early} == {201}
    assert {one.status for one in late} == {409}
    assert all("Votre brouillon est conservé" in str(one.body["detail"]) for one in late)
    with transaction(system(tenant.id, "tests")) as tx:
        received = [row.received_at for row in tx.session.scalars(select(Submission))]
        states = [row.state for row in tx.session.scalars(select(Candidacy))]
    accepted = sum(one.status == 201 for one in heard)
    assert len(received) == accepted
    assert max(received) < too_late
    assert states.count("submitted") == accepted
    assert states.count("draft") == APPLICANTS - accepted
