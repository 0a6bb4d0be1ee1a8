"""The first half of an import: records of the files, through COPY, into tables that die with the transaction."""

from collections.abc import Iterable, Sequence
from datetime import date

from psycopg import sql
from sqlalchemy import Column, MetaData, Table, cast, insert, literal, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from finess.models import Establishment, ImportRemark, LegalEntity
from finess.rules.names import search_text
from finess.rules.places import department_of
from finess.rules.records import EstablishmentRecord, LegalEntityRecord, Record, Remark
from kit.db import Base

_DERIVED = ("department", "search_text")
_BATCH = 10_000

Cell = str | int | bool | date | None
Row = tuple[Cell, ...]


def _staged(model: type[LegalEntity | Establishment], record: type[Record]) -> Table:
    """What a record says, then what is derived from it."""
    return _staged_twin(model, [*record._fields[1:], *_DERIVED])


def _staged_twin(model: type[Base], columns: list[str]) -> Table:
    """A temporary table with some of the columns of another."""
    held = model.__table__.columns
    twins = [Column(name, held[name].type) for name in columns]
    name = f"staged_{model.__tablename__}"
    return Table(name, MetaData(), *twins, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


STAGED_LEGAL_ENTITY = _staged(LegalEntity, LegalEntityRecord)
STAGED_ESTABLISHMENT = _staged(Establishment, EstablishmentRecord)
STAGED_REMARK = _staged_twin(ImportRemark, ["rank", *Remark._fields])


class Staging:
    """Stages the rows of an edition, and the remarks on them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[type, list[Row]] = {LegalEntityRecord: [], EstablishmentRecord: [], Remark: []}
        self.records = 0
        self.rejected = 0
        self.warnings = 0
        for table in (STAGED_LEGAL_ENTITY, STAGED_ESTABLISHMENT, STAGED_REMARK):
            table.create(session.connection())

    def fill(self, sifted: Iterable[Record | Remark]) -> None:
        """Stage every record and keep every remark, a few thousand at a time."""
        waiting = 0
        for record in sifted:
            if isinstance(record, Remark):
                self._remark(record)
            else:
                self.records += 1
                self._rows[type(record)].append(_row(record))
            waiting += 1
            if waiting == _BATCH:
                self._flush()
                waiting = 0
        self._flush()
        self._name_missing_entities()

    def _remark(self, remark: Remark) -> None:
        self.rejected += remark.severity == "rejected"
        self.warnings += remark.severity == "warning"
        self._rows[Remark].append((self.rejected + self.warnings, *remark))

    def _flush(self) -> None:
        for table, kind in (
            (STAGED_LEGAL_ENTITY, LegalEntityRecord),
            (STAGED_ESTABLISHMENT, EstablishmentRecord),
            (STAGED_REMARK, Remark),
        ):
            _copy(self._session, table, self._rows[kind])
            self._rows[kind].clear()

    def _name_missing_entities(self) -> None:
        """An EJ that files name only through its ET (legacy 502 without 501) is known by its number, and open."""
        number = STAGED_ESTABLISHMENT.c.finess_ej
        known = select(STAGED_LEGAL_ENTITY.c.finess_ej)
        unnamed = select(number, literal(True), cast("", TSVECTOR)).distinct().where(number.not_in(known))
        columns = ["finess_ej", "is_open", "search_text"]
        self._session.execute(insert(STAGED_LEGAL_ENTITY).from_select(columns, unnamed))


def _copy(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """COPY rows into a table, on the session's own connection."""
    if not rows:
        return
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns.keys()))
    )
    connection = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[union-attr]
        for row in rows:
            copy.write_row(row)


def _row(record: Record) -> Row:
    department = department_of(record.commune_code) if record.commune_code else None
    return (*record[1:], department, search_text(record.name, record.town))
