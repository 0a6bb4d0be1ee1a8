"""The roles, their names, and the check of one that was asked for."""

from kit.errors import Invalid

TENANT_ROLES = ("ars_manager", "ars_instructor", "grades_manager")
ORGANISATION_KINDS = ("legal_entity", "provider")
ORGANISATION_ROLES = ("owner", "editor", "billing", "reader")
ROLE_LABELS = {
    "ars_manager": "Responsable à l’ARS",
    "ars_instructor": "Instructeur à l’ARS",
    "grades_manager": "Gestionnaire du GRADeS",
    "owner": "Responsable du compte",
    "editor": "Contributeur",
    "billing": "Facturation",
    "reader": "Lecteur",
}
ROLE_HINTS = {
    "owner": "écrit et dépose les dossiers, gère les personnes",
    "editor": "écrit et dépose les dossiers",
    "billing": "consulte les dossiers, suit et règle les factures",
    "reader": "consulte les dossiers",
}
# The same roles at a provider's.
SUPPLIER_ROLE_HINTS = {
    "owner": "conduit les missions, gère les personnes",
    "editor": "conduit les missions",
    "billing": "consulte les missions et leurs montants",
    "reader": "consulte les missions",
}


def check_role(role: str, among: tuple[str, ...]) -> str:
    """`role`, when it is one of `among`. Raises Invalid (field `role`)."""
    if role not in among:
        known = ", ".join(among)
        raise Invalid(
            f"Ce rôle n’existe pas\N{NO-BREAK SPACE}: {role}. Rôles possibles\N{NO-BREAK SPACE}: {known}.",
            {"role": "Choisissez un rôle de la liste."},
        )
    return role
