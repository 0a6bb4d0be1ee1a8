"""The columns that hold sealed secrets (`info={"sealed": True}`): counted by key, sealed again with the newest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import Column, Select, Table, select, tuple_, update

from kit import vault
from kit.db import Base
from kit.transaction import Tx

UNREADABLE = ""
BATCH = 200


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed texts. `kind` is its table's: `tenant` ones are read inside each tenant."""

    table: Table
    column: Column[Any]
    kind: str

    @property
    def name(self) -> str:
        """`table.column`."""
        return f"{self.table.name}.{self.column.name}"


def sealed_columns() -> Sequence[Sealed]:
    """Every sealed column of the house, in the order of their names; the tables are those that were imported."""
    kinds = {mapper.local_table: mapper.class_.table_kind for mapper in Base.registry.mappers}
    found = [
        Sealed(table, column, kind)
        for table, kind in kinds.items()
        if isinstance(table, Table)
        for column in table.columns
        if column.info.get("sealed")
    ]
    return sorted(found, key=lambda one: one.name)


def count_keys(tx: Tx, one: Sealed) -> Counter[str]:
    """How many texts that this transaction sees are sealed with which key; UNREADABLE: with none that we have."""
    texts = tx.session.scalars(select(one.column).where(one.column != "").execution_options(yield_per=1000))
    return Counter(vault.sealed_with(text) or UNREADABLE for text in texts)


def seal_batch(tx: Tx, one: Sealed, after: Any = None) -> tuple[int, Any]:
    """Seal a few rows again: how many had another key, and the key of the last row looked at (None: that was all).

    The rows are locked until the end of the transaction; what nobody can read is left as it is.
    """
    keys = list(one.table.primary_key)
    rows = tx.session.execute(_after(one, keys, after).limit(BATCH).with_for_update()).all()
    changed = 0
    for *place, text in rows:
        try:
            again = vault.seal_again(text)
        except InvalidToken:
            continue
        if again != text:
            here = (key == value for key, value in zip(keys, place, strict=True))
            tx.session.execute(update(one.table).where(*here).values({one.column: again}))
            changed += 1
    return changed, tuple(rows[-1][:-1]) if len(rows) == BATCH else None


def _after(one: Sealed, keys: Sequence[Column[Any]], after: Any) -> Select[Any]:
    query = select(*keys, one.column).where(one.column != "").order_by(*keys)
    return query if after is None else query.where(tuple_(*keys) > after)
