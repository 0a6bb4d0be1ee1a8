"""What calendars are told of an appointment: the same identity in a feed as in a mail, so that they know it again."""

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from bookings.queries.calendar import Appointment
from bookings.rules.ical import Meeting
from kit.french import NBSP
from kit.host import address_of
from kit.settings import settings
from tenants.models import Tenant


def page_of(appointment: Appointment, mission_id: UUID | None = None) -> str:
    """The page of the portal that an appointment leads to, inside the portal."""
    mission = mission_id or appointment.mission_id
    return f"/missions/{mission}" if mission else f"/sessions/{appointment.slot.id}"


def meeting_of(
    appointment: Appointment,
    tenant: Tenant,
    *,
    page: str = "",
    written_at: datetime | None = None,
    is_cancelled: bool = False,
    for_provider: bool = False,
) -> Meeting:
    """The appointment as calendars show it to one side: facilities read who comes, the provider reads for whom."""
    slot, base = appointment.slot, settings().base_url
    words = [f"Prestataire{NBSP}: {appointment.provider}", f"Consultant{NBSP}: {appointment.consultant.name}"]
    if for_provider:
        words.insert(0, f"Pour{NBSP}: {appointment.organisation or 'une séance collective'}")
    return Meeting(
        uid=f"{slot.id}@{urlsplit(base).hostname or 'crrc'}",
        title=slot.title,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        place=slot.place,
        description="\n".join(words),
        url=f"{address_of(tenant)}{page or page_of(appointment)}",
        sequence=slot.revision,
        written_at=written_at or slot.created_at,
        is_cancelled=is_cancelled,
    )
