"""What no erasure changes, and the law that says so (RGPD art. 17.3). Everything else is looked through. Pure.

A table, or one column of it (`table.column`). tests/privacy/test_erasure.py proves the rest: whatever the application
may update is looked through, whatever it may not is here.
"""

from collections.abc import Mapping

ACCOUNTS = "Pièces comptables, gardées dix ans (code de commerce, L. 123-22)"
PROOF = "Preuve de ce qui a été déposé, commandé ou accepté (RGPD 17.3.e)\N{NO-BREAK SPACE}; durée fixée par le portail"
PUBLISHED = "Acte publié, dont la version fait foi"
LEDGER = "Compte en partie double, jamais réécrit\N{NO-BREAK SPACE}: pièce de la dépense"
REGISTER = "Nom d’un organisme au registre public FINESS, pas d’une personne"
MENTIONS = "Mentions légales du portail (LCEN, art. 6)\N{NO-BREAK SPACE}: le GRADeS y nomme quelqu’un d’autre"
NOTEBOOK = "Registre et cahier des violations, gardés tels qu’ils étaient (RGPD 30 et 33.5)"
IDENTIFIERS = "Identifiants seuls, aucun nom"

KEPT: Mapping[str, str] = {
    # Accounts.
    "invoice": ACCOUNTS,
    "invoice_line": ACCOUNTS,
    "invoice_document": ACCOUNTS,
    "invoice_series": ACCOUNTS,
    "issue_run": ACCOUNTS,
    "issuer": ACCOUNTS,
    "bank_line": ACCOUNTS,
    "bank_statement": ACCOUNTS,
    "payment": ACCOUNTS,
    "matching": ACCOUNTS,
    "journal_entry": ACCOUNTS,
    "journal_line": ACCOUNTS,
    "transmission_event": ACCOUNTS,
    "dunning": ACCOUNTS,
    "online_refund": ACCOUNTS,
    "payment_event": ACCOUNTS,
    "payout": ACCOUNTS,
    # Proofs.
    "submission": PROOF,
    "acceptance": PROOF,
    "quote": PROOF,
    "evidence": PROOF,
    # Published.
    "campaign_version": PUBLISHED,
    "service_version": PUBLISHED,
    "price_line": PUBLISHED,
    "price_revision": PUBLISHED,
    # The ledger of time.
    "time_packet": LEDGER,
    "time_movement": LEDGER,
    "time_entry": LEDGER,
    "time_account": LEDGER,
    "time_sheet": LEDGER,
    # Organisms, not people.
    "organisation.name": REGISTER,
    "organisation.finess_ej": REGISTER,
    "candidacy.applicant_name": REGISTER,
    "candidacy.applicant": REGISTER,
    "customer.name": REGISTER,
    "provider.name": REGISTER,
    "subcontractor.name": REGISTER,
    "adhesion": REGISTER,
    "tenant_profile": MENTIONS,
    # What was said and done about privacy itself.
    "processing_version": NOTEBOOK,
    "breach_revision": NOTEBOOK,
    "privacy_request": "La demande elle-même\N{NO-BREAK SPACE}: vidée quand l’attestation est partie",
    # Nothing but identifiers.
    "audit_line": IDENTIFIERS,
    "audit_chain": IDENTIFIERS,
    "audit_anchor": IDENTIFIERS,
    "outbox_message": IDENTIFIERS,
    "delivery": IDENTIFIERS,
    "deadline": IDENTIFIERS,
    "consent": IDENTIFIERS,
    "webhook_delivery": IDENTIFIERS,
}


def why_kept(table: str, column: str) -> str | None:
    """The reason for which a column is left as it is; None when it is looked through."""
    return KEPT.get(table) or KEPT.get(f"{table}.{column}")
