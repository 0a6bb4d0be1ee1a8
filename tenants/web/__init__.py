"""Pages: coming in and out, one's account, an organisation's people, the portal's colours."""

from tenants.web.account import account
from tenants.web.brand import brand
from tenants.web.members import members
from tenants.web.sign_in import sign_in

BLUEPRINTS = (sign_in, account, members, brand)

__all__ = ["BLUEPRINTS"]
