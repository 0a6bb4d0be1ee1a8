"""Reading the register: by number, by name, and its own state. Everybody may."""

from collections.abc import Sequence
from dataclasses import dataclass

from finess.models import Establishment, LegalEntity, RegistryEdition
from finess.permissions import PERMISSIONS
from finess.queries import edition as editions
from finess.queries import number, search, structure
from finess.queries.search import Hit
from finess.rules.answer import NumberAnswer
from finess.rules.edition import Age
from finess.service.register import register_age
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a number leads to. `legal_entity` is None when it leads to no one EJ; `answer.sentence` then says why."""

    edition: RegistryEdition
    answer: NumberAnswer
    legal_entity: LegalEntity | None
    establishments: Sequence[Establishment]


@dataclass(frozen=True, slots=True)
class Found:
    """The structures whose name and town were typed."""

    edition: RegistryEdition
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class RegisterState:
    """The editions, the last imported first, and how old the one in force is."""

    editions: Sequence[RegistryEdition]
    age: Age

    @property
    def current(self) -> RegistryEdition | None:
        """The edition in force."""
        return next(iter(self.editions), None)


def look_up(actor: Actor, typed: str, edition: int | None = None) -> LookUp:
    """What `typed` (FINESS, SIREN, SIRET) leads to, in an edition or the one in force. Raises NotFound without one."""
    permit(PERMISSIONS, actor, "register.view")
    with transaction(actor) as tx:
        held = _edition(tx, edition)
        answer = number.resolve_number(tx.session, held.id, typed)
        if answer.finess_ej is None:
            return LookUp(held, answer, None, ())
        entity = structure.find_legal_entity(tx.session, held.id, answer.finess_ej)
        return LookUp(held, answer, entity, structure.list_establishments(tx.session, held.id, answer.finess_ej))


def search_register(actor: Actor, typed: str, limit: int = 20, edition: int | None = None) -> Found:
    """The structures found by name, town or number. Raises NotFound when there is no edition."""
    permit(PERMISSIONS, actor, "register.view")
    with transaction(actor) as tx:
        held = _edition(tx, edition)
        return Found(held, search.search(tx.session, held.id, typed, limit))


def view_register(actor: Actor) -> RegisterState:
    """Which editions there are, and the age of the register."""
    permit(PERMISSIONS, actor, "register.view")
    with transaction(actor) as tx:
        return RegisterState(editions.list_editions(tx.session), register_age(tx))


def _edition(tx: Tx, wanted: int | None) -> RegistryEdition:
    return editions.get_current_edition(tx.session) if wanted is None else editions.get_edition(tx.session, wanted)
