"""The words of the time ledger's accounts."""

ACCOUNT_LABELS = {
    "granted": "Dotations",
    "purchased": "Achats",
    "available": "Disponible",
    "reserved": "Réservé",
    "consumed": "Consommé",
    "expired": "Expiré",
}
