"""Programs of a portal, for tests that only need them to be there."""

from kit.actor import operator
from tenants.models import Tenant
from tenants.service.client import create_client
from tenants.service.token import create_token

KNOWN = ("tenant.view", "invoice.view")


def some_programs(tenant: Tenant) -> dict[str, str]:
    """A token and a client: the values of their addresses."""
    boss = operator("tests", tenant.id)
    token = create_token(boss, "Tableur", ["tenant"], known_scopes=KNOWN)[0]
    client = create_client(boss, "Entrepôt", ["invoice"], known_scopes=KNOWN)[0]
    return {"token_id": str(token.id), "client_id": str(client.id)}
