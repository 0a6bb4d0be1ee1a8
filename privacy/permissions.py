"""Who may do what about personal data: one's own, everybody's for the GRADeS."""

from typing import Any

from kit.actor import Actor
from kit.permissions import Table, confirmed, either, nobody, role, signed_in

grades = role("grades_manager")


def oneself(actor: Actor, thing: Any) -> bool:
    """The person a thing is of (`thing.user_id`). Before it is loaded, anybody signed in."""
    return signed_in(actor, thing) and (thing is None or thing.user_id == actor.user_id)


PERMISSIONS: Table = {
    "privacy.view": grades,
    "processing.view": grades,
    "processing.edit": grades,
    "retention.view": grades,
    "retention.adopt": confirmed(grades),
    "retention.purge": nobody,
    "personal_data.view": signed_in,
    "personal_export.view": either(oneself, grades),
    "personal_export.ask": either(oneself, grades),
    "personal_export.download": confirmed(either(oneself, grades)),
    "privacy_request.view": either(oneself, grades),
    "privacy_request.list": grades,
    "privacy_request.ask": signed_in,
    "privacy_request.record": grades,
    "privacy_request.extend": grades,
    "privacy_request.answer": grades,
    "privacy_request.refuse": grades,
    "privacy_request.withdraw": oneself,
    "privacy_request.erase": confirmed(grades),
    "privacy_request.finish": nobody,
    "breach.view": grades,
    "breach.open": grades,
    "breach.edit": grades,
    "breach.notify": grades,
    "breach.close": grades,
}
