"""Statements of the bank: read, shown before anything is kept, then imported in one transaction."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert

from billing.gateway.bank_file import LARGEST, read_bank_file
from billing.models import BankLine, BankStatement
from billing.permissions import PERMISSIONS
from billing.queries import bank as queries
from billing.queries.bank import LineShown, StatementShown
from billing.rules.bank import BankFile, Movement, balance_fault, clean, fingerprints, is_account, masked
from billing.rules.matching import Proposal
from billing.service.bank_posting import (
    Posted,
    candidates_for,
    names_provider,
    post_lines,
    propose_all,
    transfer_of,
)
from billing.service.issuer import issuer_of
from billing.service.payout import reconcile_payouts
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid, NotFound
from kit.french import NBSP, count, day
from kit.permissions import permit
from kit.storage import keep_bytes, storage
from kit.transaction import Tx, transaction
from services_catalog.queries.turn import take_turn
from services_catalog.service.today import zone_of

PAGE = 50
_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing a file would do. `earlier`: this very file is there already; nothing would be done.

    `known` lines are in another file; `alike` only look like lines of another file (same day, same amount).
    """

    file: BankFile
    file_name: str
    sha256: str
    earlier: BankStatement | None
    new: int
    known: int
    alike: int
    received: int
    received_cents: int
    spent: int
    spent_cents: int
    by_kind: Counter[str]
    balance_fault: str
    warnings: tuple[str, ...]
    sample: Sequence[tuple[Movement, Proposal | None]]


@dataclass(frozen=True, slots=True)
class Imported:
    """A statement as it was just imported."""

    statement: BankStatement
    posted: Posted


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A page of a statement's lines; `total` is how many the filter keeps."""

    statement: BankStatement
    lines: Sequence[LineShown]
    total: int
    balance_fault: str


def list_statements(actor: Actor, after: UUID | None = None, limit: int = PAGE) -> Sequence[StatementShown]:
    """Statements, the last imported first; those that follow `after`."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "bank_statement.view")
        return queries.list_statements(tx.session, after, limit)


def view_statement(actor: Actor, statement_id: UUID, only: str = "", page: int = 1) -> StatementPage:
    """A page of a statement's lines, with what each became. Raises NotFound, also past the end."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "bank_statement.view")
        statement = queries.get_statement(tx.session, statement_id)
        total = queries.count_lines(tx.session, statement_id, only)
        if page < 1 or (page > 1 and (page - 1) * PAGE >= total):
            raise NotFound()
        lines = queries.list_lines(tx.session, statement_id, only, page, PAGE)
        fault = balance_fault(statement.opening_cents, statement.movements_cents, statement.closing_cents)
        return StatementPage(statement, lines, total, fault)


def preview_statement(actor: Actor, file_name: str, content: bytes) -> Preview:
    """What a file says and what its import would do; the file waits, nothing else is kept.

    Raises Invalid with the lines that cannot be taken, or when it is of another account.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "bank_statement.import")
        iban = issuer_of(tx).iban
    file = read_bank_file(content)
    sha256 = hashlib.sha256(content).hexdigest()
    _check_account(file, iban)
    _keep(actor, sha256, content)
    with transaction(actor) as tx:
        return _foresee(tx, file, file_name, sha256)


def import_statement(actor: Actor, file_name: str, content: bytes) -> Imported:
    """Import a file: its new lines, their payments, the matchings that are certain. All of it, or nothing.

    Raises Conflict for a file that was imported already, Invalid as `preview_statement`.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "bank_statement.import")
        iban = issuer_of(tx).iban
    file = read_bank_file(content)
    _check_account(file, iban)
    sha256 = hashlib.sha256(content).hexdigest()
    _keep(actor, sha256, content)
    with transaction(actor) as tx:
        take_turn(tx.session, tx.tenant_id, "bank_statement")
        earlier = queries.find_statement(tx.session, sha256)
        if earlier is not None:
            on = earlier.imported_at.astimezone(zone_of(tx)).date()
            raise Conflict(f"Ce fichier a déjà été importé le {day(on)}{NBSP}: rien n’est importé deux fois.")
        return _import(tx, file, clean(file_name, 120), sha256)


def confirm_statement(actor: Actor, file_name: str, sha256: str) -> Imported:
    """Import the file that was previewed. Raises Invalid when it waits no more."""
    with transaction(actor):
        permit(PERMISSIONS, actor, "bank_statement.import")
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise _forgotten()
    try:
        with storage().open(_stored(actor, sha256)) as kept:
            content = kept.read(LARGEST + 1)
    except NotFound:
        raise _forgotten() from None
    return import_statement(actor, file_name, content)


def _forgotten() -> Invalid:
    sentence = f"Ce fichier n’est plus en attente{NBSP}: envoyez-le à nouveau."
    return Invalid(sentence, {"file": sentence})


