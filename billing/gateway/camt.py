"""Bank statements in ISO 20022 camt.053, any version: elements are known by their local names.

Nothing outside the file is read: no document type is accepted, so no entity, no file, no network.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from lxml import etree

from billing.gateway.bank_refusal import refuse, refuse_lines
from billing.rules.amounts import LARGEST_CENTS
from billing.rules.bank import LONGEST_NAME, LONGEST_WORDING, MOST_LINES, BankFile, Movement, clean, compact, read_iban
from kit.french import NBSP, count, money

_AMOUNT = re.compile(r"\d{1,13}(?:\.\d+)?")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_NO_REFERENCE = ("", "NOTPROVIDED", "NONREF", "NONE")


class _Fault(Exception):
    """A sentence about one entry."""


def read_camt(content: bytes) -> BankFile:
    """The statements of a camt.053 file, all of one account. Raises Invalid, with each entry that cannot be taken."""
    statements = _find(_parse(content), "BkToCstmrStmt/Stmt")
    if not statements:
        refuse("Ce fichier XML n’est pas un relevé camt.053.")
    accounts = {_account(one) for one in statements}
    if len(accounts) > 1:
        refuse(f"Ce fichier contient plusieurs comptes ({', '.join(sorted(accounts))}){NBSP}: envoyez-en un à la fois.")
    entries = [entry for one in statements for entry in _find(one, "Ntry")]
    if len(entries) > MOST_LINES:
        refuse(f"Ce fichier a plus de {MOST_LINES} mouvements{NBSP}: demandez à la banque un fichier par mois.")
    movements, pending = _movements(entries)
    notes = [f"{count(pending, 'mouvement')} en attente à la banque, laissé de côté."] if pending else []
    if len(statements) > 1:
        notes.append(f"Ce fichier réunit {len(statements)} relevés du même compte.")
    opening, closing = _balance(statements[0], _OPENING), _balance(statements[-1], _CLOSING)
    return BankFile("camt.053", accounts.pop(), tuple(movements), opening, closing, tuple(notes))


def _parse(content: bytes) -> etree._Element:
    if b"<!DOCTYPE" in content.replace(b"\0", b"").upper():
        refuse(f"Ce fichier XML contient un type de document (DOCTYPE){NBSP}: il n’est pas ouvert.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as wrong:
        line = getattr(wrong, "lineno", None)
        where = f" (ligne {line})" if line else ""
        refuse(f"Ce fichier XML est abîmé{where}{NBSP}: téléchargez-le à nouveau depuis la banque.")
    if root.getroottree().docinfo.doctype:
        refuse(f"Ce fichier XML contient un type de document (DOCTYPE){NBSP}: il n’est pas ouvert.")
    return root


def _movements(entries: list[etree._Element]) -> tuple[list[Movement], int]:
    found: list[Movement] = []
    faults: dict[int, str] = {}
    pending = 0
    for number, entry in enumerate(entries, start=1):
        if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) in ("PDNG", "INFO", "FUTR"):
            pending += 1
            continue
        try:
            found.extend(_of_entry(number, entry))
        except _Fault as fault:
            faults[number] = f"Mouvement {number}{NBSP}: {fault}"
    refuse_lines(faults)
    return found, pending


def _of_entry(number: int, entry: etree._Element) -> Iterator[Movement]:
    """An entry, or each of its transactions when together they make its amount (a batch of transfers)."""
    total = _cents(entry, "Amt")
    side = {"CRDT": 1, "DBIT": -1}.get(_text(entry, "CdtDbtInd"))
    if side is None:
        raise _Fault("le sens (crédit ou débit) n’est pas dit.")
    on = _day(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm") or _text(entry, "ValDt/Dt"))
    own = clean(_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"), LONGEST_NAME)
    more = _text(entry, "AddtlNtryInf")
    details = _find(entry, "NtryDtls/TxDtls")
    amounts = [_detail_cents(one) for one in details]
    if len(details) > 1 and all(amounts) and sum(amounts) == total:
        for detail, cents in zip(details, amounts, strict=True):
            yield _movement(number, on, side * cents, [detail], own, more)
    elif total:
        yield _movement(number, on, side * total, details, own, more)


def _movement(number: int, on: date, cents: int, details: list[Any], own: str, more: str) -> Movement:
    role = "Dbtr" if cents > 0 else "Cdtr"
    wording: list[str] = []
    names, numbers, references = [], [], [own]
    for detail in details[:50]:
        names += [_text(detail, f"RltdPties/{path}") for path in (f"{role}/Nm", f"{role}/Pty/Nm", f"Ultmt{role}/Nm")]
        numbers.append(read_iban(_text(detail, f"RltdPties/{role}Acct/Id/IBAN")))
        references += [_text(detail, f"Refs/{name}") for name in ("AcctSvcrRef", "TxId")]
        wording += [_text(one) for one in _find(detail, "RmtInf/Ustrd")]
        wording += [_text(one) for one in _find(detail, "RmtInf/Strd/CdtrRefInf/Ref")]
        wording += [_text(one) for one in _find(detail, "RmtInf/Strd/RfrdDocInf/Nb")]
        wording += [_text(detail, "Refs/EndToEndId"), _text(detail, "AddtlTxInf")]
    said = [one for one in dict.fromkeys([*wording, more]) if compact(one) not in _NO_REFERENCE]
    return Movement(
        position=number,
        booked_on=on,
        amount_cents=cents,
        counterpart=clean(next(filter(None, names), ""), LONGEST_NAME),
        counterpart_iban=next(filter(None, numbers), ""),
        wording=clean(" ".join(said), LONGEST_WORDING),
        bank_reference=clean(" ".join(one for one in references if compact(one) not in _NO_REFERENCE), LONGEST_NAME),
    )


def _account(statement: etree._Element) -> str:
    return compact(_text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id"))


def _balance(statement: etree._Element, codes: tuple[str, ...]) -> int | None:
    for code in codes:
        for one in _find(statement, "Bal"):
            if _text(one, "Tp/CdOrPrtry/Cd") == code:
                try:
                    return _cents(one, "Amt") * (-1 if _text(one, "CdtDbtInd") == "DBIT" else 1)
                except _Fault as fault:
                    refuse(f"Solde {code}{NBSP}: {fault}")
    return None


def _detail_cents(detail: etree._Element) -> int:
    """The amount of a transaction, 0 when it has none of its own in euros."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        for found in _find(detail, path):
            if found.get("Ccy", "EUR") == "EUR":
                return _cents(detail, path)
    return 0


