"""What this package keeps of people, for whoever asks to see theirs; and how a place in a portal is given up."""

from tenants.models import (
    AccountReview,
    ApiClient,
    ApiToken,
    Consent,
    Membership,
    OrganisationClaim,
    OrganisationMember,
    SignInLink,
    TenantExport,
)
from tenants.queries.trace import Trace

ACCESS = "Vous reconnaître, et savoir ce que vous pouvez faire ici"
PROGRAMS = "Savoir qui a ouvert un accès à un programme"
TRACES = (
    Trace(
        Membership,
        "Rôles à l’ARS ou au GRADeS",
        ACCESS,
        by=("user_id",),
        shown={"role": "Rôle", "granted_at": "Donné le", "reviewed_at": "Vérifié le"},
    ),
    Trace(
        OrganisationMember,
        "Places dans des organismes",
        "Savoir qui écrit et dépose les dossiers de l’organisme",
        by=("user_id",),
        shown={
            "organisation_id": "Organisme (identifiant)",
            "role": "Rôle",
            "function": "Fonction",
            "joined_at": "Depuis le",
            "reviewed_at": "Vérifiée le",
        },
    ),
    Trace(
        OrganisationClaim,
        "Demandes d’accès à un organisme",
        "Vérifier qui représente un organisme",
        by=("user_id",),
        shown={
            "finess_ej": "FINESS juridique",
            "name": "Organisme",
            "function": "Fonction déclarée",
            "evidence": "Justification",
            "siret": "SIRET donné par le fournisseur d’identité",
            "file_name": "Pièce jointe",
            "state": "État",
            "asked_at": "Demandée le",
            "decided_at": "Réponse le",
            "decision": "Réponse",
        },
    ),
    Trace(  # others' requests: what they say of themselves is theirs (RGPD 15.4)
        OrganisationClaim,
        "Demandes d’accès auxquelles vous avez répondu",
        "Savoir qui a donné ou refusé un accès",
        by=("decided_by",),
        shown={"finess_ej": "FINESS juridique", "name": "Organisme", "state": "État", "decided_at": "Réponse le"},
    ),
    Trace(
        AccountReview,
        "Revues des comptes",
        "Savoir qui a vérifié les accès",
        by=("closed_by",),
        shown={"opened_at": "Ouverte le", "closed_at": "Close le", "kept": "Gardés", "removed": "Retirés"},
    ),
    Trace(
        Consent,
        "Consentements",
        "Prouver ce à quoi vous avez dit oui, ou non",
        by=("user_id",),
        shown={"purpose": "Finalité", "version": "Version du texte", "given": "Donné", "said_at": "Le"},
    ),
    Trace(
        SignInLink,
        "Liens de connexion récents",
        "Vous faire entrer",
        email=("email",),
        shown={
            "email": "Adresse",
            "created_at": "Demandé le",
            "expires_at": "Valable jusqu’au",
            "used_at": "Utilisé le",
        },
    ),
    Trace(
        ApiToken,
        "Jetons d’API créés",
        PROGRAMS,
        by=("created_by",),
        shown={"name": "Nom", "created_at": "Créé le", "expires_at": "Expire le", "revoked_at": "Révoqué le"},
    ),
    Trace(
        ApiClient,
        "Programmes déclarés",
        PROGRAMS,
        by=("created_by",),
        shown={"name": "Nom", "created_at": "Créé le", "expires_at": "Expire le", "revoked_at": "Révoqué le"},
    ),
    Trace(
        TenantExport,
        "Exports du portail demandés",
        "Savoir qui a demandé une copie du portail",
        by=("asked_by",),
        shown={"state": "État", "asked_at": "Demandé le", "expires_at": "Expire le"},
    ),
)
