"""Names people read aloud: a file's reference, a receipt's code. Drawn at random: they tell no count."""

import re

from kit.reference import ALPHABET, random_letters

_GROUPS, _GROUP = 5, 4  # 24^20: nobody finds a receipt by trying
_PREFIXES = {"ami": "AMI", "aap": "AAP", "aac": "AAC", "guichet": "GUI"}


def new_reference(kind: str, year: int) -> str:
    """« AMI-2025-7K4MQ »: eight million for a kind and a year; the caller looks whether it is taken."""
    return f"{_PREFIXES[kind]}-{year}-{random_letters(5)}"


def new_code() -> str:
    """« 7K4M-QC2D-X9RT-33HF-W6PV », the public name of a receipt."""
    return "-".join(random_letters(_GROUP) for _ in range(_GROUPS))


def read_code(typed: str) -> str | None:
    """The code as it is written, from what somebody typed or pasted; None when it cannot be one."""
    letters = re.sub(r"[^0-9A-Za-z]", "", typed[:100]).upper()
    if len(letters) != _GROUPS * _GROUP or set(letters) - set(ALPHABET):
        return None
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))