def _cents(parent: etree._Element, path: str) -> int:
    found = _find(parent, path)
    if not found:
        raise _Fault("le montant manque.")
    currency, text = found[0].get("Ccy", ""), _text(found[0])
    if currency != "EUR":
        raise _Fault(f"la devise est {clean(currency, 10) or 'absente'}, seuls les euros sont pris.")
    if not text.isascii() or not _AMOUNT.fullmatch(text):
        raise _Fault(f"le montant «{NBSP}{clean(text, 40)}{NBSP}» ne se lit pas.")
    whole, _, decimals = text.partition(".")
    if len(decimals) > 2:
        raise _Fault(f"le montant «{NBSP}{text[:40]}{NBSP}» a plus de deux décimales.")
    cents = int(whole) * 100 + int(decimals.ljust(2, "0"))
    if cents > LARGEST_CENTS:
        raise _Fault(f"le montant dépasse {money(LARGEST_CENTS)}.")
    return cents


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2199:
        raise _Fault("la date manque ou ne se lit pas.")
    return found


def _find(parent: etree._Element, path: str) -> list[etree._Element]:
    """Descendants by local names, whatever the version's namespace."""
    found = [parent]
    for name in path.split("/"):
        found = [child for one in found for child in one.iterchildren(f"{{*}}{name}")]
    return found


def _text(parent: etree._Element, path: str = "") -> str:
    found = _find(parent, path) if path else [parent]
    return (found[0].text or "").strip() if found else ""
