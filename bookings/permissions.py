"""Who may do what to an order, a slot, a mission, the time of the shared CISO.

Two sides meet on a mission: the facility (`thing.organisation_id`) and the provider (`thing.provider_id`). The GRADeS
sees both; a provider sees nothing of another one's, a facility nothing of another one's.
"""

from typing import Any

from kit.actor import Actor
from kit.permissions import Table, anyone, either, member, nobody, role, signed_in, supplier

grades = role("grades_manager")
facility = member("owner", "editor", "billing", "reader")
buyers = member("owner", "editor")
provider = supplier("owner", "editor", "billing", "reader")
doers = supplier("owner", "editor")


def _shown(actor: Actor, deliverable: Any) -> bool:
    """What a deliverable says is the facility's and its author's; the GRADeS reads it once the facility shared it."""
    is_shared = deliverable is None or deliverable.shared_at is not None
    return facility(actor, deliverable) or provider(actor, deliverable) or (is_shared and grades(actor, deliverable))


def _on_the_programme(actor: Actor, slot: Any) -> bool:
    """A group session is on the programme for whoever is signed in; a single appointment is its two sides' business."""
    if slot is None or (slot.kind == "group" and slot.organisation_id is None):
        return signed_in(actor, slot) or grades(actor, slot) or actor.kind == "token"
    return either(grades, facility, provider)(actor, slot)


PERMISSIONS: Table = {
    "entitlement.view": either(facility, grades),
    "entitlement.use": nobody,
    "entitlement.restore": nobody,
    "entitlement.close": grades,
    "quote.view": either(facility, grades),
    "quote.draw_up": either(buyers, grades),
    # The provider reads its orders: they are addressed to it.
    "order.view": either(facility, provider, grades),
    "order.list": grades,
    "order.request": either(buyers, grades),
    "order.place": member("owner", "editor"),
    "order.refuse": member("owner", "editor"),
    "order.cancel": either(buyers, grades),
    "order.complete": nobody,
    "organisation_approval.set": member("owner"),
    "slot.view": _on_the_programme,
    "slot.list": grades,
    "slot.write": either(doers, grades),
    "slot.move": either(doers, grades),
    "slot.cancel": either(doers, grades),
    "availability.view": either(provider, grades),
    "availability.write": either(doers, grades),
    "booking.take": either(buyers, grades),
    "booking.release": either(buyers, grades),
    "waiting.view": either(facility, grades),
    "waiting.join": buyers,
    "waiting.take": buyers,
    "waiting.leave": buyers,
    "waiting.offer": nobody,
    "waiting.expire": nobody,
    "calendar.view": signed_in,
    "calendar.renew": signed_in,
    # The address is the secret: programs that follow a calendar cannot sign in.
    "calendar.follow": anyone,
    "mission.view": either(facility, provider, grades),
    "mission.list": grades,
    "mission.assign": grades,
    "mission.plan": either(buyers, doers, grades),
    "mission.unplan": either(buyers, doers, grades),
    "mission.start": either(doers, grades),
    "mission.deliver": doers,
    "mission.accept": buyers,
    "mission.reserve": buyers,
    "mission.cancel": either(buyers, grades),
    "deliverable.view": _shown,
    "deliverable.add": doers,
    "deliverable.share": buyers,
    "satisfaction.answer": buyers,
    "satisfaction.list": grades,
    "time_account.view": either(facility, grades),
    "time_account.list": grades,
    "time_account.grant": grades,
    "time_account.book": buyers,
    "time_account.transfer": buyers,
    "time_account.correct": grades,
    "time_account.carry_over": grades,
    "time_sheet.view": either(facility, provider, grades),
    "time_sheet.submit": doers,
}
