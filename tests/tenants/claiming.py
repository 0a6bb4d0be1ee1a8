"""Requests for accounts in tests: somebody signed in, what an identity provider said of them, files that are proofs."""

from io import BytesIO

from sqlalchemy import update

from kit.actor import Actor, system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import ExternalIdentity, IdentityProvider, OrganisationClaim, Session, Tenant
from tenants.rules.claim import Claimed
from tenants.service.claim import Upload, claim
from tests.bookings.sent import a_pdf

LILAS = Claimed("350000022", "Association Les Lilas", "732829320", frozenset({"350000113"}))
SIRET = "73282932000074"
WHY = "Ma directrice, Mme Martin, le confirme au 02 99 12 34 56."
ISSUER = "https://identite.test/api/v2"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 17 + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\xff\xc0\0\x11" + b"\0" * 20 + b"\xff\xd9"


def want_proof(tenant: Tenant) -> None:
    """The portal checks before it opens an account."""
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(update(Tenant).where(Tenant.id == tenant.id).values(claim_proof="before"))


def trust(tenant: Tenant, kind: str = "proconnect", issuer: str = ISSUER, enabled: bool = True) -> None:
    """The portal is registered with an identity provider."""
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(
            IdentityProvider(
                kind=kind,
                discovery_url=f"{issuer}/.well-known/openid-configuration",
                client_id="x",
                client_secret="x",
                acr_values=[],
                enabled=enabled,
                updated_at=tx.now,
            )
        )


def came_by(actor: Actor, kind: str = "proconnect", issuer: str = ISSUER, **said: object) -> Actor:
    """The person's session began at this provider, which said `siret` or `activities` of them."""
    assert actor.tenant_id is not None
    with transaction(system(actor.tenant_id, "tests")) as tx:
        identity = ExternalIdentity(
            id=uuid7(),
            provider=kind,
            issuer=issuer,
            sub=str(uuid7()),
            user_id=actor.user_id,
            claims={},
            created_at=tx.now,
            used_at=tx.now,
        )
        tx.session.add(identity)
        tx.session.flush()
        values = {"method": kind, "identity_id": identity.id, **said}
        tx.session.execute(update(Session).where(Session.id == actor.session_id).values(values))
    return actor


def ask(actor: Actor, entity: Claimed = LILAS, file: Upload | None = None, role: str = "editor") -> OrganisationClaim:
    """A request that waits."""
    asked = claim(actor, entity, "Comptable", WHY, file, role)
    assert isinstance(asked, OrganisationClaim)
    return asked


def a_proof(name: str = "attestation.pdf", content: bytes | None = None) -> Upload:
    """A file that somebody sends."""
    return Upload(name, BytesIO(a_pdf() if content is None else content))
