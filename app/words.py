"""What the API says of a value it cannot take: marshmallow's and webargs' sentences, in French; ours pass."""

import re

EXACT = {
    "Missing data for required field.": "Cette valeur est obligatoire.",
    "Field may not be null.": "Cette valeur ne peut pas être vide.",
    "Unknown field.": "Cette clé n’existe pas.",
    "Invalid value.": "Cette valeur ne convient pas.",
    "Invalid input type.": "Ce n’est pas un objet.",
    "Invalid type.": "Ce n’est pas un objet.",
    "Not a valid mapping type.": "Ce n’est pas un objet.",
    "Not a valid list.": "Ce n’est pas une liste.",
    "Not a valid string.": "Ce n’est pas un texte.",
    "Not a valid utf-8 string.": "Ce texte n’est pas en UTF-8.",
    "Not a valid UUID.": "Ce n’est pas un identifiant.",
    "Not a valid integer.": "Ce n’est pas un nombre entier.",
    "Not a valid number.": "Ce n’est pas un nombre.",
    "Number too large.": "Ce nombre est trop grand.",
    "Not a valid boolean.": "Écrivez true ou false.",
    "Not a valid date.": "Ce n’est pas une date (par exemple 2025-09-23).",
    "Not a valid datetime.": "Ce n’est pas un instant (ISO 8601, par exemple 2025-09-23T21:59:59Z).",
    "Not a valid aware datetime.": "Précisez le fuseau de cet instant, par exemple 2025-09-23T21:59:59Z.",
    "Not a valid email address.": "Ce n’est pas une adresse électronique.",
    "Not a valid URL.": "Ce n’est pas une adresse web.",
    "String does not match expected pattern.": "Cette valeur n’a pas la forme attendue.",
}
PATTERNS = [
    (r"Must be one of: (.*)\.", "Valeurs possibles\N{NO-BREAK SPACE}: \\1."),
    (r"Length must be (\S+)\.", "La longueur doit être \\1."),
    (r"Length must be between (\S+) and (\S+)\.", "La longueur doit être comprise entre \\1 et \\2."),
    (r"Shorter than minimum length (\S+)\.", "La longueur doit être d’au moins \\1."),
    (r"Longer than maximum length (\S+)\.", "La longueur ne doit pas dépasser \\1."),
    (r"Must be greater than or equal to (\S+)\.", "Ce nombre doit être d’au moins \\1."),
    (r"Must be less than or equal to (\S+)\.", "Ce nombre ne doit pas dépasser \\1."),
    (
        r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.",
        "Ce nombre doit être compris entre \\1 et \\2.",
    ),
]


def in_french(sentence: str) -> str:
    """The sentence in French; unchanged when the library did not write it."""
    if sentence in EXACT:
        return EXACT[sentence]
    for pattern, words in PATTERNS:
        found = re.fullmatch(pattern, sentence)
        if found:
            return found.expand(words)
    return sentence
