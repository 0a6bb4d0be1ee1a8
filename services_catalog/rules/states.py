"""The words of the catalogue and the market, and the states of what is in them."""

from kit.machine import Machine, move

FAMILIES = (
    "diagnostic",
    "exercise",
    "shared_ciso",
    "audit",
    "continuity_plan",
    "awareness",
    "data_protection",
    "phishing",
    "incident_response",
)
FAMILY_LABELS = {
    "diagnostic": "Diagnostic",
    "exercise": "Exercice de crise",
    "shared_ciso": "RSSI à temps partagé",
    "audit": "Audit",
    "continuity_plan": "Plan de continuité",
    "awareness": "Sensibilisation",
    "data_protection": "Délégué à la protection des données",
    "phishing": "Campagne d’hameçonnage",
    "incident_response": "Réponse à incident",
}
LEVELS = ("beginner", "intermediate", "advanced")
LEVEL_LABELS = {"beginner": "débutant", "intermediate": "intermédiaire", "advanced": "confirmé"}

# How a service is used: a mission for one facility, a place in a session, or half-days put on an account.
MODES = ("mission", "session", "time")
UNITS = ("package", "day", "half_day", "site", "workstation", "exercise", "month")
UNIT_LABELS = {
    "package": "forfait",
    "day": "jour",
    "half_day": "demi-journée",
    "site": "site",
    "workstation": "poste",
    "exercise": "exercice",
    "month": "mois",
}
# What a size bracket counts. Budget is in euros a year.
MEASURES = ("none", "establishments", "places", "workstations", "budget")
MEASURE_LABELS = {
    "none": "sans tranche",
    "establishments": "établissements",
    "places": "places",
    "workstations": "postes",
    "budget": "euros de budget",
}
TARIFFS = ("all", "adherent", "other")
TARIFF_LABELS = {"all": "tarif unique", "adherent": "tarif adhérent", "other": "tarif non adhérent"}
ASSIGNMENTS = ("single", "ranked", "in_turn")
ASSIGNMENT_LABELS = {
    "single": "un seul titulaire",
    "ranked": "titulaires classés",
    "in_turn": "titulaires à tour de rôle",
}
QUALIFICATIONS = ("passi", "pris", "pdis", "pams", "pacs", "expertcyber")
QUALIFICATION_LABELS = {
    "passi": "PASSI",
    "pris": "PRIS",
    "pdis": "PDIS",
    "pams": "PAMS",
    "pacs": "PACS",
    "expertcyber": "ExpertCyber",
}

SERVICE = Machine(
    "service",
    "draft",
    {
        # Publishing again makes a new version: orders keep the one they were placed on.
        "publish": move("draft published withdrawn", "published", "Cette prestation ne peut pas être publiée."),
        "withdraw": move("published", "withdrawn", "Seule une prestation publiée peut être retirée du catalogue."),
    },
)
PRICE_SCHEDULE = Machine(
    "price_schedule",
    "draft",
    {
        "publish": move("draft", "published", "Ce bordereau est déjà publié : importez-en un nouveau."),
        "discard": move("draft", "discarded", "Un bordereau publié ne peut pas être écarté."),
    },
)
PROVIDER = Machine(
    "provider",
    "active",
    {
        "suspend": move("active", "suspended", "Ce prestataire est déjà suspendu."),
        "resume": move("suspended", "active", "Ce prestataire n’est pas suspendu."),
    },
)
