"""FINESS numbers and their check key; SIREN and SIRET through python-stdnum. Pure."""

import re

from stdnum.fr import siren as _siren
from stdnum.fr import siret as _siret

# The XSD of the etalab extract. EJ and ET share one series: a number does not say which of the two it names.
_SHAPE = re.compile(r"[0-9][0-9A-Z][0-9]{7}")
_SEPARATORS = re.compile(r"[\s.\-_/:\u200b]+")
# What people paste before a number: « FINESS 359002607 », « N° EJ : 359002607 ».
_LABEL = re.compile(r"^(N[°O]?)?(FINESS|SIRET|SIREN)?(EJ|ET)?(?=[0-9])")
# Corsica: the key counts 2A as 21 and 2B as 22. Written nowhere; deduced from 104 real numbers, all of which agree
# (and none with 0/0, 9/8, the NIR's 19/18, or base 36).
_CORSICA = str.maketrans("AB", "12")
_DOUBLED = {str(digit): sum(divmod(2 * digit, 10)) for digit in range(10)}


def normalise(typed: str) -> str:
    """A number as people type or paste it, without its label, blanks, dots or dashes, in capitals."""
    return _LABEL.sub("", _SEPARATORS.sub("", typed).upper())


def has_shape(number: str) -> bool:
    """Whether `number` is written like a FINESS number: nine characters, at most the second a letter."""
    return _SHAPE.fullmatch(number) is not None


def key_holds(number: str) -> bool:
    """Whether the ninth character is the key of the first eight (Luhn, modulo 10, after A → 1 and B → 2).

    A number that passes need not exist, and the registry may hold one that fails: this warns, it never decides.
    Expects a well-shaped number; a letter that is neither A nor B has no known value, so the key cannot hold.
    """
    digits = number if number.isdecimal() else number.translate(_CORSICA)
    if not (digits.isascii() and digits.isdecimal()):
        return False
    return (sum(map(int, digits[::2])) + sum(_DOUBLED[digit] for digit in digits[1::2])) % 10 == 0


def with_key(first_eight: str) -> str:
    """The nine characters of the number that begins with `first_eight`."""
    digits = first_eight.translate(_CORSICA)
    total = sum(map(int, digits[::2])) + sum(_DOUBLED[digit] for digit in digits[1::2])
    return f"{first_eight}{-total % 10}"


def is_siren(number: str) -> bool:
    """Whether `number` is a valid SIREN: nine digits and their Luhn key."""
    return len(number) == 9 and _siren.is_valid(number)


def is_siret(number: str) -> bool:
    """Whether `number` is a valid SIRET: fourteen digits and their key (La Poste has its own rule)."""
    return len(number) == 14 and _siret.is_valid(number)
