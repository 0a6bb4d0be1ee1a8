"""The day it is where the tenant is: a validity is told in days there, not in UTC."""

from datetime import date
from zoneinfo import ZoneInfo

from kit.transaction import Tx
from tenants.models import Tenant


def zone_of(tx: Tx) -> ZoneInfo:
    """The tenant's time zone."""
    return ZoneInfo(tx.session.get_one(Tenant, tx.tenant_id).zone)


def today(tx: Tx) -> date:
    """The day of the transaction's instant."""
    return tx.now.astimezone(zone_of(tx)).date()
