"""The audit log, for whoever manages a portal: read by pages, taken away as a file."""

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from sqlalchemy import ColumnElement

from kit.actor import Actor
from kit.audit import AuditAnchor, AuditLine
from kit.errors import Conflict
from kit.french import NBSP, grouped
from kit.permissions import permit
from kit.transaction import Tx, transaction
from kit.typed import identifier
from tenants.models import Tenant
from tenants.permissions import PERMISSIONS
from tenants.queries import audit as queries
from tenants.rules.audit import HEADINGS, Wanted, as_whom, instants, is_entrance, row, who

Words = Callable[[str], str]
IN_MEMORY = 2 * 1024 * 1024
# What a page may make while somebody waits; `crrc audit export` has no such bound.
MOST_LINES = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A line, and the names of today: who, as whom, and of the thing when it is a person or an organisation."""

    line: AuditLine
    who: str
    as_whom: str
    subject: str | None


@dataclass(frozen=True, slots=True)
class Log:
    """A page of the log. `after` asks for the next one; `head` counts every line ever written; `anchor` is the last."""

    entries: Sequence[Entry]
    after: UUID | None
    actions: Sequence[str]
    head: int
    anchor: AuditAnchor | None


@dataclass(frozen=True, slots=True)
class AuditFile:
    """Lines ready to be sent, from their beginning."""

    content: IO[bytes]
    sha256: str
    size: int
    lines: int


def list_lines(actor: Actor, wanted: Wanted) -> Log:
    """A page of the portal's log, the latest line first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "audit.view")
        found = queries.list_lines(tx.session, _conditions(tx, wanted), wanted.after, wanted.limit)
        shown = found[: wanted.limit]
        names = queries.names_of(tx.session, {key for line in shown for key in _identifiers(line)})
        return Log(
            [_entry(line, names) for line in shown],
            shown[-1].id if len(found) > wanted.limit else None,
            queries.list_actions(tx.session, tx.tenant_id),
            queries.find_head(tx.session).number,
            queries.last_anchor(tx.session),
        )


def export_lines(actor: Actor, wanted: Wanted, form: str, words: Words, most: int | None = MOST_LINES) -> AuditFile:
    """The lines wanted, in the order of the chain, as `csv` or `jsonl`; the caller closes the content.

    A line of `jsonl` holds its number, the hash before it, its hash and the text that was hashed: whoever has the file
    can check it. `words` says an action in French. Raises Conflict past `most` lines.
    """
    with transaction(actor, replica=True) as tx:
        permit(PERMISSIONS, actor, "audit.export")
        conditions = _conditions(tx, wanted)
        if most is not None and queries.count_lines(tx.session, conditions, most + 1) > most:
            raise Conflict(
                f"Cet export dépasse {grouped(most)} lignes{NBSP}: choisissez des dates plus proches, ou demandez à "
                "l’exploitant l’export complet."
            )
        texts = _csv(tx, conditions, words) if form == "csv" else _jsonl(tx, conditions)
        made = _written(texts, -1 if form == "csv" else 0)
    with transaction(actor) as tx:
        tx.audit("audit.export", None, format=form, lines=made.lines, sha256=made.sha256, filtered=wanted.is_filtered)
    return made


def _conditions(tx: Tx, wanted: Wanted) -> list[ColumnElement[bool]]:
    since, until = instants(wanted, _zone(tx))
    asked: list[tuple[object, Callable[[], ColumnElement[bool]]]] = [
        (wanted.kind, lambda: AuditLine.actor_kind == wanted.kind),
        (wanted.action, lambda: AuditLine.action == wanted.action),
        (wanted.subject_id, lambda: AuditLine.subject_id == wanted.subject_id),
        (wanted.request_id, lambda: AuditLine.request_id == wanted.request_id),
        (since, lambda: AuditLine.at >= since),
        (until, lambda: AuditLine.at < until),
    ]
    conditions = [make() for value, make in asked if value]
    if wanted.who:
        one = identifier(wanted.who)
        conditions.append(queries.of_person(one) if one else queries.of_people(wanted.who))
    return conditions


def _zone(tx: Tx) -> str:
    return tx.session.get_one(Tenant, tx.tenant_id).zone


def _identifiers(line: AuditLine) -> Iterator[UUID | None]:
    yield line.actor_id
    yield line.subject_id
    for part in line.acting_as.split():
        yield identifier(part.partition(":")[2])


def _entry(line: AuditLine, names: Mapping[UUID, str]) -> Entry:
    subject = names.get(line.subject_id) if line.subject_id and not is_entrance(line) else None
    return Entry(line, who(line, names), as_whom(line.acting_as, names), subject)


def _csv(tx: Tx, conditions: Sequence[ColumnElement[bool]], words: Words) -> Iterator[str]:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()  # by which a spreadsheet knows UTF-8
    zone, names, known = _zone(tx), dict[UUID, str](), set[UUID]()
    for line in queries.stream_lines(tx.session, conditions):
        unknown = {key for key in _identifiers(line) if key is not None and key not in known}
        if unknown:
            names |= queries.names_of(tx.session, unknown)
            known |= unknown
        out.seek(0)
        out.truncate()
        writer.writerow(row(line, names, words(line.action), zone))
        yield out.getvalue()


def _jsonl(tx: Tx, conditions: Sequence[ColumnElement[bool]]) -> Iterator[str]:
    anchors = {one.number: one.hash for one in queries.list_anchors(tx.session)}
    for number, before, digest, text in queries.stream_texts(tx.session, conditions):
        # Of the first line after a purge, the anchor says what it follows.
        follows = anchors.get(number - 1, "") if before is None else before
        said = {"number": number, "before": follows, "hash": digest, "text": text}
        yield json.dumps(said) + "\n"


def _written(texts: Iterator[str], lines: int) -> AuditFile:
    content, digest = tempfile.SpooledTemporaryFile(IN_MEMORY), hashlib.sha256()  # noqa: SIM115 (closed by the caller)
    for text in texts:
        part = text.encode()
        digest.update(part)
        content.write(part)
        lines += 1
    size = content.tell()
    content.seek(0)
    return AuditFile(content, digest.hexdigest(), size, lines)
