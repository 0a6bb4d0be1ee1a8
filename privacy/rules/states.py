"""The states of requests, exports and breaches, and the moves between them."""

from kit.machine import Machine, move

REQUEST_KINDS = ("access", "rectification", "erasure", "restriction", "objection", "portability")
REQUEST_LABELS = {
    "access": "Accès à ses données",
    "rectification": "Rectification",
    "erasure": "Effacement",
    "restriction": "Limitation du traitement",
    "objection": "Opposition",
    "portability": "Portabilité",
}
ARTICLES = {"access": 15, "rectification": 16, "erasure": 17, "restriction": 18, "objection": 21, "portability": 20}
CHANNELS = ("portal", "letter", "mail")
CHANNEL_LABELS = {"portal": "Sur le portail", "letter": "Par courrier", "mail": "Par courriel"}
EXPORT_STATES = ("asked", "ready", "expired", "failed")
OVER = "Cette demande a déjà reçu sa réponse."

REQUEST = Machine(
    "privacy_request",
    "received",
    {
        "answer": move("received", "answered", OVER),
        "refuse": move("received", "refused", OVER),
        "withdraw": move("received", "withdrawn", OVER),
        "erase": move("received", "erasing", OVER),
        "finish": move("erasing", "answered", "Aucun effacement n’est en cours pour cette demande."),
    },
)
REQUEST_STATE_LABELS = {
    "received": "À traiter",
    "erasing": "Effacement en cours",
    "answered": "Répondue",
    "refused": "Refusée",
    "withdrawn": "Retirée",
}
BREACH = Machine(
    "breach",
    "open",
    {
        "notify": move("open", "notified", "La notification à la CNIL est déjà notée."),
        "close": move("open notified", "closed", "Cette violation est déjà close."),
    },
)
BREACH_STATE_LABELS = {"open": "En cours", "notified": "CNIL notifiée", "closed": "Close"}
