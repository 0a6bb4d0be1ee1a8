"""Who may do what to the catalogue, the market and its providers."""

from typing import Any

from kit.actor import Actor
from kit.permissions import Table, either, member, role, supplier

grades = role("grades_manager")
staff = role("ars_manager", "ars_instructor", "grades_manager")


def _on_offer(actor: Actor, service: Any) -> bool:
    """A published service is everybody's to read; so is a withdrawn one, whose orders still run. A draft is not."""
    return service is None or service.state != "draft" or grades(actor, service)


PERMISSIONS: Table = {
    "service.view": _on_offer,
    "service.list": grades,
    "service.write": grades,
    "service.publish": grades,
    "service.withdraw": grades,
    # Negotiated prices are business secrets: a facility sees its own.
    "price.ask": either(member("owner", "editor", "billing", "reader"), staff),
    "agreement.view": staff,
    "agreement.write": grades,
    "price_schedule.view": staff,
    "price_schedule.import": grades,
    "price_schedule.publish": grades,
    "price_schedule.discard": grades,
    "price_schedule.revise": grades,
    "provider.view": either(staff, supplier("owner", "editor", "billing", "reader")),
    "provider.list": staff,
    "provider.write": grades,
    "provider.suspend": grades,
    "provider.resume": grades,
    "qualification.write": grades,
    "insurance.write": grades,
    "subcontractor.write": grades,
    "consultant.write": either(grades, supplier("owner", "editor")),
}
