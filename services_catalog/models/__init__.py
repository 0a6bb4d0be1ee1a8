"""Tables of services, framework agreements, prices and providers."""

from services_catalog.models.market import FrameworkAgreement, Lot, LotHolder
from services_catalog.models.price import PriceLine, PriceRevision, PriceSchedule
from services_catalog.models.provider import Consultant, Insurance, Provider, Qualification, Subcontractor
from services_catalog.models.service import Service, ServiceVersion

__all__ = [
    "Consultant",
    "FrameworkAgreement",
    "Insurance",
    "Lot",
    "LotHolder",
    "PriceLine",
    "PriceRevision",
    "PriceSchedule",
    "Provider",
    "Qualification",
    "Service",
    "ServiceVersion",
    "Subcontractor",
]
