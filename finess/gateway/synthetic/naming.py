"""Names of synthetic structures, in the register's manner: capitals, abbreviations, a few long ones, a few accents."""

from finess.gateway.synthetic.dice import Dice
from finess.rules.nomenclature import categories
from finess.rules.package_data import rows

# "mixed": the few that keep lower case and accents, as newer records do.
PROPER, MIXED = (
    tuple(row["name"] for row in rows("synthetic_names") if row["kind"] == kind) for kind in ("proper", "mixed")
)

PATTERNS: dict[str, tuple[str, ...]] = {
    "500": (
        "EHPAD {proper}",
        "RESIDENCE {proper}",
        "E.H.P.A.D. {proper}",
        "EHPAD DE {town}",
        "MAISON DE RETRAITE {proper} {town}",
        "EHPAD {mixed}",
    ),
    "620": ("PHARMACIE {proper}", "PHARMACIE DE {town}", "PHARMACIE"),
    "354": ("SSIAD DE {town}", "S.S.I.A.D. {proper}", "SERVICE DE SOINS INFIRMIERS A DOMICILE DU CANTON DE {town}"),
    "355": ("CH DE {town}", "CENTRE HOSPITALIER DE {town} SITE {proper}", "HOPITAL {proper}"),
    "460": ("SERVICE AUTONOMIE AIDE {proper}", "SAAD {proper} {town}", "AIDE A DOMICILE {town}"),
    "611": ("LBM {proper}", "LABORATOIRE DE BIOLOGIE MEDICALE {proper} SITE DE {town}"),
    "607": ("GRADES {proper}",),
}
NO_CATEGORY = ("STRUCTURE {proper}", "SITE DE {town}")


def establishment_name(dice: Dice, category: str | None, town: str) -> str:
    """A name for an ET of this category in this town."""
    if category is None:
        return fill(dice, dice.one_of(NO_CATEGORY), town)
    kind = categories()[category].name.upper().replace("’", "'")
    patterns = PATTERNS.get(category) or (f"{kind} {{proper}}", f"{kind} DE {{town}}", f"{kind} {{proper}} {{town}}")
    return fill(dice, dice.one_of(patterns), town)


def fill(dice: Dice, pattern: str, town: str) -> str:
    """A pattern with its names drawn."""
    return pattern.format(proper=dice.one_of(PROPER), mixed=dice.one_of(MIXED), town=town)
