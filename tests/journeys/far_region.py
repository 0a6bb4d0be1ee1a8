"""A region with a call that is open and one whose decisions are ready to be told, and somebody who applies."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.rooms import permissions
from campaigns.models import Decision
from campaigns.service.starting import start_candidacy
from kit.actor import operator, system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.sign_in import make_sign_in_link
from tenants.service.token import create_token
from tests.campaigns import applying, files
from tests.campaigns.forms import COMPLETE
from tests.campaigns.joining import another_pdf, with_files
from tests.journeys.installation import Installation
from tests.journeys.street import Browser, Program, Reader, Street
from tests.kit.crew import eventually

NOTICES = 240  # more than one worker sends at once
PIECE = 40_000
PAPER = another_pdf("x" * 3 * PIECE)


class World:
    """A region with a call that is open, and one whose decisions are ready to be told."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        entities = [applying.a_legal_entity() for _ in range(3)]
        self.number, edition = entities[-1]
        now = datetime.now(UTC).replace(microsecond=0)
        window = (now - timedelta(days=1), now + timedelta(days=2))
        self.call = applying.a_call(tenant, edition, windows=(window,), form=with_files())
        self.programs = [self._program(number) for number, _ in entities[:-1]]
        self.told = files.a_call(tenant)
        for _ in range(NOTICES):
            self._decided()

    def _program(self, number: str) -> tuple[UUID, str]:
        person = files.a_person(self.tenant)
        file = start_candidacy(person, self.call.slug, number, "Directrice")
        boss = operator("tests", self.tenant.id)
        scopes = permissions().keys()
        return file.id, create_token(boss, "logiciel", ["candidacy"], known_scopes=scopes, finess_ej=number)[1]

    def _decided(self) -> None:
        file = files.a_file(self.tenant, self.told)
        with transaction(system(self.tenant.id, "tests")) as tx:
            decided = {"outcome": "refused", "motive": "Hors du périmètre", "decided_at": tx.now}
            tx.add(Decision(id=uuid7(), candidacy_id=file, campaign_id=self.told.id, **decided))

    def street(self, portal: Installation) -> Street:
        """Two programs that save, two people who read."""
        base, where = f"/{self.tenant.slug}", f"/api/v1/{self.tenant.slug}/candidacies"
        paths = [f"{base}/", f"{base}/campaigns/{self.call.slug}"]
        programs = [Program(portal.address, portal.trust, f"{where}/{file}", token) for file, token in self.programs]
        return Street([*programs, *(Reader(portal.address, portal.trust, paths) for _ in range(2))])

    def the_instant_comes(self) -> None:
        """The decisions are to be told now."""
        with transaction(system(self.tenant.id, "tests")) as tx:
            tx.due("campaign.release_due", self.told.id, tx.now)


class Applicant:
    """Anne, in her browser: a file, a paper in three pieces, a submission, a receipt."""

    def __init__(self, portal: Installation, world: World) -> None:
        self.browser = Browser(portal.address, portal.trust)
        self.home, self.call, self.number = f"/{world.tenant.slug}", world.call.slug, world.number
        self.secret = make_sign_in_link(operator("tests", world.tenant.id), "anne@ehpad.test", f"{self.home}/account")
        self.sent = 0
        self.receipt = ""

    def begins(self) -> None:
        """She signs in, starts a file, and sends the first piece of a paper."""
        self.browser.look(f"{self.home}/sign-in/{self.secret}")
        assert self.browser.send(f"{self.home}/sign-in/{self.secret}").status == 303
        self.browser.look(f"{self.home}/campaigns/{self.call}/apply?number={self.number}")
        begun = self.browser.send(
            f"{self.home}/campaigns/{self.call}/candidacies", number=self.number, function="Directrice"
        )
        assert begun.status == 303, begun.body
        self.file = begun.headers["location"]
        self.browser.look(self.file)
        announced = self.browser.send(f"{self.file}/uploads", field="proof", name="Attestation.pdf", size=len(PAPER))
        assert announced.status == 201, announced.body
        self.upload = announced.headers["location"]
        self.sends_a_piece()

    def sends_a_piece(self, until: float = 60) -> None:
        """As the page does: what is not acknowledged is asked about, and sent again from where the portal is."""

        def sent() -> bool:
            content = PAPER[self.sent : self.sent + PIECE]
            said = self.browser.piece(self.upload, self.sent, content)
            if said.failed:
                return False
            assert said.status == 200, said.body
            self.sent += len(content)
            return True

        eventually(sent, until, pause=0.5)

    def submits(self) -> None:
        """The last pieces, every answer, « Déposer »."""
        while self.sent < len(PAPER):
            self.sends_a_piece()
        typed = {**COMPLETE, "changed": list(COMPLETE)}
        saved = self.browser.send(f"{self.file}/autosave", **typed)
        assert saved.status == 200, saved.body
        form = self.browser.look(f"{self.file}/submit")
        version = re.search(r'name="version" value="(\d+)"', form)
        assert version
        submitted = self.browser.send(f"{self.file}/submit", version=version[1])
        assert submitted.status == 303, submitted.body
        page = self.browser.look(submitted.headers["location"])
        code = re.search(r"receipts/([0-9A-Z-]{24})", page)
        assert code
        self.receipt = code[1]
