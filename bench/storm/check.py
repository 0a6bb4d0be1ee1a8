"""What the database says of what the crowd was told: `python -m bench.storm.check` reads it on stdin."""

import base64
import hashlib
import json
import os
import sys
from collections import Counter
from typing import Any

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg.rows import dict_row

CLOCKS = 0.05  # seconds: an instant is kept to the millisecond, and two processes read the clock one after the other
SUBMISSIONS = """
    select c.id::text as file, c.finess_ej, s.number, s.code, s.content, s.sha256, s.statement, s.signature, s.key,
        extract(epoch from s.received_at)::float8 as received_at
    from submission s join candidacy c on c.tenant_id = s.tenant_id and c.id = s.candidacy_id
"""


def kept() -> list[dict[str, Any]]:
    """Every submission that the database holds."""
    url = os.environ["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", "")
    with psycopg.connect(url, row_factory=dict_row) as owner:
        return owner.execute(SUBMISSIONS).fetchall()


def is_whole(row: dict[str, Any]) -> bool:
    """Whether the content is the one of the receipt, and the receipt is signed."""
    if hashlib.sha256(row["content"].encode()).hexdigest() != row["sha256"] or row["sha256"] not in row["statement"]:
        return False
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(row["key"]))
    try:
        key.verify(base64.b64decode(row["signature"]), row["statement"].encode())
    except InvalidSignature:
        return False
    return True


def check(told: list[dict[str, Any]], too_late: float, rows: list[dict[str, Any]]) -> dict[str, float]:
    """`lost`: told submitted and not kept whole. `double`: kept twice. `wrongly_dated`: kept at another instant than
    between its sending and its answer, or too late; or refused as too late though it was sent in time."""
    by_file = {row["file"]: row for row in rows}
    sent = [one for one in told if one["state"] == "submitted"]
    found = [(one, by_file.get(one["file"].rsplit("/", 1)[-1])) for one in sent]
    lost = [one for one, row in found if row is None or not is_whole(row) or row["code"] != one["code"]]
    wrong = [
        row
        for one, row in found
        if row and not one["sent_at"] - CLOCKS <= row["received_at"] <= min(one["answered_at"] + CLOCKS, too_late)
    ]
    refused = [one for one in told if one["state"] == "refused" and one["asked_at"] < too_late - CLOCKS]
    for one in [one for one in refused if "clos" in one.get("why", "")][:5]:
        print(f"  refused as too late, in time: {one}", file=sys.stderr)
    for row in wrong[:5]:
        print(f"  wrongly dated: {row['file']} {row['received_at']}", file=sys.stderr)
    doubles = Counter(row["finess_ej"] for row in rows)
    return {
        "submitted": len(sent),
        "refused": len(refused),
        "stopped": sum(one["state"] == "stopped" for one in told),
        "lost": len(lost),
        "double": sum(number > 1 for number in doubles.values()),
        "wrongly_dated": len(wrong) + sum("clos" in one.get("why", "") for one in refused),
    }


if __name__ == "__main__":
    said = json.load(sys.stdin)
    print(json.dumps(check(said["told"], said["too_late"], kept())))
