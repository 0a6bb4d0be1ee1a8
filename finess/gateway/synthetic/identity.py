"""Numbers that pass every check and belong to nobody."""

from collections import Counter

from stdnum import luhn

from finess.gateway.synthetic.dice import Dice
from finess.rules.numbers import with_key

# Overseas the département is in the fourth character: 970 1… is Guadeloupe; Mayotte is 9805. The synthetic 9 takes the
# place of the third, which is 0 in each of the 11,010 real numbers of the SAE.
_OVERSEAS = {"971": "9791", "972": "9792", "973": "9793", "974": "9794", "976": "9895"}
_FICTION = ("019900", "026191", "035301", "046571", "053649")  # ARCEP, plan de numérotation: fiction works


class Numbers:
    """Hands out FINESS numbers in one series per département, EJ and ET together, as the register does."""

    def __init__(self) -> None:
        self._orders: Counter[str] = Counter()

    def finess(self, department: str) -> str:
        """The next number of a département (INSEE code)."""
        self._orders[department] += 1
        prefix = _OVERSEAS.get(department, f"{department}9")
        order = str(self._orders[department]).zfill(8 - len(prefix))
        if len(order) > 8 - len(prefix):
            raise ValueError(f"no number is left in département {department}")
        return with_key(prefix + order)


def siren(rank: int) -> str:
    """The SIREN of the `rank`-th EJ, each its own: 003… and 004…, where SIRENE has nobody.

    (Its stock file begins with 000325175 and 001807254, and goes on with 005410220.)
    """
    first = f"00{300_000 + rank * 7919 % 200_000}"
    return first + luhn.calc_check_digit(first)


def siret(siren: str, rank: int) -> str:
    """The SIRET of the `rank`-th place of this SIREN (from 1)."""
    first = f"{siren}{rank:04}"
    return first + luhn.calc_check_digit(first)


def telephone(dice: Dice) -> str:
    """A telephone number reserved for fiction."""
    return f"{dice.one_of(_FICTION)}{dice.below(10_000):04}"
