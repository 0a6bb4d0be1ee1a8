"""What billing keeps of people, for whoever asks to see theirs. All of it is accounts: nothing is erased before ten
years, but an address that receives invoices, which is replaced as any other word (privacy.service.scrub)."""

from billing.models import (
    AdhesionFee,
    BankStatement,
    Checkout,
    Customer,
    Invoice,
    Issuer,
    IssueRun,
    Matching,
    OnlineRefund,
    Payment,
    PaymentAccount,
    Subscription,
    TransmissionEvent,
    VatRule,
)
from tenants.queries.trace import Trace

INVOICES = "Savoir qui a préparé et émis une facture"
ACCOUNTS = "Tenir les comptes"
AMOUNT, DAY = {"amount_cents": "Montant (centimes)"}, "Le"
TRACES = (
    Trace(
        Invoice,
        "Factures préparées ou émises",
        INVOICES,
        by=("created_by", "issued_by"),
        shown={"number": "Numéro", "kind": "Nature", "created_at": "Préparée le", "issued_at": "Émise le"},
    ),
    Trace(IssueRun, "Émissions demandées", INVOICES, by=("asked_by",), shown={"total": "Factures", "asked_at": DAY}),
    Trace(
        Customer,
        "Adresse qui reçoit des factures",
        "Envoyer les factures",
        email=("email",),
        shown={"number": "Client", "name": "Nom", "email": "Adresse"},
    ),
    Trace(
        Issuer,
        "Adresse du GRADeS sur ses factures",
        "Dire qui facture",
        email=("email",),
        shown={"name": "Nom", "email": "Adresse", "accounting_officer": "Agent comptable"},
    ),
    Trace(
        Subscription,
        "Abonnements ouverts",
        INVOICES,
        by=("created_by",),
        shown={"title": "Abonnement", "created_at": DAY},
    ),
    Trace(
        AdhesionFee,
        "Tarifs de cotisation fixés",
        ACCOUNTS,
        by=("set_by",),
        shown={"year": "Année", **AMOUNT, "set_at": DAY},
    ),
    Trace(VatRule, "Règles de TVA fixées", ACCOUNTS, by=("set_by",), shown={"starts_on": "À partir du", "set_at": DAY}),
    Trace(
        BankStatement,
        "Relevés de banque importés",
        ACCOUNTS,
        by=("imported_by",),
        shown={"file_name": "Fichier", "imported_at": DAY},
    ),
    Trace(
        Payment,
        "Paiements saisis",
        ACCOUNTS,
        by=("recorded_by",),
        shown={"reference": "Référence", "payer": "Payeur", **AMOUNT, "recorded_at": DAY},
    ),
    Trace(
        Matching,
        "Rapprochements faits ou défaits",
        ACCOUNTS,
        by=("matched_by", "undone_by"),
        shown={"reason": "Raison", **AMOUNT, "matched_at": DAY, "undone_at": "Défait le"},
    ),
    Trace(
        Checkout,
        "Paiements en ligne commencés",
        "Encaisser",
        by=("created_by",),
        shown={**AMOUNT, "state": "État", "created_at": DAY},
    ),
    Trace(
        OnlineRefund,
        "Remboursements demandés",
        ACCOUNTS,
        by=("asked_by",),
        shown={**AMOUNT, "reason": "Raison", "asked_at": DAY},
    ),
    Trace(PaymentAccount, "Réglage du paiement en ligne", ACCOUNTS, by=("changed_by",), shown={"changed_at": DAY}),
    Trace(
        TransmissionEvent,
        "Suivi des factures envoyées",
        "Savoir où en est une facture",
        by=("recorded_by",),
        shown={"status": "État", "detail": "Précision", "recorded_at": DAY},
    ),
)
