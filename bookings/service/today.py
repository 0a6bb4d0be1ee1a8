"""The day it is where the tenant is: a deadline is a day there, not in UTC."""

from datetime import date, datetime, time

from kit.transaction import Tx
from services_catalog.service.today import today as today
from services_catalog.service.today import zone_of as zone_of


def local_instant(tx: Tx, on: date, hour: int) -> datetime:
    """So many o'clock on a day there (aware)."""
    return datetime.combine(on, time(hour), zone_of(tx))
