"""The portal's settings: one page of cards, each leading to what a manager may set or read."""

from dataclasses import dataclass

from flask import Blueprint, current_app, url_for
from werkzeug.wrappers import Response

from kit.web import actor, page, permission
from tenants.service import profile

settings = Blueprint("settings", __name__, url_prefix="/staff/settings")


@dataclass(frozen=True, slots=True)
class Card:
    """A line of the page: shown when its page exists and whoever reads may open it."""

    title: str
    text: str
    endpoint: str


# Every package adds its card here, by its endpoint: nothing is imported.
PARTS: tuple[tuple[str, tuple[Card, ...]], ...] = (
    (
        "Le portail",
        (
            Card("Identité", "Nom, ARS, contact, fuseau horaire, nom de domaine.", "portal_identity.edit"),
            Card("Territoire", "Les départements de la région que ce portail dessert.", "territory.edit"),
            Card("Marque", "Couleur, logo, en-tête des documents.", "portal_brand.edit"),
            Card("Pages légales", "Éditeur, hébergeur, délégué, sécurité, accessibilité.", "portal_legal.edit"),
            Card("Facturation", "Identité de facturation, banque, TVA, relances.", "billing_settings.edit_issuer"),
        ),
    ),
    (
        "Accès",
        (
            Card("Règles d’accès", "Second facteur, durées de session, preuves, revues.", "portal_policy.edit"),
            Card("Personnes", "Qui a un rôle à l’ARS et au GRADeS.", "staff_people.list_people"),
            Card("Organismes", "Les comptes ouverts, à confirmer, demandés.", "organisations.list_organisations"),
            Card("Revues des accès", "Deux fois par an, qui a encore accès.", "account_reviews.list_reviews"),
            Card("Fournisseurs d’identité", "ProConnect, Pro Santé Connect.", "identity_providers.list_providers"),
            Card("Programmes", "Les logiciels qui lisent ce portail ou y écrivent.", "tokens.list_tokens"),
            Card(
                "Notifications sortantes",
                "Les logiciels que le portail prévient de lui-même.",
                "webhooks.list_endpoints",
            ),
        ),
    ),
    (
        "Preuves et données",
        (
            Card(
                "Journal des actions",
                "Qui a fait quoi, et quand\xa0; vérifiable.",
                "audit.list_lines",
            ),
            Card("Données personnelles", "Registre, durées, demandes, violations.", "privacy.overview"),
            Card("Adresses en échec", "Les adresses auxquelles plus rien n’est envoyé.", "mails.list_suppressed"),
            Card(
                "Exporter le portail",
                "Toutes les données et les fichiers, en formats ouverts.",
                "portal_exports.list_exports",
            ),
        ),
    ),
)


@settings.get("")
@permission("tenant_profile.view")
def index() -> Response:
    """What can be set, and what is missing."""
    found = profile.view_portal(actor())
    return page(
        "tenants/settings/index.html",
        found=found,
        missing=[(lack.sentence, url_for(lack.endpoint, _anchor=lack.field)) for lack in found.lacks],
        parts=[(title, shown) for title, cards in PARTS if (shown := [one for one in cards if _exists(one)])],
        needed=lambda card: getattr(current_app.view_functions[card.endpoint], "permission", None),
    )


def _exists(card: Card) -> bool:
    return card.endpoint in current_app.view_functions
