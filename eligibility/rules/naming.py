"""What codes are called in a French sentence: « EHPAD (500) », « Ille-et-Vilaine (35) », lists with « ou ». Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from eligibility.rules.truth import Scalar, kind_of
from finess.rules import geography, nomenclature
from kit.french import NBSP, day, grouped


def category(code: str | None) -> str:
    """« EHPAD (500) »."""
    return nomenclature.category_name(code)


def category_group(code: str) -> str:
    """« Établissements d'hébergement pour personnes âgées (4401) », « agrégat 4401 » without a label."""
    label = nomenclature.category_groups().get(code)
    return f"{label} ({code})" if label else f"agrégat {code}"


def department(code: str | None) -> str:
    """« Ille-et-Vilaine (35) », « département inconnu »."""
    name = geography.department_name(code)
    return f"{name} ({code})" if code in geography.departments() else name


def region(code: str) -> str:
    """« Bretagne »."""
    return geography.regions()[code].name


def legal_status(code: str | None) -> str:
    """« Société anonyme (73), privé commercial », « statut juridique inconnu »."""
    status = nomenclature.legal_statuses().get(code or "")
    return f"{status.label} ({code})" if status else f"statut juridique {code or 'inconnu'}"


def status_group(group: str) -> str:
    """« privé non lucratif »."""
    return nomenclature.STATUS_GROUPS[group]


def scalar(value: Scalar) -> str:
    """A value as people write it: « oui », « 1 234,5 », « 1er janvier 2020 », « « kit » »."""
    match kind_of(value):
        case "flag":
            return "oui" if value else "non"
        case "day":
            return day(date.fromisoformat(str(value)))
        case "number":
            number = Decimal(str(value))
            whole, _, decimals = str(abs(number)).partition(".")
            sign = "−" if number < 0 else ""
            return sign + grouped(int(whole)) + (f",{decimals}" if decimals.strip("0") else "")
    return quoted(str(value))


def quoted(text: str) -> str:
    """« text » with its no-break spaces."""
    return f"«{NBSP}{text}{NBSP}»"


def one_of(names: Iterable[str], word: str = "ou") -> str:
    """« a », « a ou b », « a, b ou c »."""
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last
