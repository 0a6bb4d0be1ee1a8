"""What the portal of Bretagne says of itself; that of Normandie has said nothing yet, and its settings ask for it."""

from app.demo.people import GRADES_MANAGER, acting
from finess.rules.geography import regions
from tenants.models import Tenant
from tenants.service.profile import save_legal, save_territory, view_portal

LEGAL = {
    "publisher": "GIP e-santé Bretagne (fictif), groupement d’intérêt public, 1 rue de la Démonstration, 35000 Rennes",
    "publication_director": "Soizic Le Bras, directrice du groupement",
    "host_name": "Hébergeur de démonstration",
    "host_address": "2 rue de la Démonstration, 75000 Paris",
    "host_phone": "01 00 00 00 00",
    "dpo_name": "Gaël Kermarrec",
    "dpo_email": "dpo@esante-bretagne.test",
    "security_contact": "securite@esante-bretagne.test",
    "accessibility_state": "none",
}


def introduce(tenant: Tenant) -> None:
    """Fill the portal's legal pages and its territory, as its manager would."""
    grades = acting(tenant, GRADES_MANAGER)
    departments = sorted(regions()[tenant.region_code].departments)
    save_territory(grades, departments, view_portal(grades).version("territory"))
    save_legal(grades, LEGAL, view_portal(grades).version("legal"))
