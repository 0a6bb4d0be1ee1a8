"""Whether an order waits for somebody else, and who that may be. Pure."""

from uuid import UUID

from kit.errors import Conflict


def waits(second_approval: bool, is_member: bool) -> bool:
    """An order waits when its organisation wants two people, or when it was asked by somebody outside (the GRADeS)."""
    return second_approval or not is_member


def is_second(asked_by: UUID | None, approver: UUID | None) -> bool:
    """Whether the approver is another person than the one who asked. A program is nobody's second person."""
    return approver is not None and approver != asked_by


def check_approver(second_approval: bool, asked_by: UUID | None, approver: UUID | None) -> None:
    """Raise Conflict when the organisation wants a second person and this is not one."""
    if second_approval and not is_second(asked_by, approver):
        raise Conflict(
            "Votre organisme demande l’accord d’une seconde personne\N{NO-BREAK SPACE}: cette commande attend un autre "
            "responsable ou contributeur. Elle est conservée."
        )
