"""Why this provider, as its buyer reads it: the rule of the lot, and nothing about the other holders. Pure."""


def in_words(name: str, lot_number: int, assignment: str) -> str:
    """The sentence beside the name of whoever will do it."""
    if assignment == "ranked":
        return f"{name} est le premier titulaire disponible du lot {lot_number}, dans l’ordre du marché."
    if assignment == "in_turn":
        return f"C’est le tour de {name}\N{NO-BREAK SPACE}: les titulaires du lot {lot_number} se succèdent."
    return f"{name} est titulaire du lot {lot_number}."
