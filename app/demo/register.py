"""The demonstration's register: synthetic, a tenth of the national one, always the same."""

from datetime import UTC

from app.demo.calls import document
from eligibility.queries.audience import list_audience
from eligibility.rules import read_rule
from finess.gateway.synthetic import writer
from finess.queries.edition import get_current_edition
from finess.service.register import import_register
from kit import clock
from kit.actor import operator, system
from kit.document.source import read_yaml
from kit.settings import settings
from kit.transaction import transaction
from tenants.models import Tenant

SHARE = 0.1
SEED = 2025
WANTED = 60


def fill() -> None:
    """Write a register dated from this morning, and import it."""
    path = settings().home / "demo" / "registre-fictif.json.gz"
    today = clock.now().replace(hour=4, minute=0, second=0, microsecond=0, tzinfo=UTC)
    writer.write(path, SEED, SHARE, min(today, clock.now()))
    import_register(operator("démonstration"), [path])


def eligible(tenant: Tenant) -> list[str]:
    """The FINESS numbers of legal entities that satisfy the rule of Bretagne, by name."""
    rule = read_rule(read_yaml(document("exercice")).data["rule"])
    with transaction(system(tenant.id, "démonstration")) as tx:
        edition = get_current_edition(tx.session)
        return [one.finess_ej for one in list_audience(tx.session, edition.id, rule, limit=WANTED)]
