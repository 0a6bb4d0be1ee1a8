"""The states of entitlements, orders, slots, missions; the words of time."""

from kit.machine import Machine, move

HALVES = ("am", "pm")
HALF_LABELS = {"am": "matin", "pm": "après-midi"}
SLOT_KINDS = ("single", "group")
PACKET_SOURCES = ("award", "grant", "order", "carry_over", "transfer")
ACCOUNT_KINDS = ("granted", "purchased", "available", "reserved", "consumed", "expired")
# Accounts of a packet; the four others are the tenant's, one of each kind.
PACKET_ACCOUNTS = ("available", "reserved")
MOVEMENTS = ("grant", "purchase", "reserve", "release", "consume", "expire", "carry_over", "transfer", "correct")
PACKET_LABELS = {
    "award": "Dotation de l’ARS",
    "grant": "Dotation du GRADeS",
    "order": "Achat",
    "carry_over": "Report",
    "transfer": "Transfert",
}
MOVEMENT_LABELS = {
    "grant": "Dotation",
    "purchase": "Achat",
    "reserve": "Réservation",
    "release": "Libération",
    "consume": "Consommation",
    "expire": "Expiration",
    "carry_over": "Report",
    "transfer": "Transfert",
    "correct": "Correction",
}

ENTITLEMENT = Machine(
    "entitlement",
    "open",
    {
        "use": move("open", "used", "Ce droit a déjà été utilisé, ou il n’est plus valable."),
        "restore": move("used", "open", "Ce droit n’a pas été utilisé."),
        "close": move("open", "closed", "Ce droit a déjà été utilisé, ou il n’est plus valable."),
    },
)
ORDER = Machine(
    "order",
    "requested",
    {
        "place": move("requested", "placed", "Cette commande a déjà été passée, refusée ou annulée."),
        "refuse": move("requested", "refused", "Cette commande n’attend plus d’approbation."),
        "cancel": move("requested placed", "cancelled", "Cette commande ne peut plus être annulée."),
        "complete": move("placed", "completed", "Cette commande n’est pas en cours."),
    },
)
SLOT = Machine(
    "slot",
    "open",
    {"cancel": move("open", "cancelled", "Ce créneau est déjà annulé.")},
)
BOOKING = Machine(
    "booking",
    "taken",
    {"release": move("taken", "released", "Cette place a déjà été rendue.")},
)
WAITING = Machine(
    "waiting",
    "waiting",
    {
        "offer": move("waiting", "offered", "Cette demande n’attend plus de place."),
        "take": move("offered", "taken", "Cette place n’est plus proposée : le délai pour répondre est passé."),
        "expire": move("offered", "expired", "Cette place n’est plus proposée."),
        "leave": move("waiting offered", "left", "Cette demande n’attend plus de place."),
    },
)
MISSION = Machine(
    "mission",
    "created",
    {
        "assign": move(
            "created assigned planned", "assigned", "Cette mission a commencé : son prestataire ne change plus."
        ),
        "plan": move(
            "assigned planned", "planned", "Cette mission ne peut pas être planifiée : a-t-elle un prestataire ?"
        ),
        "unplan": move("planned", "assigned", "Cette mission n’est pas planifiée."),
        "start": move("planned", "running", "Seule une mission planifiée peut commencer."),
        "deliver": move("planned running reserved", "delivered", "Cette mission ne peut pas être livrée."),
        "accept": move("delivered", "accepted", "Seule une mission livrée peut être acceptée."),
        "reserve": move("delivered", "reserved", "Seule une mission livrée peut recevoir des réserves."),
        "cancel": move(
            "created assigned planned", "cancelled", "Cette mission a commencé : elle ne peut plus être annulée."
        ),
    },
)
