"""Where an establishment is: INSEE codes, and the départements the register used to write its own way. Pure."""

import re

_COMMUNE = re.compile(r"(?:\d{2}|2[AB])\d{3}")

# Until 2026 the etalab extracts wrote overseas départements with a letter. The commune's three last characters then
# follow "97" ("98" for Wallis-et-Futuna): 9A + 123 is Saint-Barthélemy, 97123.
_LEGACY_PREFIX = {"9A": "97", "9B": "97", "9C": "97", "9D": "97", "9E": "97", "9F": "97", "9J": "98"}


def is_commune(code: str) -> bool:
    """Whether `code` is written like an INSEE commune code: five characters."""
    return _COMMUNE.fullmatch(code) is not None


def department_of(commune_code: str) -> str:
    """The INSEE département of a commune: three characters overseas (97…, 98…), else two (2A and 2B in Corsica)."""
    return commune_code[:3] if commune_code.startswith(("97", "98")) else commune_code[:2]


def commune_from_legacy(department: str, last_three: str) -> str:
    """The INSEE commune code of a legacy row, which splits it in two and names overseas départements 9A…9J."""
    return _LEGACY_PREFIX.get(department, department) + last_three
