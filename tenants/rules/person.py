"""Somebody, as tables may name them; and what stands in their place once they are erased. Pure."""

from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

ERASED_NAME = "Personne effacée"
# A contact (référent, person to meet) that is nobody any more.
NOBODY = MappingProxyType({"name": ERASED_NAME, "function": "", "email": "", "phone": ""})


@dataclass(frozen=True, slots=True)
class Person:
    """`user_id` is None for somebody without an account: a référent, a contact, a consultant.

    `email` is normalised, "" when it is not known; `names` are the spellings of their name, the account's first.
    """

    user_id: UUID | None
    email: str
    names: tuple[str, ...] = ()


def pseudonym(key: UUID) -> str:
    """The address that stands for an erased one: nobody receives it, nobody signs in with it (RFC 2606)."""
    return f"effacee-{key}@invalid"
