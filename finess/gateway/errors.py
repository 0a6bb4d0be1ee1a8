"""A file of the register that cannot be read to its end: nothing of it may be imported."""

from kit.errors import Invalid


class BrokenRegister(Invalid):
    """The file is not a register, or stops being one; the sentence says where. Nothing was imported."""

    code = "broken_register"


class CutShort(Exception):
    """The compressed bytes of a file stop or are damaged. Readers turn it into a BrokenRegister that says where."""
