"""Why this provider, or none, as the buyer reads it: the rule of the lot, and nothing about the holders. Pure."""

from kit.french import NBSP


def in_words(name: str, lot_number: int, assignment: str) -> str:
    """The sentence beside the name of whoever will do it."""
    if assignment == "ranked":
        return f"{name} est le premier titulaire disponible du lot {lot_number}, dans l’ordre du marché."
    if assignment == "in_turn":
        return f"C’est le tour de {name}\N{NO-BREAK SPACE}: les titulaires du lot {lot_number} se succèdent."
    return f"{name} est titulaire du lot {lot_number}."


def nobody_in_words(lot_number: int) -> str:
    """Nobody can: who is suspended, uninsured or full is between each holder and the GRADeS."""
    return (
        f"Aucun titulaire du lot {lot_number} ne peut intervenir pour votre organisme en ce moment{NBSP}: le GRADeS en "
        "sait la raison, et peut vous dire ce qui est possible."
    )


def unfit_in_words(name: str) -> str:
    """The one who was quoted cannot any more."""
    return f"{name} ne peut plus faire cette mission."
