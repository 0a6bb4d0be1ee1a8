"""What a tenant knows of every entity, its files in the tenant's campaigns included: a rule asks about both."""

from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import select

from campaigns.models import Campaign, Candidacy
from eligibility.queries.applicant import entity_sources
from eligibility.queries.compiling import Facts, Sources

# A file that was withdrawn was not applied with.
APPLIED = ("submitted", "accepted", "refused", "waitlisted")
AWARDED = ("accepted",)


def tenant_sources(at: datetime, zone: str) -> Sources:
    """What the session's tenant knows of every entity; adherents are those of the day it is at `at` in the zone."""
    return replace(entity_sources(at, zone), applied_to=_files(APPLIED), awarded_in=_files(AWARDED))


@cache
def _files(states: tuple[str, ...]) -> Facts:
    return (
        select(Candidacy.finess_ej, Campaign.slug)
        .join(Campaign, (Campaign.tenant_id == Candidacy.tenant_id) & (Campaign.id == Candidacy.campaign_id))
        .where(Candidacy.state.in_(states))
    )
