"""Roles and the checks of what people type about themselves. Pure."""

TENANT_ROLES = ("ars_manager", "ars_instructor", "grades_manager")
ORGANISATION_ROLES = ("owner", "editor", "reader")
ROLE_LABELS = {
    "ars_manager": "Responsable à l’ARS",
    "ars_instructor": "Instructeur à l’ARS",
    "grades_manager": "Gestionnaire du GRADeS",
    "owner": "Responsable du compte",
    "editor": "Contributeur",
    "reader": "Lecteur",
}
