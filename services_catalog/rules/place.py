"""Where somebody works, in a French sentence: « en Ille-et-Vilaine », « dans le Finistère », « à Paris ». Pure."""

from finess.rules.geography import department_name, departments

_MASCULINE = frozenset(
    {"Bas-Rhin", "Calvados", "Cantal", "Cher", "Doubs", "Finistère", "Gard", "Gers", "Haut-Rhin", "Jura", "Loiret"}
    | {"Lot", "Morbihan", "Nord", "Pas-de-Calais", "Puy-de-Dôme", "Rhône", "Tarn", "Territoire de Belfort"}
    | {"Val-d'Oise", "Val-de-Marne", "Var", "Vaucluse"}
)
_RIVERS = frozenset({"Creuse", "Drôme", "Loire", "Manche", "Marne", "Meuse", "Nièvre", "Sarthe", "Somme", "Vienne"})
_PLURAL = ("Alpes-", "Ardennes", "Bouches-", "Côtes-", "Deux-", "Hautes-", "Hauts-", "Landes", "Pyrénées-", "Vosges")
_ISLANDS = ("La ", "Mayotte", "Paris", "Saint-", "Wallis")


def located(code: str) -> str:
    """The département `code` (INSEE) after its preposition."""
    name = department_name(code)
    if code not in departments():
        return f"dans le {name}"
    if name.startswith(_ISLANDS):
        return f"à {name}"
    if name.startswith((*_PLURAL, "Yvelines")):
        return f"dans les {name}"
    if name in _MASCULINE:
        return f"dans le {name}"
    if name in _RIVERS:
        return f"dans la {name}"
    if name[0] in "AEHIOY" and "-" not in name:
        return f"dans l’{name}"
    return f"en {name}"
