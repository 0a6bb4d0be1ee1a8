"""The states of invoices, receivables, transmissions, checkouts and subscriptions; the words of billing."""

from kit.machine import Machine, move

# UNTDID 1001: what BT-3 says.
INVOICE_KINDS = ("invoice", "corrected", "credit_note")
TYPE_CODES = {"invoice": "380", "corrected": "384", "credit_note": "381"}
INVOICE_LABELS = {"invoice": "Facture", "corrected": "Facture rectificative", "credit_note": "Avoir"}
# Payment terms, dunning and VAT differ by these. The delay of public health establishments is 50 days (R. 2192-11).
CUSTOMER_KINDS = ("public_health", "public", "private")
CUSTOMER_LABELS = {
    "public_health": "Établissement public de santé",
    "public": "Autre organisme public",
    "private": "Organisme privé",
}
CUSTOMER_STATUSES = ("member", "other", "funder")
STATUS_LABELS = {"member": "Adhérent", "other": "Non-adhérent", "funder": "Financeur (ARS)"}
# What an invoice must carry to be accepted by the customer's own rules (Chorus Pro's flags).
REQUIREMENTS = ("none", "service", "engagement", "both", "either")
CHANNELS = ("chorus_pro", "platform", "email", "manual")
CHANNEL_LABELS = {
    "chorus_pro": "Chorus Pro",
    "platform": "Plateforme agréée",
    "email": "Courriel",
    "manual": "Dépôt à la main",
}
# What a line is for; VAT rules may name one.
SUBJECTS = ("service", "late_fee", "subscription", "adhesion", "other")
SUBJECT_LABELS = {
    "service": "Prestation",
    "late_fee": "Frais d’annulation",
    "subscription": "Abonnement",
    "adhesion": "Cotisation",
    "other": "Autre",
}
SOURCES = ("order", "order_fee", "subscription", "adhesion", "manual")
SHARES = ("whole", "ars", "remainder")
# UNCL 5305, the ones a French public issuer meets: standard, exempt, outside scope, zero.
VAT_CATEGORIES = ("S", "E", "O", "Z")
OUTSIDE_SCOPE = "O"
PAYMENT_KINDS = ("transfer", "card", "sepa_debit", "cheque", "other")
PAYMENT_LABELS = {
    "transfer": "Virement",
    "card": "Carte bancaire",
    "sepa_debit": "Prélèvement SEPA",
    "cheque": "Chèque",
    "other": "Autre",
}
# What a person records: cards and debits come from the provider alone.
RECORDED_KINDS = ("cheque", "transfer", "other")
MATCHING_KINDS = ("payment", "credit_note", "write_off", "refund")
PERIODS = ("month", "quarter", "year")
PERIOD_MONTHS = {"month": 1, "quarter": 3, "year": 12}
PRORATIONS = ("none", "month", "day")
JOURNALS = ("VE", "BQ", "OD")
JOURNAL_LABELS = {"VE": "Ventes", "BQ": "Banque", "OD": "Opérations diverses"}

INVOICE = Machine(
    "invoice",
    "draft",
    {
        "queue": move("draft", "queued", "Seul un brouillon peut être émis."),
        "return": move("queued", "draft", "Cette facture n’est pas en cours d’émission."),
        "issue": move("queued", "issued", "Cette facture n’est pas en cours d’émission."),
        "discard": move(
            "draft", "discarded", "Seul un brouillon peut être écarté : une facture émise se corrige par un avoir."
        ),
        "restore": move("discarded", "draft", "Seul un brouillon écarté peut être repris."),
    },
)
RECEIVABLE = Machine(
    "receivable",
    "due",
    {
        "contest": move("due", "contested", "Cette facture est déjà contestée."),
        "resume": move("contested", "due", "Cette facture n’est pas contestée."),
    },
)
TRANSMISSION = Machine(
    "transmission",
    "waiting",
    {
        "deposit": move("waiting failed", "deposited", "Cette facture a déjà été déposée."),
        "accept": move("deposited", "accepted", "Cette facture n’a pas été déposée."),
        "reject": move("deposited accepted", "rejected", "Cette facture n’a pas été déposée."),
        "fail": move("waiting", "failed", "Cette facture n’attend plus d’être transmise."),
        "retry": move("failed rejected", "waiting", "Cette facture n’attend pas un nouvel essai."),
    },
)
CHECKOUT = Machine(
    "checkout",
    "created",
    {
        "open": move("created", "open", "Ce paiement a déjà été ouvert."),
        "wait": move("created open", "pending", "Ce paiement est déjà terminé."),
        "pay": move("created open pending failed expired", "paid", "Ce paiement est déjà enregistré."),
        "fail": move("created open pending", "failed", "Ce paiement est déjà terminé."),
        "expire": move("created open", "expired", "Ce paiement est déjà terminé."),
        "dispute": move("paid refunded", "disputed", "Seul un paiement reçu peut être contesté."),
        "win": move("disputed", "paid", "Ce paiement n’est pas contesté."),
        "lose": move("disputed", "lost", "Ce paiement n’est pas contesté."),
        "refund": move("paid", "refunded", "Seul un paiement reçu peut être remboursé."),
        "recover": move("refunded", "paid", "Ce paiement n’a pas été remboursé."),
    },
)
# What takes money of a checkout back: `asked` is only ours yet, `sent` is known by the provider, `applied` is done.
TAKEN_KINDS = ("refund", "dispute")
ONLINE_REFUND = Machine(
    "online_refund",
    "asked",
    {
        "send": move("asked", "sent", "Ce remboursement est déjà parti."),
        "apply": move("asked sent failed", "applied", "Ce remboursement est déjà fait."),
        "fail": move("asked sent applied", "failed", "Ce remboursement a déjà échoué."),
    },
)
PAYOUT = Machine(
    "payout",
    "pending",
    {
        "send": move("pending", "in_transit", "Ce versement est déjà parti."),
        "pay": move("pending in_transit", "paid", "Ce versement est déjà terminé."),
        "fail": move("pending in_transit paid", "failed", "Ce versement a déjà échoué."),
        "cancel": move("pending in_transit", "canceled", "Ce versement est déjà terminé."),
    },
)
SUBSCRIPTION = Machine(
    "subscription",
    "active",
    {"end": move("active", "ended", "Cet abonnement est déjà terminé.")},
)
