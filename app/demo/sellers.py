"""The invented providers of the demonstration: companies, people, numbers and dates are all made up."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.demo.people import Person, acting
from bookings.service.availability import set_week
from kit.actor import Actor
from services_catalog.models import Consultant, Provider
from services_catalog.rules.papers import ConsultantPaper, InsurancePaper, QualificationPaper, SubcontractorPaper
from services_catalog.service.provider import create_provider
from services_catalog.service.qualification import add_insurance, add_qualification
from services_catalog.service.team import accept_subcontractor, add_consultant, declare_subcontractor
from tenants.models import Tenant

BRETAGNE = ["22", "29", "35", "56"]
WEEK = [(weekday, half) for weekday in range(5) for half in ("am", "pm")]


@dataclass(frozen=True, slots=True)
class Company:
    """A provider to make: who runs it, what it may do, who works there (name, département)."""

    name: str
    owner: Person
    summary: str
    skills: tuple[str, ...]
    half_days: int
    qualifications: tuple[str, ...]
    consultants: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Seller:
    """A provider once made."""

    company: Company
    provider: Provider
    consultants: tuple[Consultant, ...]

    @property
    def id(self) -> UUID:
        """The provider's identifier."""
        return self.provider.id


ARMOR = Company(
    "Armor Cyber (société fictive)",
    Person("rozenn.abgrall@armor-cyber.test", "Rozenn Abgrall", function="Responsable des missions"),
    "Audits, exercices de crise et plans de continuité pour les établissements de santé de l’Ouest.",
    ("diagnostic", "exercise", "audit", "continuity_plan", "awareness", "phishing"),
    60,
    ("passi", "pacs", "expertcyber"),
    (("Maël Cozic", "35"), ("Enora Jaouen", "29"), ("Goulven Kerouanton-Le Floc’h", "56")),
)
TI_SURETE = Company(
    "Ti-Sûreté Conseil (société fictive)",
    Person("yves.marec@ti-surete.test", "Yves Marec", function="Gérant"),
    "Une équipe de sept personnes à Saint-Brieuc : exercices, accompagnement, temps partagé.",
    ("exercise", "continuity_plan", "awareness", "shared_ciso", "data_protection", "incident_response"),
    40,
    ("pacs", "pris", "expertcyber"),
    (("Katell Morvan", "22"), ("Malo Prigent", "22")),
)
KREIZ = Company(
    "Kreiz Numérique (société fictive)",
    Person("soazig.lebihan@kreiz.test", "Soazig Le Bihan", function="Directrice"),
    "Coopérative de Carhaix : sécurité du quotidien et protection des données pour les petites structures.",
    ("shared_ciso", "data_protection", "incident_response"),
    30,
    ("expertcyber", "pris"),
    (("Azénor Quéméner", "29"),),
)


def open_companies(tenant: Tenant, grades: Actor, today: date) -> tuple[Seller, Seller, Seller]:
    """Make the three of them. Ti-Sûreté's first qualification ends soon after `today`."""
    armor, ti_surete, kreiz = (_open(tenant, grades, one) for one in (ARMOR, TI_SURETE, KREIZ))
    for seller, last in (
        (armor, date(2028, 6, 30)),
        (ti_surete, today + timedelta(days=70)),
        (kreiz, date(2027, 12, 31)),
    ):
        for kind in seller.company.qualifications:
            ends = last if kind == seller.company.qualifications[0] else date(2028, 12, 31)
            add_qualification(grades, seller.id, QualificationPaper(kind, "Périmètre fictif", "INV-2025", _YEAR, ends))
        paper = InsurancePaper("Mutuelle imaginaire de l’Ouest", "RC-2025-001", _YEAR, date(2028, 12, 31))
        add_insurance(grades, seller.id, paper)
    helper = SubcontractorPaper("Studio Korrigan (fictif)", None, "Animation des exercices", _YEAR, None)
    accept_subcontractor(grades, armor.id, declare_subcontractor(grades, armor.id, helper).id)
    return armor, ti_surete, kreiz


def _open(tenant: Tenant, grades: Actor, company: Company) -> Seller:
    contact = {"name": company.owner.name, "function": company.owner.function, "email": company.owner.email}
    sent = {
        "name": company.name,
        "siret": "",
        "summary": company.summary,
        "zones": BRETAGNE,
        "skills": list(company.skills),
        "contacts": [contact | {"phone": "02 99 00 00 00"}],
        "capacity_half_days": company.half_days,
        "travel_minutes": 60,
    }
    provider = create_provider(grades, sent, company.owner.email, company.owner.function)
    owner = acting(tenant, company.owner)
    return Seller(company, provider, tuple(_hire(owner, provider, *one) for one in company.consultants))


def _hire(owner: Actor, provider: Provider, name: str, department: str) -> Consultant:
    address = f"{name.split()[0].lower()}@{owner.email.partition('@')[2]}".replace("ë", "e").replace("é", "e")
    consultant = add_consultant(owner, provider.id, ConsultantPaper(name, address, department, True))
    set_week(owner, consultant.id, WEEK)
    return consultant


_YEAR = date(2025, 9, 1)
