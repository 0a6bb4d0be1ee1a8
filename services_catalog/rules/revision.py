"""Revision of prices by a formula (code de la commande publique, R. 2112-13): a coefficient from an index.

coefficient = fixed + (1 - fixed) x value / base value, rounded to `digits` decimals as the formula says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Context, Decimal, localcontext
from typing import Any

from kit.errors import Invalid
from kit.french import count, day
from services_catalog.rules.figures import decimal, read_day

ROUNDINGS = {"half_up": ROUND_HALF_UP, "up": ROUND_UP}
ROUNDING_LABELS = {"half_up": "au plus proche", "up": "par excès"}
MOST_DIGITS = 6
BIGGEST_INDEX = 1_000_000


@dataclass(frozen=True, slots=True)
class Formula:
    """How prices follow an index. `fixed` is the part that does not move, from 0 to 1 excluded."""

    index: str
    base_value: Decimal
    base_on: date
    fixed: Decimal
    digits: int
    rounding: str

    def coefficient_ppm(self, value: Decimal) -> int:
        """The coefficient for a value of the index, in millionths."""
        with localcontext(Context(prec=40)):
            exact = self.fixed + (1 - self.fixed) * value / self.base_value
            rounded = exact.quantize(Decimal(1).scaleb(-self.digits), ROUNDINGS[self.rounding])
            return int(rounded.scaleb(6))

    @property
    def sentence(self) -> str:
        """« 0,15 + 0,85 × Syntec / 310,6 (valeur du 1er avril 2025), arrondi au plus proche à 3 décimales »."""
        fixed = f"{comma(self.fixed)} + {comma(1 - self.fixed)} × " if self.fixed else ""
        base = f"{comma(self.base_value)} (valeur du {day(self.base_on)})"
        rounded = f"arrondi {ROUNDING_LABELS[self.rounding]} à {count(self.digits, 'décimale')}"
        return f"{fixed}{self.index} / {base}, {rounded}"

    def as_json(self) -> dict[str, Any]:
        """As the schedule keeps it."""
        return {
            "index": self.index,
            "base_value": str(self.base_value),
            "base_on": self.base_on.isoformat(),
            "fixed": str(self.fixed),
            "digits": self.digits,
            "rounding": self.rounding,
        }


def read_formula(data: Mapping[str, Any]) -> Formula:
    """A formula from what a form, a program or the table says. Raises Invalid with every field at fault."""
    faults: dict[str, str] = {}
    index = str(data.get("index") or "").strip()
    if not 0 < len(index) <= 100 or not index.isprintable():
        faults["index"] = "Nommez l’indice, en 100 caractères au plus."
    base_value = _positive(data.get("base_value"))
    if base_value is None:
        faults["base_value"] = "Donnez la valeur de l’indice à l’origine, par exemple 310,6."
    base_on = read_day(data.get("base_on"))
    if base_on is None:
        faults["base_on"] = "Donnez la date de cette valeur, par exemple 2025-04-01."
    fixed = decimal(data.get("fixed", "0"))
    if fixed is None or not 0 <= fixed < 1:
        faults["fixed"] = "La part fixe va de 0 à 1 (non compris), par exemple 0,15."
    digits = decimal(data.get("digits", 3))
    if digits is None or digits not in range(1, MOST_DIGITS + 1):
        faults["digits"] = f"Le coefficient s’arrondit à 1 jusqu’à {MOST_DIGITS} décimales."
    rounding = str(data.get("rounding") or "half_up")
    if rounding not in ROUNDINGS:
        faults["rounding"] = "Choisissez un arrondi au plus proche (half_up) ou par excès (up)."
    if faults or base_value is None or base_on is None or fixed is None or digits is None:
        raise Invalid("La formule de révision est incomplète ou fausse.", faults)
    return Formula(index, base_value, base_on, fixed, int(digits), rounding)


def read_index_value(typed: object) -> Decimal:
    """A value of an index. Raises Invalid (field index_value)."""
    value = _positive(typed)
    if value is None:
        fault = "Donnez la valeur de l’indice, un nombre positif, par exemple 316,2."
        raise Invalid(fault, {"index_value": fault})
    return value


def _positive(typed: object) -> Decimal | None:
    value = decimal(typed)
    return value if value is not None and 0 < value <= BIGGEST_INDEX else None


def comma(number: Decimal) -> str:
    """« 310,6 »."""
    return f"{number.normalize():f}".replace(".", ",")
