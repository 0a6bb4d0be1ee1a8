"""Contesting an invoice and being answered: what is typed. Pure."""

from campaigns.rules.form import tidy
from kit.errors import Invalid
from kit.french import grouped

LONGEST_TEXT = 2000


def check_motive(text: str) -> str:
    """Why an invoice is contested. Raises Invalid (field motive)."""
    return _text(text, "motive", "Dites ce que vous contestez, et pourquoi.", "La facture n’est pas contestée.")


def check_answer(text: str) -> str:
    """What the GRADeS answers. Raises Invalid (field answer)."""
    return _text(text, "answer", "Écrivez votre réponse\N{NO-BREAK SPACE}: le client la reçoit.", "Rien n’est répondu.")


def _text(text: str, field: str, empty: str, sentence: str) -> str:
    tidied = tidy(text)
    if not tidied:
        raise Invalid(sentence, {field: empty})
    if len(tidied) > LONGEST_TEXT:
        raise Invalid(sentence, {field: f"{grouped(LONGEST_TEXT)} caractères au plus."})
    return tidied
