"""The file of accounting entries (fichier des écritures comptables, FEC): article A47 A-1 of the tax procedures' book.

Tab between fields, decimal comma, AAAAMMJJ, ISO 8859-15, CRLF: each is named by the article, and « Test Compta Demat »
takes them.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kit.french import NBSP

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
ENCODING = "iso8859-15"
HEADER = "\t".join(COLUMNS) + "\r\n"
# What the character set lacks, as it is written without it.
_PLAIN = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\N{NARROW NO-BREAK SPACE}": " ",
        NBSP: " ",
    }
)


@dataclass(frozen=True, slots=True)
class FecLine:
    """A line of an entry as it is exported. `letter` and `lettered_on` of a customer's line that is settled."""

    journal: str
    journal_label: str
    number: int
    entered_on: date
    account: str
    account_label: str
    customer: str
    customer_name: str
    piece: str
    piece_on: date
    wording: str
    debit_cents: int
    credit_cents: int
    letter: str
    lettered_on: date | None
    validated_on: date


def written(line: FecLine) -> str:
    """The line as the file has it, its end included."""
    fields: Sequence[str] = (
        line.journal,
        _plain(line.journal_label),
        str(line.number),
        _day(line.entered_on),
        _plain(line.account),
        _plain(line.account_label),
        _plain(line.customer),
        _plain(line.customer_name),
        _plain(line.piece),
        _day(line.piece_on),
        _plain(line.wording),
        amount(line.debit_cents),
        amount(line.credit_cents),
        line.letter,
        _day(line.lettered_on),
        _day(line.validated_on),
        "",
        "",
    )
    return "\t".join(fields) + "\r\n"


def amount(cents: int) -> str:
    """« 1234,56 »: no sign of thousands, two decimals."""
    return f"{cents // 100},{cents % 100:02}"


def file_name(siret: str, year: int) -> str:
    """SIREN, FEC, the last day of the year of accounts."""
    return f"{siret[:9]}FEC{year}1231.txt"


def notice(name: str, siret: str, year: int, lines: int, entries: int, sha256: str) -> str:
    """The description that goes with the file: what it holds, how it is written, what it does not hold."""
    colon = f"{NBSP}:"
    return "\r\n".join(
        [
            f"Fichier{colon} {file_name(siret, year)}",
            f"Structure{colon} {name}, SIREN {siret[:9]}",
            f"Exercice{colon} du 1er janvier au 31 décembre {year}",
            f"Contenu{colon} {entries} écritures, {lines} lignes",
            f"Empreinte SHA-256{colon} {sha256}",
            "",
            "Structure du fichier (article A47 A-1 du Livre des procédures fiscales)",
            "- fichier à plat, une ligne par ligne d’écriture, terminée par CR LF",
            "- la première ligne porte les noms des champs",
            "- champs séparés par une tabulation, sans longueur fixe",
            "- jeu de caractères ISO 8859-15",
            "- dates AAAAMMJJ, montants en euros avec une virgule et deux décimales, sans séparateur de milliers",
            f"- 18 champs{colon} {', '.join(COLUMNS)}",
            "",
            "Journaux",
            f"- VE (ventes){colon} une écriture par facture ou avoir émis",
            f"- BQ (banque){colon} encaissements, remboursements, versements de l’encaissement en ligne",
            f"- OD (opérations diverses){colon} encaissements reconnus, pertes sur créances, annulations",
            "",
            "Conventions",
            f"- EcritureNum{colon} une suite continue par exercice, pour tous les journaux, dans l’ordre de validation",
            f"- CompAuxNum{colon} le numéro du client, sur le compte des clients",
            f"- EcritureLet{colon} un code par ensemble de factures, avoirs et règlements entièrement soldés "
            "par des écritures de l’exercice",
            f"- ValidDate{colon} une écriture est validée, et ne change plus, dès qu’elle est enregistrée",
            "",
            "Ce journal est celui de la facturation et de l’encaissement. Il ne contient pas d’à-nouveaux "
            f"ni d’écritures de clôture{colon} elles relèvent de la comptabilité générale, qui le reprend.",
            "",
        ]
    )


@lru_cache(1024)
def _day(on: date | None) -> str:
    return f"{on:%Y%m%d}" if on else ""


@lru_cache(4096)
def _plain(text: str) -> str:
    """One line of the character set: what it lacks loses its accent, or becomes a question mark."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = " ".join(text.translate(_PLAIN).split())
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        text = "".join(_near(letter) for letter in unicodedata.normalize("NFC", text))
    return "".join(letter for letter in text if letter.isprintable())


def _near(letter: str) -> str:
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
        return bare or "?"
    return letter
