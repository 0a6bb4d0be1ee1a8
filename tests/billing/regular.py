"""What a customer pays regularly, for tests that only need it to be there."""

from datetime import date
from uuid import UUID

from billing.service.adhesion import set_tariff
from billing.service.subscription import create_subscription
from kit.actor import operator
from tenants.models import Tenant


def regular(tenant: Tenant, customer_id: UUID) -> dict[str, str]:
    """A subscription and a line of a tariff, by the names of the arguments that address them."""
    root = operator("tests", tenant.id)
    terms = {"title": "Veille", "period": "year", "amount": "1200", "proration": "month"}
    one = create_subscription(root, customer_id, terms | {"starts_on": date(2027, 1, 1).isoformat()})
    line = set_tariff(root, 2027, {"from_establishments": "1", "amount": "500", "proration": "month"})
    return {"subscription_id": str(one.id), "fee_id": str(line.id)}
