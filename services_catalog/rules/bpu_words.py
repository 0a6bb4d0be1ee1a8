"""The words of a price schedule (BPU): its columns, and what people write in them, case and accents aside."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services_catalog.rules.figures import plain
from services_catalog.rules.sheet import Value
from services_catalog.rules.states import MEASURE_LABELS, TARIFF_LABELS, UNIT_LABELS


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how it is headed, other headings that mean the same, whether a schedule needs it."""

    heading: str
    others: Sequence[str] = ()
    needed: bool = False


COLUMNS: Mapping[str, Column] = {
    "code": Column("Code", ("référence", "réf", "n° de prix", "numéro de prix"), needed=True),
    "label": Column("Désignation", ("libellé", "intitulé"), needed=True),
    "service": Column("Prestation", ("service", "prestation (slug)")),
    "unit": Column("Unité", ("unité d'oeuvre", "uo"), needed=True),
    "measure": Column("Tranche", ("taille", "critère de tranche")),
    "size_from": Column("De", ("à partir de", "min", "minimum")),
    "size_to": Column("À", ("jusqu'à", "max", "maximum")),
    "tariff": Column("Tarif"),
    "price": Column("Prix HT", ("prix", "prix unitaire", "prix unitaire ht", "pu ht", "montant ht"), needed=True),
    "vat": Column("TVA", ("taux de tva", "taux tva"), needed=True),
    "starts_on": Column("Début", ("date de début", "du", "valable du"), needed=False),
    "ends_on": Column("Fin", ("date de fin", "au", "valable au"), needed=False),
}


def _words(labels: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    known = {plain(label): word for word, label in labels.items()}
    return known | {plain(label): word for label, word in others.items()}


UNITS = _words(
    UNIT_LABELS,
    {
        "jours": "day",
        "journée": "day",
        "demi journée": "half_day",
        "demi-journées": "half_day",
        "1/2 journée": "half_day",
        "forfaits": "package",
        "sites": "site",
        "postes": "workstation",
        "poste de travail": "workstation",
        "exercices": "exercise",
    },
)
MEASURES = _words(
    MEASURE_LABELS,
    {
        "-": "none",
        "sans": "none",
        "aucune": "none",
        "établissement": "establishments",
        "et": "establishments",
        "nombre d'établissements": "establishments",
        "place": "places",
        "nombre de places": "places",
        "poste": "workstations",
        "postes de travail": "workstations",
        "nombre de postes": "workstations",
        "budget": "budget",
        "budget annuel": "budget",
    },
)
TARIFFS = _words(
    TARIFF_LABELS,
    {
        "-": "all",
        "unique": "all",
        "tous": "all",
        "adhérent": "adherent",
        "adhérents": "adherent",
        "non adhérent": "other",
        "non adhérents": "other",
        "non-adhérent": "other",
        "non-adhérents": "other",
        "autre": "other",
        "autres": "other",
    },
)
# What a spreadsheet shows when a formula fails.
FAULTS = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})
NO_END = frozenset({"", "-", "+", "et plus", "et +", "sans limite", "illimité", "illimite"})

# A price with taxes, or in thousands, is not the price that is asked for, whatever else the heading says.
_OTHER_PRICE = re.compile(r"\b(ttc|toutes taxes|milliers)\b|k€")

_HEADINGS = {
    _heading: name
    for name, column in COLUMNS.items()
    for _heading in (plain(column.heading), *(plain(other) for other in column.others))
}


def column_named(value: Value) -> str | None:
    """The column that a heading names, « Prix HT (€) » and « TVA % » included."""
    if not isinstance(value, str):
        return None
    written = plain(value)
    if _OTHER_PRICE.search(written):
        return None
    without = re.sub(r"\s*(\([^)]*\)|[€%*:])\s*", " ", written).strip()
    return _HEADINGS.get(written) or _HEADINGS.get(without)
