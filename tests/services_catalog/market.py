"""A small market written straight into the tables: where a test begins when it is about what comes after.

`a_market(tenant)` gives a published service, a lot with one fit holder and a published price; `a_facility(tenant)` a
gestionnaire of the register with its account and somebody in it.
"""

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from finess import models as register
from finess.rules.numbers import with_key
from kit import signing
from kit.actor import Actor, system
from kit.db import uuid7
from kit.transaction import transaction
from services_catalog.models import (
    Consultant,
    FrameworkAgreement,
    Insurance,
    Lot,
    LotHolder,
    PriceLine,
    PriceSchedule,
    Provider,
    Qualification,
    Service,
    ServiceVersion,
)
from tenants.models import Adhesion, Organisation, OrganisationMember, Tenant, User
from tests.campaigns.files import an_edition

numbers = count(1)
site_numbers = count(1)
STARTS, ENDS = date(2025, 1, 1), date(2028, 12, 31)


@dataclass(frozen=True)
class Facility:
    """A gestionnaire's account, its FINESS number, and its owner."""

    organisation: Organisation
    finess_ej: str
    finess_et: tuple[str, ...]
    owner: Actor


@dataclass(frozen=True)
class Supplier:
    """A provider, one of its consultants, and its owner."""

    provider: Provider
    consultant: Consultant
    owner: Actor


@dataclass(frozen=True)
class Market:
    """A service on sale: who sells it, in which lot, on which line."""

    service: Service
    version: ServiceVersion
    supplier: Supplier
    lot: Lot
    line: PriceLine


def a_member(tenant: Tenant, organisation_id: UUID, role: str = "owner", name: str = "") -> Actor:
    """Somebody with a place in the organisation."""
    number = next(numbers)
    user_id, email = uuid7(), f"membre{number}@test.invalid"
    with transaction(system(tenant.id, "tests")) as tx:
        called = name or f"Membre {number}"
        tx.add(User(id=user_id, email=email, email_norm=email, name=called, created_at=tx.now))
        tx.session.flush()
        tx.add(
            OrganisationMember(
                organisation_id=organisation_id, user_id=user_id, role=role, function="Directrice", joined_at=tx.now
            )
        )
        supplies = tx.session.get_one(Organisation, (tenant.id, organisation_id)).kind == "provider"
    return Actor(
        "person",
        tenant.id,
        user_id,
        called,
        email,
        organisations={organisation_id: frozenset({role})},
        suppliers=frozenset({organisation_id} if supplies else ()),
    )


def a_facility(
    tenant: Tenant, establishments: int = 1, adherent: bool = True, department: str = "35", category: str = "500"
) -> Facility:
    """A gestionnaire with so many open establishments in the register, and its account."""
    number = next(numbers)
    finess_ej = with_key(f"{department}{700000 + number:06}"[:8])
    sites = tuple(with_key(f"{department}{800_000 + next(site_numbers)}") for _ in range(establishments))
    with transaction(system(tenant.id, "tests")) as tx:
        edition = an_edition(tx)
        name = f"ASSOCIATION DES AJONCS {number}"
        place = {"department": department, "search_text": "ajoncs", "is_open": True, "first_edition": edition}
        tx.add(register.LegalEntity(finess_ej=finess_ej, name=name, **place))
        for rank, finess_et in enumerate(sites, start=1):
            tx.add(
                register.Establishment(
                    finess_et=finess_et,
                    finess_ej=finess_ej,
                    name=f"EHPAD LES AJONCS {rank}",
                    category_code=category,
                    **place,
                )
            )
        organisation = Organisation(id=uuid7(), finess_ej=finess_ej, name=name, created_at=tx.now)
        tx.add(organisation)
        if adherent:
            tx.add(Adhesion(finess_ej=finess_ej, since_on=STARTS))
    return Facility(organisation, finess_ej, sites, a_member(tenant, organisation.id))


def a_supplier(tenant: Tenant, qualification: str | None = "passi", **columns: Any) -> Supplier:
    """A provider that is fit for anything in Ille-et-Vilaine until the end of 2028, with its account."""
    number, provider_id = next(numbers), uuid7()
    name = f"Cyber Armor {number}"
    values: dict[str, Any] = {
        "zones": ["22", "29", "35", "56"],
        "skills": ["exercise", "diagnostic", "shared_ciso", "audit"],
        "contacts": [{"name": "Rozenn Abgrall", "function": "Responsable", "email": "r@armor.invalid", "phone": ""}],
        "capacity_half_days": 40,
    }
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(Organisation(id=provider_id, kind="provider", name=name, created_at=tx.now))
        tx.session.flush()
        provider = tx.add(Provider(id=provider_id, name=name, created_at=tx.now, **(values | columns)))
        tx.session.flush()
        dates = {"provider_id": provider_id, "starts_on": STARTS, "ends_on": ENDS}
        if qualification:
            tx.add(Qualification(kind=qualification, scope="Audit organisationnel", reference=f"Q-{number}", **dates))
        tx.add(Insurance(insurer="Mutuelle d’Armor", policy=f"P-{number}", **dates))
        consultant = tx.add(
            Consultant(
                id=uuid7(),
                provider_id=provider_id,
                name=f"Maël Cozic {number}",
                email=f"mael{number}@armor.invalid",
                department="35",
            )
        )
    return Supplier(provider, consultant, a_member(tenant, provider_id))


