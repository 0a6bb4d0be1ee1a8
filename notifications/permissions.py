"""Action → who, for notices, the pulse and incidents of the service."""

from typing import Any

from kit.actor import Actor
from kit.permissions import Table, anyone, confirmed, role, signed_in

managers = role("ars_manager", "grades_manager")
grades = role("grades_manager")


def recipient(actor: Actor, thing: Any) -> bool:
    """The person a notice is for. Before it is loaded, any person with an account."""
    return signed_in(actor, thing) and (thing is None or thing.user_id == actor.user_id)


PERMISSIONS: Table = {
    "notification.view": recipient,
    "notification.read": recipient,
    "notification.list": managers,
    "notification.retry": managers,
    "preference.view": signed_in,
    "preference.set": signed_in,
    "mail.unsubscribe": anyone,
    "suppressed_address.view": managers,
    "suppressed_address.lift": managers,
    "suppressed_address.lift_mine": signed_in,
    "pulse.view": managers,
    "incident.view": anyone,
    "incident.open": grades,
    "incident.tell": grades,
    "incident.resolve": grades,
    "webhook_endpoint.view": grades,
    "webhook_endpoint.create": confirmed(grades),
    "webhook_endpoint.change": confirmed(grades),
    "webhook_endpoint.renew": confirmed(grades),
    "webhook_endpoint.pause": grades,
    "webhook_endpoint.resume": grades,
    "webhook_endpoint.remove": grades,
    "webhook_endpoint.test": grades,
    "webhook_delivery.view": grades,
    "webhook_delivery.replay": grades,
    "webhook_delivery.skip": grades,
}
