"""What of a file goes into the register: each record is taken, taken with a warning, or left out with its reason."""

from collections.abc import Iterable, Iterator

from finess.rules import numbers, places
from finess.rules.records import EstablishmentRecord, LegalEntityRecord, Record, Remark
from kit.french import NBSP


def sift(read: Iterable[Record | Remark]) -> Iterator[Record | Remark]:
    """The records to keep, in order, and what there is to say of the others (and of some that are kept).

    Remembers every number it has seen: about 30 MB for the national register.
    """
    seen: dict[type, set[str]] = {LegalEntityRecord: set(), EstablishmentRecord: set()}
    for record in read:
        if isinstance(record, Remark):
            yield record
            continue
        number = record[1]
        refusal = _refusal(record, number, seen[type(record)])
        if refusal or number is None:
            yield Remark(record.position, number, "rejected", refusal or "")
            continue
        seen[type(record)].add(number)
        if not numbers.key_holds(number):
            yield _warning(record, "la clé du numéro ne tombe pas juste (Luhn)")
        if record.commune_code is not None and not places.is_commune(record.commune_code):
            yield _warning(record, f"code de commune «{NBSP}{record.commune_code}{NBSP}» illisible, laissé vide")
            record = record._replace(commune_code=None)
        if isinstance(record, EstablishmentRecord) and record.is_open and record.commune_code is None:
            yield _warning(record, "établissement ouvert dont le lieu d’exercice est inconnu")
        yield record


def _refusal(record: Record, number: str | None, seen: set[str]) -> str | None:
    if number is None:
        return "numéro FINESS absent"
    if not numbers.has_shape(number):
        return f"«{NBSP}{number[:40]}{NBSP}» n’a pas la forme d’un numéro FINESS"
    if number in seen:
        return "numéro déjà lu plus haut dans le fichier"
    if isinstance(record, EstablishmentRecord):
        if record.finess_ej is None:
            return "établissement sans entité juridique"
        if not numbers.has_shape(record.finess_ej):
            return f"entité juridique «{NBSP}{record.finess_ej[:40]}{NBSP}» qui n’a pas la forme d’un numéro FINESS"
    return None


def _warning(record: Record, reason: str) -> Remark:
    return Remark(record.position, record[1], "warning", reason)
