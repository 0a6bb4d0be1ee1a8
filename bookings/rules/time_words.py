"""The words of the time ledger."""

STANDING_LABELS = {
    "available": "disponible",
    "reserved": "réservé",
    "consumed": "consommé",
    "expired": "expiré",
}