def a_document(title: str, mode: str = "mission", half_days: int = 2) -> dict[str, Any]:
    """What a service says of itself."""
    return {
        "title": title,
        "summary": "Une demi-journée pour apprendre à continuer sans informatique.",
        "description": "Scénario, animation, retour d’expérience.",
        "level": "beginner",
        "mode": mode,
        "half_days": half_days,
        "unit": "exercise" if mode != "time" else "half_day",
        "deliverables": ["Retour d’expérience"],
        "prerequisites": [],
        "rule": None,
        "qualification": None,
        "cancellation": {"free_days": 10, "late_percent": 50},
        "valid_months": 12,
    }


def a_service(
    tenant: Tenant, slug: str = "", mode: str = "mission", half_days: int = 2, **words: Any
) -> tuple[Service, ServiceVersion]:
    """A published service. `words` are keys of its document (rule, qualification, cancellation…)."""
    number = next(numbers)
    title = f"Exercice de crise {number}"
    document = a_document(title, mode, half_days) | words
    with transaction(system(tenant.id, "tests")) as tx:
        service = Service(
            id=uuid7(),
            slug=slug or f"exercice-{number}",
            family="exercise" if mode != "time" else "shared_ciso",
            state="published",
            title=title,
            title_norm=title.lower(),
            draft=document,
            version=1,
            created_at=tx.now,
            saved_at=tx.now,
        )
        tx.add(service)
        tx.session.flush()
        version = ServiceVersion(
            id=uuid7(),
            service_id=service.id,
            number=1,
            title=title,
            mode=mode,
            half_days=half_days,
            qualification=document["qualification"],
            document=document,
            sha256=signing.sha256(signing.canonical(document)),
            published_at=tx.now,
        )
        tx.add(version)
    return service, version


def a_lot(tenant: Tenant, *suppliers: Supplier, maximum_cents: int = 10_000_000, assignment: str = "single") -> Lot:
    """A lot of a running agreement, held by the suppliers in that order."""
    number = next(numbers)
    with transaction(system(tenant.id, "tests")) as tx:
        agreement = FrameworkAgreement(
            id=uuid7(),
            reference=f"2025-CYBER-{number}",
            title="Marché cyber-résilience (test)",
            starts_on=STARTS,
            ends_on=ENDS,
            adherents_only=False,
            created_at=tx.now,
        )
        tx.add(agreement)
        tx.session.flush()
        lot = Lot(
            id=uuid7(),
            agreement_id=agreement.id,
            number=2,
            title="Exercices de crise",
            assignment=assignment,
            maximum_cents=maximum_cents,
        )
        tx.add(lot)
        tx.session.flush()
        for rank, supplier in enumerate(suppliers, start=1):
            tx.add(LotHolder(lot_id=lot.id, provider_id=supplier.provider.id, rank=rank))
    return lot


def a_price(tenant: Tenant, lot: Lot, supplier: Supplier, service: Service, **columns: Any) -> PriceLine:
    """A line of a published schedule: 1 500,00 € excluding VAT the unit, whatever the size."""
    with transaction(system(tenant.id, "tests")) as tx:
        schedule = PriceSchedule(
            id=uuid7(),
            lot_id=lot.id,
            provider_id=supplier.provider.id,
            number=1,
            state="published",
            starts_on=STARTS,
            ends_on=ENDS,
            file_name="bpu.xlsx",
            sha256="0" * 64,
            imported_at=tx.now,
            published_at=tx.now,
        )
        tx.add(schedule)
        tx.session.flush()
        values: dict[str, Any] = {
            "position": 1,
            "code": "EX-02",
            "label": "Exercice de crise",
            "service_id": service.id,
            "unit": service.draft["unit"],
            "measure": "none",
            "tariff": "all",
            "unit_cents": 150_000,
            "vat_permille": 200,
            "starts_on": STARTS,
            "ends_on": ENDS,
        }
        line = PriceLine(id=uuid7(), schedule_id=schedule.id, **(values | columns))
        tx.add(line)
    return line


def a_market(tenant: Tenant, mode: str = "mission", maximum_cents: int = 10_000_000, **price: Any) -> Market:
    """One service, one lot, one holder, one price."""
    service, version = a_service(tenant, mode=mode, half_days=1 if mode == "time" else 2)
    supplier = a_supplier(tenant)
    lot = a_lot(tenant, supplier, maximum_cents=maximum_cents)
    return Market(service, version, supplier, lot, a_price(tenant, lot, supplier, service, **price))
