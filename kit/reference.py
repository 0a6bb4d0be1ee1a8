"""Names that people read aloud, drawn at random: they tell no count, and nobody waits for the next one."""

import secrets

# Neither vowels (no word appears) nor characters taken for one another on a letter or a telephone.
ALPHABET = "23456789CDFGHJKMNPQRTVWX"


def random_letters(length: int) -> str:
    """So many characters of the alphabet, as good as a secret when there are enough of them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_reference(prefix: str, year: int) -> str:
    """« BC-2026-7K4M-QC2D »: a hundred billion for a prefix and a year; a unique constraint guards against the twin."""
    return f"{prefix}-{year}-{random_letters(4)}-{random_letters(4)}"
