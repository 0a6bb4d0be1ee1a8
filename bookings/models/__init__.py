"""Tables of orders, planning, missions and time."""

from bookings.models.mission import Acceptance, Deliverable, Mission, Reserve, Satisfaction
from bookings.models.order import Entitlement, Order, Quote
from bookings.models.planning import (
    AvailabilityException,
    AvailabilityRule,
    Booking,
    CalendarFeed,
    Slot,
    WaitingEntry,
)
from bookings.models.time import TimeAccount, TimeEntry, TimeMovement, TimePacket, TimeSheet

__all__ = [
    "Acceptance",
    "AvailabilityException",
    "AvailabilityRule",
    "Booking",
    "CalendarFeed",
    "Deliverable",
    "Entitlement",
    "Mission",
    "Order",
    "Quote",
    "Reserve",
    "Satisfaction",
    "Slot",
    "TimeAccount",
    "TimeEntry",
    "TimeMovement",
    "TimePacket",
    "TimeSheet",
    "WaitingEntry",
]
