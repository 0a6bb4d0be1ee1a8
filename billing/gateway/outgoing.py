"""Calls to portals, in the words of billing: a safe call (kit.outgoing), its answer read as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.gateway.channel import Unknown, Unsent
from kit import outgoing
from kit.outgoing import WHOLE_SECONDS

__all__ = ["WHOLE_SECONDS", "Reply", "call"]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `body` is its JSON, None when it is none."""

    status: int
    body: Any

    @property
    def facts(self) -> dict[str, Any]:
        """The JSON object of the answer; empty when it is anything else."""
        return self.body if isinstance(self.body, dict) else {}


def call(
    who: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None, patience: float = WHOLE_SECONDS
) -> Reply:
    """Ask `url` once; `who` names the portal in sentences, `patience` is in seconds.

    Raises Unsent when nothing can have reached the portal, Unknown when the answer is lost.
    """
    try:
        answer = outgoing.call(who, method, url, headers, body, patience=patience)
    except outgoing.NotSent as error:
        raise Unsent(error.sentence) from error
    except outgoing.AnswerLost as error:
        raise Unknown(error.sentence) from error
    try:
        return Reply(answer.status, json.loads(answer.content))
    except (ValueError, RecursionError):
        return Reply(answer.status, None)
