"""What a program may be allowed to do, in words: parts of the house, each to be read or to be acted on too.

A part names things (`invoice`); reading it is what its GET views ask for and no other view does.
"""

from collections.abc import Collection
from dataclasses import dataclass

from flask import Flask

from app.auth import API, view_permission
from app.rooms import permissions


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the house. `things` are its scopes to act; `read` its scopes to read (empty: nothing to read)."""

    key: str
    label: str
    hint: str
    things: tuple[str, ...]
    read: tuple[str, ...] = ()


PARTS = (
    Part(
        "campaigns",
        "Appels à candidatures et dossiers",
        "appels, dossiers, instruction, décisions, places",
        ("campaign", "candidacy", "attachment", "review", "decision", "award", "receipt"),
    ),
    Part(
        "catalogue",
        "Catalogue et marché",
        "prestations, accords-cadres, bordereaux de prix",
        ("service", "agreement", "price", "price_schedule"),
    ),
    Part(
        "providers",
        "Prestataires",
        "fiches, consultants, qualifications, assurances, disponibilités",
        ("provider", "consultant", "qualification", "insurance", "subcontractor", "availability"),
    ),
    Part(
        "orders",
        "Commandes et missions",
        "droits, devis, commandes, missions, livrables, avis",
        ("entitlement", "quote", "order", "mission", "deliverable", "satisfaction"),
    ),
    Part(
        "time",
        "Séances collectives et temps partagé",
        "séances, places, listes d’attente, temps de RSSI",
        ("slot", "booking", "waiting", "time_account", "time_sheet"),
    ),
    Part(
        "billing",
        "Facturation",
        "clients, brouillons, factures, transmissions, abonnements",
        ("customer", "draft", "invoice", "transmission", "subscription", "vat_rule", "account_statement"),
    ),
    Part(
        "payments",
        "Encaissements et comptabilité",
        "relevés de banque, paiements, rapprochements, écritures",
        ("bank_statement", "payment", "matching", "checkout", "payout", "receivable", "journal"),
    ),
    Part(
        "organisations",
        "Organismes et personnes",
        "comptes, membres, demandes d’accès",
        ("organisation", "organisation_member", "organisation_claim"),
    ),
    Part("register", "Registre FINESS", "recherche, numéros, éditions", ("register",)),
    Part(
        "notices",
        "Courriels et incidents du portail",
        "ce qui est parti, ce qui a été refusé, ce qui ne marche pas",
        ("notification", "incident"),
    ),
    Part(
        "webhooks",
        "Webhooks",
        "adresses prévenues, journal des envois",
        ("webhook_endpoint", "webhook_delivery"),
    ),
)
# What the API says without any scope of a part: the portal, who the token is, where tokens are given.
APART = frozenset({"public", "tenant", "access_token"})


def install(app: Flask) -> None:
    """After every view is there: let the pages of tokens know the parts, and all the scopes that exist."""
    reading: set[str] = set()
    acting: set[str] = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(API):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                (reading if method == "GET" else acting).add(view_permission(app, rule.endpoint, method) or "")
    app.extensions["crrc_scopes"] = tuple(_with_reading(part, reading - acting) for part in PARTS)
    app.extensions["crrc_known_scopes"] = frozenset(permissions())


def _with_reading(part: Part, reading: Collection[str]) -> Part:
    read = tuple(sorted(one for one in reading if one.partition(".")[0] in part.things))
    return Part(part.key, part.label, part.hint, part.things, read)
