"""Files of the bank for tests: camt.053 of any version, and CSVs as French banks write them. Everybody is invented."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tests.billing.rows import IBAN

PAYER_IBAN, OTHER_IBAN = "FR1420041010050500013M02606", "DE89370400440532013000"
HEADINGS = "Date;Libellé;Débit;Crédit\n"


def entry(
    cents: int, wording: str = "VIREMENT", on: str = "2026-05-04", name: str = "", iban: str = "", **words: Any
) -> str:
    """A movement: `cents` below zero go out. `amount`, `currency`, `status`, `reference`, `new` (Pty, as of .08)."""
    role = "Dbtr" if cents > 0 else "Cdtr"
    called = f"<Pty><Nm>{name}</Nm></Pty>" if words.get("new") else f"<Nm>{name}</Nm>"
    status = words.get("status", "BOOK")
    status = f"<Cd>{status}</Cd>" if words.get("new") else status
    amount = words.get("amount", f"{abs(cents) / 100:.2f}")
    account = f"<{role}Acct><Id><IBAN>{iban}</IBAN></Id></{role}Acct>" if iban else ""
    return (
        f"<Ntry><Amt Ccy='{words.get('currency', 'EUR')}'>{amount}</Amt>"
        f"<CdtDbtInd>{'CRDT' if cents > 0 else 'DBIT'}</CdtDbtInd><Sts>{status}</Sts>"
        f"<BookgDt><Dt>{on}</Dt></BookgDt><AcctSvcrRef>{words.get('reference', '')}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><RltdPties><{role}>{called}</{role}>{account}</RltdPties>"
        f"<RmtInf><Ustrd>{wording}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def camt(
    *entries: str, version: str = "02", iban: str = IBAN, opening: int | None = None, closing: int | None = None
) -> bytes:
    """A camt.053 file of one statement."""
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{abs(cents) / 100:.2f}</Amt>"
        f"<CdtDbtInd>{'CRDT' if cents >= 0 else 'DBIT'}</CdtDbtInd></Bal>"
        for code, cents in (("OPBD", opening), ("CLBD", closing))
        if cents is not None
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'>"
        f"<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{balances}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def csv_of(*rows: str, headings: str = HEADINGS) -> bytes:
    """A CSV in UTF-8."""
    return (headings + "\n".join(rows)).encode()


def many_transfers(number: int, wordings: Sequence[str] = ()) -> bytes:
    """A camt.053 of so many transfers in, 120,00 € each, over a month."""
    days = [(date(2026, 5, 1) + timedelta(days=one % 30)).isoformat() for one in range(number)]
    said = [wordings[one] if one < len(wordings) else f"VIR SEPA NUMERO {one}" for one in range(number)]
    return camt(*(entry(12_000, said[one], days[one], f"PAYEUR {one % 500}") for one in range(number)))
