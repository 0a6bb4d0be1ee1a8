"""The file of accounting entries of a year: written line by line, read back by its checker, its export told."""

import hashlib
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO

from billing.models import Issuer
from billing.permissions import PERMISSIONS
from billing.queries.journal import (
    YearTotals,
    list_years,
    stream_lines,
    stream_links,
    stream_movements,
    year_totals,
)
from billing.rules.fec import ENCODING, HEADER, FecLine, file_name, notice, written
from billing.rules.fec_check import Finding, check_fec
from billing.rules.lettering import letters
from billing.rules.states import JOURNAL_LABELS
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.service.today import today, zone_of

IN_MEMORY = 2 * 1024 * 1024  # a larger file waits on the disk


@dataclass(frozen=True, slots=True)
class FecFile:
    """A file ready to be sent, from its beginning. `findings` are what its checker says of it."""

    name: str
    content: IO[bytes]
    sha256: str
    size: int
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class FecReview:
    """What the file of a year would be. `is_over`: the year is, nothing will be added to it."""

    year: int
    years: Sequence[int]
    totals: YearTotals
    is_over: bool
    name: str
    sha256: str
    size: int
    findings: Sequence[Finding]
    notice: str


def review_fec(actor: Actor, year: int) -> FecReview:
    """Make the file of a year and read it back, to look at. Raises Conflict (no issuer), Invalid (year)."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "journal.view")
        issuer, totals = _checked(tx, year)
        with _make(tx, issuer, year).content as content:
            file = _read_back(content, issuer, year)
        return FecReview(
            year=year,
            years=list_years(tx.session),
            totals=totals,
            is_over=today(tx).year > year,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            findings=file.findings,
            notice=notice(issuer.name, issuer.siret, year, totals.lines, totals.entries, file.sha256),
        )


def export_fec(actor: Actor, year: int) -> FecFile:
    """The file of a year; the caller closes its content. Audited with its hash. Raises as `review_fec`."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "journal.export")
        issuer, totals = _checked(tx, year)
        file = _make(tx, issuer, year)
        tx.audit("journal.export", None, year=year, lines=totals.lines, sha256=file.sha256)
        return file


def _checked(tx: Tx, year: int) -> tuple[Issuer, YearTotals]:
    issuer = tx.session.get(Issuer, tx.tenant_id)
    if issuer is None or len(issuer.siret) < 9:
        raise Conflict("Réglez d’abord l’identité de facturation de votre structure, avec son SIRET.")
    totals = year_totals(tx.session, year) if 1900 < year < 3000 else None
    if totals is None or not totals.entries:
        raise Invalid("Cet exercice n’a aucune écriture.", {"year": "Choisissez un exercice qui a des écritures."})
    return issuer, totals


def _make(tx: Tx, issuer: Issuer, year: int) -> FecFile:
    content, digest = tempfile.SpooledTemporaryFile(IN_MEMORY), hashlib.sha256()  # noqa: SIM115 (handed over, or closed by the caller)
    for text in _texts(tx, year):
        part = text.encode(ENCODING)
        digest.update(part)
        content.write(part)
    size = content.tell()
    content.seek(0)
    return FecFile(file_name(issuer.siret, year), content, digest.hexdigest(), size, ())


def _read_back(content: IO[bytes], issuer: Issuer, year: int) -> FecFile:
    """The checker reads the bytes as anybody would."""
    digest = hashlib.sha256()
    lines = io.TextIOWrapper(content, ENCODING, newline="\n")
    findings = check_fec(lines, year)
    lines.detach()
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    while part := content.read(1 << 16):
        digest.update(part)
    return FecFile(file_name(issuer.siret, year), content, digest.hexdigest(), size, findings)


def _texts(tx: Tx, year: int) -> Iterator[str]:
    yield HEADER
    zone = zone_of(tx)
    since, until = date(year, 1, 1), min(date(year, 12, 31), today(tx))
    ends_at = datetime.combine(until + timedelta(days=1), time(), zone)
    codes = letters(stream_links(tx.session, since, until, ends_at), stream_movements(tx.session, year))
    for row in stream_lines(tx.session, year):
        letter = codes.get(row.about_id) if row.customer_number else None
        yield written(
            FecLine(
                journal=row.journal,
                journal_label=JOURNAL_LABELS[row.journal],
                number=row.number,
                entered_on=row.entered_on,
                account=row.account,
                account_label=row.account_label,
                customer=row.customer_number or "",
                customer_name=row.customer_name or "",
                piece=row.piece,
                piece_on=row.piece_on,
                wording=row.wording,
                debit_cents=row.debit_cents,
                credit_cents=row.credit_cents,
                letter=letter.code if letter else "",
                lettered_on=letter.on if letter else None,
                validated_on=row.validated_at.astimezone(zone).date(),
            )
        )
