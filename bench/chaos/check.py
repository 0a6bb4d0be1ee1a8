"""What became of everything, once the faults are over: `python -m bench.chaos.check` reads on stdin what was told.

From the outside: what people were told, what the mail server kept, what lies on the disk, against the database.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.billing.issue import series
from bench.storm.check import check, kept
from kit.storage import storage

CRRC = str(Path(sys.executable).parent / "crrc")
KILL_AND_COMMIT = 3.0  # seconds: a copy may follow a mail that a worker had in hand when it died (ADR 7)
ANSWERS = """
    select c.id::text as file, c.answers from candidacy c join campaign k on k.tenant_id = c.tenant_id
    and k.id = c.campaign_id where k.slug = %s
"""
ATTACHED = """
    select a.id::text, a.candidacy_id::text, a.sha256, a.size, a.state from attachment a where a.removed_at is null
"""


def ask(query: str, *values: Any) -> list[Any]:
    """Rows of the database, as its owner."""
    url = os.environ["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", "")
    with psycopg.connect(url) as owner:
        return owner.execute(query, values).fetchall()


def mails(post: dict[str, list[dict[str, Any]]], kills: list[tuple[str, float]], notices: int) -> dict[str, float]:
    """Each notice of the database against what the mail server kept.

    A copy is the protocol's when the server had kept the mail and could not say so, or when the worker died with the
    answer in its hand; any other is ours (`mails_double`).
    """
    told = ask("select id::text, state, key from notification where state in ('pending', 'sent', 'failed')")
    decisions = [one for one in told if one[2].startswith("decision:")]
    double = unanswered = in_hand = 0
    for copies in post.values():
        for copy in copies[:-1]:
            if not copy["answered"]:
                unanswered += 1
            elif any(copy["at"] - 1 <= at <= copy["at"] + KILL_AND_COMMIT for name, at in kills if "worker" in name):
                in_hand += 1
            else:
                double += 1
                print(f"  a mail came twice: {copies}", file=sys.stderr)
    missing = [one for one in told if one[0] not in post]
    for one in missing[:5]:
        print(f"  a mail is missing: {one}", file=sys.stderr)
    return {
        "mails": len(told),
        "mails_missing": len(missing) + max(0, notices - len(decisions)),
        "mails_double": double,
        "mails_copied_unanswered": unanswered,
        "mails_copied_killed": in_hand,
        "mails_unknown": sum(one not in {row[0] for row in told} for one in post),
    }


def drafts(told: list[dict[str, Any]], slug: str) -> dict[str, float]:
    """Every answer that somebody was told is kept, and every file, byte for byte."""
    answers = dict(ask(ANSWERS, slug))
    attached = {row[1]: row for row in ask(ATTACHED)}
    lost_answers = lost_files = 0
    for one in told:
        file = one.get("file", "").rsplit("/", 1)[-1]
        lost_answers += len(set(one.get("kept", [])) - set(answers.get(file) or {}))
        lost_files += one.get("attached") in (200, 201) and file not in attached
    return {"answers_lost": lost_answers, "files_lost": lost_files + _unreadable(attached.values())}


def _unreadable(rows: Any) -> int:
    """Files that the disk does not hold as they were received."""
    found = ask("select id from tenant where slug = 'bretagne'")
    names = {name.rsplit("/", 1)[-1]: name for name in storage().names(found[0][0])}
    lost = 0
    for attachment_id, _, sha256, size, _ in rows:
        if attachment_id not in names:
            lost += 1
            continue
        with storage().open(names[attachment_id]) as file:
            content = file.read()
        lost += len(content) != size or hashlib.sha256(content).hexdigest() != sha256
    return lost


def chains() -> float:
    """Portals whose audit log does not hold."""
    done = subprocess.run([CRRC, "audit", "verify", "--json"], stdout=subprocess.PIPE, text=True, check=False)
    return sum(not one["holds"] for one in json.loads(done.stdout.splitlines()[-1]))


def main(said: dict[str, Any]) -> dict[str, float]:
    """Every figure."""
    told, too_late = said["told"], said["too_late"]
    mine = {one["file"].rsplit("/", 1)[-1]: one for one in told if "file" in one}
    rows = [row for row in kept() if row["file"] in mine]
    late = {row["file"] for row in rows if row["received_at"] >= too_late}
    late |= {file for file, one in mine.items() if one["state"] == "submitted" and one["sent_at"] > too_late}
    numbers = series(UUID(said["billed_id"]))
    return {
        **check(told, too_late, rows),
        # They pressed the button in time and met faults until it was too late: each time they were told so.
        "missed": sum(one["state"] == "refused" and one["sent_at"] < too_late < one["asked_at"] for one in told),
        "late_accepted": len(late),
        "misjudged": said["misjudged"],
        **drafts(told, said["slug"]),
        **mails(said["post"], said["kills"], said["notices"]),
        "numbers_issued": numbers["series.issued"],
        "numbers_missing": numbers["series.missing"],
        "numbers_double": numbers["series.double"],
        "audit_broken": chains(),
    }


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
