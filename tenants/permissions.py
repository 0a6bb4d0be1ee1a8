"""Who may do what to a portal, its people, their organisations, their ways in and their programs.

`confirmed`: only once the person has proved again, lately, who they are.
"""

from typing import Any

from kit.actor import Actor
from kit.permissions import Table, anyone, confirmed, either, insider, nobody, role, signed_in

grades = role("grades_manager")
managers = role("ars_manager", "grades_manager")
staff = role("ars_manager", "ars_instructor", "grades_manager")
colleagues = insider("owner", "editor", "billing", "reader")
owners = insider("owner")


def oneself(actor: Actor, thing: Any) -> bool:
    """The person a thing is of (`thing.user_id`). Before it is loaded, anybody signed in."""
    return signed_in(actor, thing) and (thing is None or thing.user_id == actor.user_id)


PERMISSIONS: Table = {
    "tenant.view": anyone,
    "tenant.create": nobody,
    "tenant.list": nobody,
    "tenant.brand": grades,
    "tenant.suspend": nobody,
    "tenant.resume": nobody,
    "tenant.delete": nobody,
    "tenant_profile.view": managers,
    "tenant_profile.set": grades,
    "tenant_policy.view": managers,
    "tenant_policy.set": confirmed(grades),
    "tenant_export.view": grades,
    "tenant_export.ask": confirmed(grades),
    "tenant_export.start": nobody,
    "tenant_export.finish": nobody,
    "tenant_export.fail": nobody,
    "tenant_export.expire": nobody,
    "tenant_export.download": confirmed(grades),
    "acceptance_rule.set": grades,
    "membership.view": staff,
    "membership.grant": confirmed(grades),
    "membership.revoke": confirmed(grades),
    "adhesion.set": grades,
    "entity_attribute.set": managers,
    "api_token.view": grades,
    "api_token.create": confirmed(grades),
    "api_token.revoke": grades,
    "api_client.view": grades,
    "api_client.create": confirmed(grades),
    "api_client.renew": confirmed(grades),
    "api_client.revoke": grades,
    "access_token.ask": anyone,
    "sign_in_link.ask": anyone,
    "sign_in_link.use": anyone,
    "sign_in_link.make": nobody,
    "identity_provider.view": grades,
    "identity_provider.set": confirmed(grades),
    "identity.start": anyone,
    "identity.finish": anyone,
    "identity.view": oneself,
    "identity.link": confirmed(signed_in),
    "identity.unlink": confirmed(oneself),
    "session.end": anyone,
    "session.view": oneself,
    "session.revoke": confirmed(oneself),
    "second_factor.view": signed_in,
    "second_factor.prove": signed_in,
    "second_factor.add": confirmed(signed_in),
    "second_factor.remove": confirmed(oneself),
    "second_factor.reset": confirmed(grades),
    "passkey.sign_in": anyone,
    "account.view": signed_in,
    "account.edit": signed_in,
    "consent.view": signed_in,
    "consent.set": signed_in,
    "organisation.join": signed_in,
    "organisation.view": either(colleagues, staff),
    "organisation.leave": colleagues,
    "organisation.open": confirmed(grades),
    "organisation.confirm": grades,
    "organisation.transfer": confirmed(grades),
    "organisation.close": confirmed(grades),
    "organisation.list": staff,
    "organisation_claim.view": either(oneself, owners, grades),
    "organisation_claim.ask": signed_in,
    "organisation_claim.withdraw": oneself,
    "organisation_claim.accept": confirmed(either(owners, grades)),
    "organisation_claim.refuse": either(owners, grades),
    "organisation_claim.list": grades,
    "organisation_member.view": either(colleagues, staff),
    "organisation_member.add": confirmed(owners),
    "organisation_member.change": confirmed(owners),
    "organisation_member.remove": confirmed(owners),
    "account_review.view": either(owners, grades),
    "account_review.close": confirmed(either(owners, grades)),
    "audit.view": managers,
    "audit.verify": managers,
    "audit.export": confirmed(managers),
    "audit.anchor": nobody,
    "audit.purge": nobody,
    "secret.rotate": nobody,
}