def _import(tx: Tx, file: BankFile, file_name: str, sha256: str) -> Imported:
    marks = fingerprints(file.movements)
    known = queries.known_fingerprints(tx.session, marks)
    statement: BankStatement = tx.add(
        BankStatement(
            id=uuid7(),
            file_name=file_name or "relevé",
            format=file.format,
            sha256=sha256,
            iban=file.iban,
            starts_on=file.starts_on,
            ends_on=file.ends_on,
            opening_cents=file.opening_cents,
            closing_cents=file.closing_cents,
            movements_cents=file.movements_cents,
            lines=len(file.movements),
            known=len(known),
            imported_by=tx.actor.user_id,
            imported_at=tx.now,
        )
    )
    tx.session.flush()
    lines = [(uuid7(), one, mark) for one, mark in zip(file.movements, marks, strict=True) if mark not in known]
    _insert_lines(tx, statement, lines)
    reconcile_payouts(tx)
    payouts = queries.payout_lines(tx.session, statement.id)
    received = [(one, line) for one, line, _ in lines if line.amount_cents > 0 and one not in payouts]
    posted = post_lines(tx, [(one, line) for one, line in received if not names_provider(line)])
    facts = {"lines": statement.lines, "known": statement.known, "payments": posted.payments}
    tx.audit("bank_statement.import", statement.id, **facts, matched=posted.matched)
    tx.emit("bank_statement.import", statement.id)
    return Imported(statement, posted)


def _insert_lines(tx: Tx, statement: BankStatement, lines: Sequence[tuple[UUID, Movement, str]]) -> None:
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "id": line_id,
            "statement_id": statement.id,
            "position": one.position,
            "fingerprint": mark,
            "booked_on": one.booked_on,
            "amount_cents": one.amount_cents,
            "counterpart": one.counterpart,
            "counterpart_iban": one.counterpart_iban,
            "wording": one.wording,
        }
        for line_id, one, mark in lines
    ]
    if rows:
        tx.session.execute(insert(BankLine), rows)


def _foresee(tx: Tx, file: BankFile, file_name: str, sha256: str) -> Preview:
    marks = fingerprints(file.movements)
    known = queries.known_fingerprints(tx.session, marks)
    new = [one for one, mark in zip(file.movements, marks, strict=True) if mark not in known]
    received = [one for one in new if one.amount_cents > 0 and not names_provider(one)]
    transfers = [transfer_of(one) for one in received]
    proposals = propose_all(transfers, candidates_for(tx, transfers))
    told = dict(zip(map(id, received), proposals, strict=True))
    return Preview(
        file=file,
        file_name=clean(file_name, 120),
        sha256=sha256,
        earlier=queries.find_statement(tx.session, sha256),
        new=len(new),
        known=len(known),
        alike=_alike(tx, file, new),
        received=len(received),
        received_cents=sum(one.amount_cents for one in received),
        spent=sum(1 for one in new if one.amount_cents < 0),
        spent_cents=-sum(one.amount_cents for one in new if one.amount_cents < 0),
        by_kind=Counter(one.kind for one in proposals),
        balance_fault=balance_fault(file.opening_cents, file.movements_cents, file.closing_cents),
        warnings=_warnings(tx, file),
        sample=[(one, told.get(id(one))) for one in new[:_SHOWN]],
    )


def _alike(tx: Tx, file: BankFile, new: Sequence[Movement]) -> int:
    """How many new lines are of a day and an amount that another file had too: maybe the same account, written anew."""
    if not new or file.starts_on is None or file.ends_on is None:
        return 0
    there = queries.count_days(tx.session, file.starts_on, file.ends_on)
    there.subtract((one.booked_on, one.amount_cents) for one in set(file.movements) - set(new))
    mine = Counter((one.booked_on, one.amount_cents) for one in new)
    return sum(min(number, max(there[key], 0)) for key, number in mine.items())


def _warnings(tx: Tx, file: BankFile) -> tuple[str, ...]:
    found = []
    if not file.iban:
        found.append(f"Le fichier ne dit pas de quel compte il est{NBSP}: vérifiez que c’est bien celui des factures.")
    elif not issuer_of(tx).iban:
        found.append("L’IBAN de vos factures n’est pas réglé, le compte du relevé n’a pas pu être vérifié.")
    provider = sum(1 for one in file.movements if one.amount_cents > 0 and names_provider(one))
    if provider:
        found.append(
            f"{count(provider, 'versement')} du prestataire de paiement en ligne{NBSP}: rapprochés de ses propres "
            "relevés, ils ne sont le paiement d’aucun client."
        )
    return tuple(found)


def _check_account(file: BankFile, iban: str) -> None:
    if iban and file.iban and not is_account(iban, file.iban):
        sentence = (
            f"Ce relevé est celui du compte {masked(file.iban) or file.iban}, pas du compte de vos factures "
            f"({masked(iban)}){NBSP}: rien n’est importé."
        )
        raise Invalid(sentence, {"file": sentence})


def _keep(actor: Actor, sha256: str, content: bytes) -> None:
    keep_bytes(_stored(actor, sha256), content)


def _stored(actor: Actor, sha256: str) -> str:
    return f"bank/{actor.tenant_id}/{sha256}"
