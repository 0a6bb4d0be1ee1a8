"""Who may do what to a portal, its people and their organisations."""

from kit.permissions import Table, anyone, either, member, nobody, role, signed_in

grades = role("grades_manager")
staff = role("ars_manager", "ars_instructor", "grades_manager")
colleagues = member("owner", "editor", "reader")

PERMISSIONS: Table = {
    "tenant.view": anyone,
    "tenant.create": nobody,
    "tenant.list": nobody,
    "tenant.brand": grades,
    "acceptance_rule.set": grades,
    "membership.view": staff,
    "membership.grant": grades,
    "membership.revoke": grades,
    "adhesion.set": grades,
    "entity_attribute.set": role("ars_manager", "grades_manager"),
    "api_token.create": grades,
    "api_token.revoke": grades,
    "sign_in_link.ask": anyone,
    "sign_in_link.use": anyone,
    "sign_in_link.make": nobody,
    "session.end": anyone,
    "account.view": signed_in,
    "account.edit": signed_in,
    "organisation.join": signed_in,
    "organisation.view": either(colleagues, staff),
    "organisation.leave": colleagues,
    "organisation_member.view": either(colleagues, staff),
    "organisation_member.add": member("owner"),
    "organisation_member.change": member("owner"),
    "organisation_member.remove": member("owner"),
}
