"""Many moves in one transaction: what `Tx.advance` does to one thing, done to ten thousand in a few statements."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, func, insert, literal, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from kit.db import uuid7
from kit.errors import Conflict
from kit.machine import Machine
from kit.outbox import OutboxMessage
from kit.transaction import Stateful, Tx


def advance_all(
    tx: Tx, table: type[Stateful], ids: Sequence[UUID], machine: Machine, move: str, **columns: Any
) -> None:
    """Move the rows `ids` of `table`: state and `columns`, audit lines and news, together.

    Raises Conflict, and the transaction is lost, unless every one of them is where the move starts. Objects already
    loaded in the session keep their old state.
    """
    if not ids:
        return
    step, action = machine.moves[move], f"{machine.name}.{move}"
    statement = update(table).where(
        table.id == func.any(literal(list(ids), ARRAY(Uuid))), table.state.in_(sorted(step.sources))
    )
    done = tx.session.execute(
        statement.values(state=step.target, **columns), execution_options={"synchronize_session": False}
    )
    if cast("CursorResult[Any]", done).rowcount != len(ids):
        raise Conflict(step.refusal)
    facts = {"target": step.target}
    news = {"topic": action, "key": "", "emitted_at": tx.now, "relay_after": tx.now, "relays": 0}
    messages = [news | {"subject_id": one} for one in ids]
    for one in ids:
        tx.audit(action, one, **facts)
    tx.session.execute(insert(OutboxMessage), [message | _key(tx) for message in messages])


def _key(tx: Tx) -> dict[str, UUID]:
    return {"tenant_id": tx.tenant_id, "id": uuid7()}
