"""Who may do what to a call, a file, a decision."""

from typing import Any

from kit.actor import Actor
from kit.permissions import Table, anyone, confirmed, either, member, nobody, role, signed_in

staff = role("ars_manager", "ars_instructor", "grades_manager")
instructors = role("ars_manager", "ars_instructor")


def _public(actor: Actor, campaign: Any) -> bool:
    """A published call is everybody's to read; a draft, or what was put away (perhaps unpublished), is the staff's."""
    return campaign is None or campaign.state in ("published", "closed", "released") or staff(actor, campaign)


def _submitted(actor: Actor, candidacy: Any) -> bool:
    """The ARS reads files once they are submitted: a draft is still its author's."""
    return staff(actor, candidacy) and (candidacy is None or candidacy.submitted_at is not None)


def _applicant(actor: Actor, thing: Any) -> bool:
    """Anybody who signs in may answer for an organisation, but whoever only works for the others."""
    return signed_in(actor, thing) and not (actor.suppliers and actor.suppliers == actor.organisations.keys())


PERMISSIONS: Table = {
    "attachment.view": either(member("owner", "editor", "billing", "reader"), _submitted),
    "attachment.add": member("owner", "editor"),
    "attachment.remove": member("owner", "editor"),
    "attachment.wait": nobody,
    "attachment.clear": nobody,
    "attachment.condemn": nobody,
    "campaign.view": _public,
    "campaign.check": anyone,
    "campaign.list": staff,
    "campaign.write": role("ars_manager"),
    "campaign.preview": staff,
    "campaign.schedule": role("ars_manager"),
    "campaign.unschedule": role("ars_manager"),
    "campaign.publish": role("ars_manager"),
    "campaign.close": nobody,
    "campaign.reopen": nobody,
    "campaign.hold": role("ars_manager"),
    "campaign.release": confirmed(role("ars_manager")),
    "campaign.archive": role("ars_manager"),
    "candidacy.start": either(_applicant, member("owner", "editor")),
    "candidacy.view": either(member("owner", "editor", "billing", "reader"), _submitted),
    "candidacy.read": member("owner", "editor", "billing", "reader"),
    "candidacy.save": member("owner", "editor"),
    "candidacy.submit": member("owner", "editor"),
    "candidacy.withdraw": member("owner", "editor"),
    "candidacy.list": staff,
    "candidacy.accept": nobody,
    "candidacy.refuse": nobody,
    "candidacy.waitlist": nobody,
    "receipt.view": anyone,
    "review.view": staff,
    "review.assign": instructors,
    "review.write": instructors,
    "decision.view": staff,
    "decision.write": instructors,
    "award.view": either(member("owner", "editor", "billing", "reader"), staff),
    "award.mine": either(_applicant, member("owner", "editor", "billing", "reader")),
    "award.list": staff,
    "award.confirm": member("owner", "editor"),
    "award.decline": member("owner", "editor"),
    "award.lapse": role("ars_manager"),
}
