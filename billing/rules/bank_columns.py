"""The columns of a bank's CSV, known by the words of their headings; days and amounts as banks write them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from billing.rules.amounts import read_cents
from kit.errors import Invalid
from kit.french import NBSP
from services_catalog.rules.figures import plain

# What each is called on the page that shows how a file was understood.
MEANINGS = {
    "booked": "Date",
    "amount": "Montant, négatif pour une sortie",
    "debit": "Sortie d’argent",
    "credit": "Entrée d’argent",
    "side": "Sens (débit ou crédit)",
    "wording": "Libellé",
    "counterpart": "Nom du payeur",
    "counterpart_iban": "IBAN du payeur",
    "account": "Compte",
    "currency": "Devise",
    "balance": "Solde après le mouvement",
}
_OTHERS = {"contrepartie", "tiers", "emetteur", "donneur", "debiteur", "beneficiaire", "payeur", "remettant", "nom"}
_WORDINGS = {
    *("libelle", "libelles", "motif", "detail", "details", "communication", "information", "informations"),
    *("reference", "references", "description", "nature", "commentaire", "objet", "intitule"),
}
_BOOKED = ("comptable", "comptabilisation", "ecriture", "imputation")
_OUT, _IN = {"d", "debit", "db", "dr", "dbit", "-"}, {"c", "credit", "cr", "crdt", "+"}
_DATE = re.compile(r"(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{1,4})(?:[ t]\d{1,2}[:h]\d{2}.*)?")


def meaning_of(heading: str) -> str:
    """What a column holds, by its heading; "" when nobody needs it."""
    words = re.sub(r"[^a-z0-9]+", " ", plain(heading)).split()
    known = set(words)
    if not words or "francs" in known:
        return ""
    if "date" in known:
        return "" if "valeur" in known else "booked"
    for name, signs in (("balance", {"solde"}), ("currency", {"devise", "monnaie", "currency"}), ("side", {"sens"})):
        if signs & known:
            return name
    if known & {"iban", "compte", "rib"}:
        return "counterpart_iban" if known & _OTHERS else "account"
    for name, sign in (("debit", "debit"), ("credit", "credit"), ("amount", "montant"), ("amount", "amount")):
        if any(word.startswith(sign) for word in words):
            return name
    if known & _WORDINGS:
        return "wording"
    return "counterpart" if known & _OTHERS else ""


def columns_of(row: Sequence[str]) -> dict[str, list[int]] | None:
    """Where each meaning is in a row of headings; None when it is none. The accounting date comes first."""
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(row):
        found.setdefault(meaning_of(heading), []).append(place)
    found.pop("", None)
    if "booked" not in found or not ("amount" in found or {"debit", "credit"} <= found.keys()):
        return None
    if "amount" in found and {"debit", "credit"} <= found.keys():
        del found["amount"]
    found["booked"].sort(key=lambda place: 0 if any(word in plain(row[place]) for word in _BOOKED) else 1)
    for name in found.keys() - {"wording", "counterpart"}:
        del found[name][1:]
    return found


def date_order(texts: Iterable[str]) -> str:
    """How the days of a file are written: "dmy", "mdy" or "ymd". Day first unless a file says otherwise."""
    first, second = 0, 0
    for text in texts:
        if found := _DATE.fullmatch(plain(text)):
            if len(found[1]) == 4:
                return "ymd"
            first, second = max(first, int(found[1])), max(second, int(found[2]))
    return "mdy" if second > 12 and first <= 12 else "dmy"


def read_day(text: str, order: str) -> date | None:
    """A day as a bank writes it: 04/05/2026, 04-05-26, 2026-05-04, 20260504."""
    written = plain(text)
    if re.fullmatch(r"(19|20)\d{6}", written):
        return _day(written[:4], written[4:6], written[6:])
    found = _DATE.fullmatch(written)
    if found is None:
        return None
    if len(found[1]) == 4:
        return _day(found[1], found[2], found[3])
    year = f"20{found[3]}" if len(found[3]) == 2 else found[3]
    return _day(year, found[1], found[2]) if order == "mdy" else _day(year, found[2], found[1])


def read_signed(text: str, field: str) -> int:
    """An amount with its sign, before, after, or as brackets. Raises Invalid on `field`."""
    written = plain(text).replace("\N{MINUS SIGN}", "-").replace("eur", "").strip(" €'=\"")
    out = written.startswith("(") and written.endswith(")")
    written = written.strip("() ")
    if written[:1] in "+-" or written[-1:] in "+-":
        out = out or "-" in written[:1] + written[-1:]
        written = written.strip("+- ")
    cents = read_cents(written, field)
    return -cents if out else cents


def side_of(text: str) -> int:
    """+1 for what comes in, -1 for what goes out, 0 when it is not said."""
    word = plain(text)
    return 1 if word in _IN else -1 if word in _OUT else 0


def amount_fault(text: str, line: int, error: Invalid) -> str:
    """« Ligne 12 : « 12,345 ». Un montant a deux décimales au plus… »."""
    return f"Ligne {line}{NBSP}: «{NBSP}{text[:40]}{NBSP}». {error.sentence}"


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2199 else None
