"""The plan of a synthetic register: who runs what, where. No name and no number yet."""

from collections import defaultdict
from dataclasses import dataclass, field

from finess.gateway.synthetic.dice import Dice, Weighted, apportion
from finess.gateway.synthetic.operators import NATIONAL_SIZES, OPERATORS
from finess.rules.package_data import rows

# The national register of 5 September 2026.
NATIONAL_EJ = 98_208
NATIONAL_ET = 174_681
NATIONAL_OPEN_ET = 104_734
WITHOUT_CATEGORY = 32  # open ET

# Half of the EJ of the register are closed and stay in it; most closed ET belonged to one of those. Order of magnitude.
CLOSED_WITH_THEIR_EJ = 0.62
OPEN_WITHOUT_ET = 0.08
WITH_ET = 0.85  # at most, among EJ


@dataclass(slots=True)
class PlannedET:
    """`category` is None for the few open ET that have none."""

    category: str | None
    department: str
    is_open: bool


@dataclass(slots=True)
class PlannedEJ:
    """A legal entity, where it sits, and its establishments."""

    operator: str
    department: str
    is_open: bool
    establishments: list[PlannedET] = field(default_factory=list)


def plan(dice: Dice, share: float) -> list[PlannedEJ]:
    """Every EJ of a register of `share` times the national size, by département."""
    places = Weighted([(row["code"], float(row["population_thousands"] or 0)) for row in rows("departments")])
    pools = _establishments(dice, places, share)
    entities: list[PlannedEJ] = []
    for (operator, department, is_open), establishments in pools.items():
        dice.shuffle(establishments)
        entities += _run(dice, places, operator, department, is_open, establishments)
    target = max(1, round(NATIONAL_EJ * share))
    entities = _merge_down_to(max(1, int(target * WITH_ET)), entities)
    kinds = list(OPERATORS)
    while len(entities) < target:
        entities.append(PlannedEJ(dice.one_of(kinds), places.draw(dice), dice.chance(OPEN_WITHOUT_ET)))
    dice.shuffle(entities)
    entities.sort(key=lambda entity: entity.department)
    return entities


Pool = tuple[str, str | None, bool]


def _establishments(dice: Dice, places: Weighted[str], share: float) -> dict[Pool, list[PlannedET]]:
    """ET by who runs them: (operator, its département or None for a national EJ, whether the EJ is open)."""
    shares = rows("synthetic_shares")
    open_et = round(NATIONAL_OPEN_ET * share)
    nameless = min(open_et, max(1, round(WITHOUT_CATEGORY * share)))
    opened = apportion(open_et - nameless, [float(row["open"]) for row in shares])
    closed = apportion(round(NATIONAL_ET * share) - open_et, [float(row["closed"]) for row in shares])
    pools: dict[Pool, list[PlannedET]] = defaultdict(list)
    for row, open_count, closed_count in zip(shares, opened, closed, strict=True):
        operators = Weighted([_weight(pair) for pair in row["operators"].split(",")])
        for rank in range(open_count + closed_count):
            establishment = PlannedET(row["code"], places.draw(dice), rank < open_count)
            pools[_pool(dice, operators.draw(dice), establishment)].append(establishment)
    for _ in range(nameless):
        establishment = PlannedET(None, places.draw(dice), True)
        pools[_pool(dice, "association", establishment)].append(establishment)
    return pools


def _weight(pair: str) -> tuple[str, float]:
    operator, weight = pair.split(":")
    return operator, float(weight)


def _pool(dice: Dice, operator: str, establishment: PlannedET) -> Pool:
    national = dice.chance(OPERATORS[operator].national)
    in_closed_entity = not establishment.is_open and dice.chance(CLOSED_WITH_THEIR_EJ)
    return operator, None if national else establishment.department, not in_closed_entity


def _run(
    dice: Dice,
    places: Weighted[str],
    operator: str,
    department: str | None,
    is_open: bool,
    establishments: list[PlannedET],
) -> list[PlannedEJ]:
    """Share establishments out among as many EJ as the operator's sizes make."""
    kind = OPERATORS[operator]
    entities = []
    while establishments:
        size = (kind.sizes if department else NATIONAL_SIZES).draw(dice)
        seat = department if department and not dice.chance(kind.away) else places.draw(dice)
        entities.append(PlannedEJ(operator, seat, is_open, establishments[-size:]))
        del establishments[-size:]
    return entities


def _merge_down_to(target: int, entities: list[PlannedEJ]) -> list[PlannedEJ]:
    """Merge neighbours until at most `target` EJ are left: in a small register, départements are almost empty."""
    entities.sort(key=lambda entity: (entity.operator, entity.is_open, entity.department))
    while len(entities) > target:
        surplus = len(entities) - target
        merged: list[PlannedEJ] = []
        heir: PlannedEJ | None = None
        for entity in entities:
            if heir and surplus and (heir.operator, heir.is_open) == (entity.operator, entity.is_open):
                heir.establishments += entity.establishments
                surplus -= 1
                heir = None
            else:
                merged.append(entity)
                heir = entity
        if len(merged) == len(entities):  # nobody is like anybody: a register of a few EJ
            last = merged.pop()
            merged[0].establishments += last.establishments
            merged[0].is_open |= last.is_open
        entities = merged
    return entities
