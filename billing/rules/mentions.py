"""The notes of an invoice (BG-1): the issuer's, and those that the law and the invoice itself add."""

from billing.rules.content import Content


def notes(content: Content) -> list[tuple[str, str]]:
    """(subject code of UNTDID 4451, text), in the order they are said."""
    said = [(code, text) for code, text in content.notes if text]
    said.append(("AAI", "Catégorie de l’opération\xa0: prestations de services."))
    if content.vat_on_debits:
        said.append(("AAI", "Option pour le paiement de la taxe d’après les débits."))
    if content.mentions:
        said.append(("AAI", content.mentions))
    return said


def reminders(content: Content) -> list[tuple[str, str]]:
    """What the page shows elsewhere than in its mentions, and the XML has no term for."""
    said = []
    if content.reason:
        label = "Motif de l’avoir" if content.kind == "credit_note" else "Motif de la rectification"
        said.append(("AAI", f"{label}\xa0: {content.reason}"))
    if content.engagement_number and content.purchaser_reference:
        said.append(("AAI", f"Référence de l’acheteur\xa0: {content.purchaser_reference}"))
    if len(content.orders) > 1:
        said.append(("AAI", f"Bons de commande\xa0: {', '.join(content.orders)}"))
    return said
