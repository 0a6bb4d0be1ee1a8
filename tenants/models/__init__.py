"""Tables of portals, people, organisations; of the ways in, and of what proves who somebody is."""

from tenants.models.access import Challenge, ExternalIdentity, IdentityProvider, Session, SignInLink
from tenants.models.consent import Consent
from tenants.models.factor import Passkey, RecoveryCode, TotpSecret
from tenants.models.organisation import (
    AccountReview,
    Adhesion,
    EntityAttribute,
    Organisation,
    OrganisationClaim,
    OrganisationMember,
)
from tenants.models.person import Membership, User
from tenants.models.portal import Tenant, TenantExport, TenantProfile
from tenants.models.program import ApiClient, ApiToken

__all__ = [
    "AccountReview",
    "Adhesion",
    "ApiClient",
    "ApiToken",
    "Challenge",
    "Consent",
    "EntityAttribute",
    "ExternalIdentity",
    "IdentityProvider",
    "Membership",
    "Organisation",
    "OrganisationClaim",
    "OrganisationMember",
    "Passkey",
    "RecoveryCode",
    "Session",
    "SignInLink",
    "Tenant",
    "TenantExport",
    "TenantProfile",
    "TotpSecret",
    "User",
]
