"""Families of mails: what each template is about, whether it can be turned off, and how it may be told. Pure.

A family is essential when the law, a delay or the safety of an account wants its mails to arrive: nobody turns it off.
What is told in the portal is told there always: a rhythm is about mails only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

DIGEST = "notifications/digest"
NOW, DAILY, WEEKLY, PORTAL = "now", "daily", "weekly", "portal"
RHYTHMS = (NOW, DAILY, WEEKLY, PORTAL)
RHYTHM_WORDS: Mapping[str, str] = MappingProxyType(
    {
        NOW: "Tout de suite, par courriel",
        DAILY: "Dans un résumé, chaque jour ouvré à 8 h",
        WEEKLY: "Dans un résumé, le lundi à 8 h",
        PORTAL: "Seulement dans le portail",
    }
)


@dataclass(frozen=True, slots=True)
class Family:
    """`reason`: why it cannot be turned off ("" when it can). `can_wait`: quiet hours hold its mails back.

    `staff`: only the ARS's and the GRADeS's people receive it. `listed`: people choose about it.
    """

    key: str
    name: str
    about: str
    reason: str = ""
    can_wait: bool = False
    staff: bool = False
    listed: bool = True

    @property
    def essential(self) -> bool:
        """Whether it is always told by mail, at once."""
        return bool(self.reason)


FAMILIES: tuple[Family, ...] = (
    Family(
        "security",
        "Connexion et accès",
        "Liens de connexion, accès donnés ou retirés, alertes sur votre compte.",
        "Sans eux, vous ne pourriez plus entrer, ni savoir que quelqu’un d’autre essaie. Protéger votre compte est une "
        "obligation (RGPD, article 32).",
    ),
    Family(
        "decisions",
        "Décisions et échéances",
        "Accusés de réception, décisions, dates limites de dépôt, de confirmation ou d’acceptation.",
        "Votre demande doit recevoir un accusé de réception et la décision doit vous être notifiée (code des relations "
        "entre le public et l’administration, articles L. 112-3 et L. 221-8)\N{NO-BREAK SPACE}; un délai manqué se "
        "rattrape rarement.",
    ),
    Family(
        "appointments",
        "Rendez-vous",
        "Rendez-vous fixés, déplacés ou annulés, places libérées.",
        "Plusieurs personnes se déplacent, et le courriel porte l’invitation pour votre agenda.",
    ),
    Family(
        "invoices",
        "Factures et paiements",
        "Factures, avoirs, paiements reçus ou refusés, relances.",
        "Une facture doit vous être remise, et elle fait courir un délai de paiement (code de commerce, articles "
        "L. 441-9 et L. 441-10).",
    ),
    Family(
        "privacy",
        "Données personnelles",
        "Réponses à vos demandes, copie de vos données, effacement, incident qui vous concerne.",
        "Vos demandes reçoivent une réponse, et un incident grave vous est signalé (RGPD, articles 12 et 34).",
    ),
    Family("orders", "Commandes et missions", "Commandes passées, missions attribuées, livrées, acceptées."),
    Family("files", "Suivi des candidatures", "Confirmations et désistements.", can_wait=True),
    Family("time", "Droits et temps partagé", "Demi-journées reçues, reportées, transférées.", can_wait=True),
    Family(
        "office",
        "Suivi du portail",
        "Ce qui demande un geste du GRADeS\N{NO-BREAK SPACE}: transmissions de factures, paiements contestés.",
        can_wait=True,
        staff=True,
    ),
    Family("digest", "Résumés", "Ce qui attendait, en un seul courriel.", listed=False),
)
BY_KEY: Mapping[str, Family] = MappingProxyType({family.key: family for family in FAMILIES})

_TEMPLATES: Mapping[str, Sequence[str]] = {
    "security": [
        "services_catalog/provider_opened",
        "tenants/account_closed",
        "tenants/account_opened",
        "tenants/account_transferred",
        "tenants/claim_accepted",
        "tenants/claim_asked",
        "tenants/claim_refused",
        "tenants/claim_waiting",
        "tenants/confirmation_code",
        "tenants/factor_added",
        "tenants/factor_blocked",
        "tenants/factor_removed",
        "tenants/factors_reset",
        "tenants/identity_linked",
        "tenants/identity_unlinked",
        "tenants/member_added",
        "tenants/recovery_code_used",
        "tenants/review_late",
        "tenants/review_opened",
        "tenants/role_granted",
        "tenants/sign_in",
    ],
    "decisions": [
        "bookings/mission_late",
        "bookings/mission_reminder",
        "bookings/order_to_approve",
        "bookings/time_expired",
        "bookings/time_expires_soon",
        "campaigns/accepted",
        "campaigns/attachment_condemned",
        "campaigns/award_lapsed",
        "campaigns/award_reminder",
        "campaigns/award_unconfirmed",
        "campaigns/publication_refused",
        "campaigns/refused",
        "campaigns/release_blocked",
        "campaigns/release_soon",
        "campaigns/reminder",
        "campaigns/submission",
        "campaigns/waitlisted",
        "campaigns/withdrawal",
        "services_catalog/ended",
        "services_catalog/ends_soon",
        "services_catalog/provider_suspended",
    ],
    "appointments": [
        "bookings/appointment",
        "bookings/appointment_cancelled",
        "bookings/appointment_moved",
        "bookings/waiting_cancelled",
        "bookings/waiting_expired",
        "bookings/waiting_offered",
    ],
    "invoices": [
        "billing/contest_answered",
        "billing/contest_received",
        "billing/credit_note_issued",
        "billing/dunning_private_courtesy",
        "billing/dunning_private_firm",
        "billing/dunning_private_formal",
        "billing/dunning_public_courtesy",
        "billing/dunning_public_firm",
        "billing/dunning_public_formal",
        "billing/invoice",
        "billing/invoice_issued",
        "billing/online_failed",
        "billing/online_paid",
        "billing/online_refunded",
    ],
    "privacy": [
        "privacy/breach_due",
        "privacy/erased",
        "privacy/export_ready",
        "privacy/request_acknowledged",
        "privacy/request_answered",
        "privacy/request_due",
        "privacy/request_extended",
        "privacy/request_received",
    ],
    "orders": [
        "bookings/entitlement_open",
        "bookings/mission_accepted",
        "bookings/mission_assigned",
        "bookings/mission_cancelled",
        "bookings/mission_delivered",
        "bookings/mission_left",
        "bookings/mission_planned",
        "bookings/mission_reserved",
        "bookings/mission_unassigned",
        "bookings/order_cancelled",
        "bookings/order_placed",
        "bookings/order_received",
        "bookings/order_refused",
        "services_catalog/provider_resumed",
    ],
    "files": ["campaigns/award_confirmed", "campaigns/award_declined"],
    "time": ["bookings/time_carried_over", "bookings/time_granted", "bookings/time_transferred"],
    "office": [
        "billing/channel_expires",
        "billing/invoice_contested",
        "billing/online_disputed",
        "billing/online_lost",
        "billing/transmission_asking",
        "billing/transmission_failed",
        "billing/transmission_rejected",
        "bookings/entitlement_waiting",
        "notifications/webhook_paused",
        "tenants/client_expires",
        "tenants/token_expires",
    ],
    "digest": [DIGEST],
}
FAMILY_OF: Mapping[str, str] = MappingProxyType(
    {template: family for family, templates in _TEMPLATES.items() for template in templates}
)
OPTIONAL = tuple(family for family in FAMILIES if family.listed and not family.essential)


def family_of(template: str) -> Family:
    """The family of a template; one that no list names is told like what matters: at once."""
    return BY_KEY[FAMILY_OF.get(template, "security")]


def templates_of(family: str) -> list[str]:
    """The templates of a family: the notices to show when one looks at it alone."""
    return list(_TEMPLATES.get(family, ()))


def offered_to(staff: bool) -> list[Family]:
    """The families somebody may choose about."""
    return [family for family in OPTIONAL if staff or not family.staff]


def rhythm_of(family: Family, choices: Mapping[str, str]) -> str:
    """How somebody wants it told; at once until they chose, and always for what is essential."""
    if family.essential or not family.listed:
        return NOW
    chosen = choices.get(family.key, NOW)
    return chosen if chosen in RHYTHMS else NOW
