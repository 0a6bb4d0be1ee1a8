"""What the audit chain costs whoever writes, and what checking it costs: against the same lines without the chain.

Writers are processes of their own that command as the portal does. Without the chain: the same table, its triggers
asleep. CRRC_BENCH_LINES says how many lines are checked (200,000 unless told).
"""

import os
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import psycopg

from bench import database
from bench.measured import answers
from bench.measured import run as measured
from kit import embedded
from kit.db import uuid7

SECONDS, ROUNDS = 2.0, 7
LINES = int(os.environ.get("CRRC_BENCH_LINES", "200000"))


def run() -> dict[str, float]:
    """Commands a second with and without the chain; ten thousand lines in one; lines checked a second, and memory."""
    environment = database.fresh("bench_audit")
    superuser = embedded.start(database.HOME).database_url("postgres", "bench_audit").replace("+psycopg", "")
    tenants = [str(uuid7()) for _ in range(8)]
    figures: dict[str, float] = {}
    for name, writers, where in (("1_writer", 1, 1), ("8_writers", 8, 1), ("8_tenants", 8, 8)):
        rates: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(ROUNDS):
            for chained in (True, False):
                _chain(superuser, chained)
                rates[chained].append(_rate(environment, [tenants[number % where] for number in range(writers)]))
        with_chain, without = median(rates[True]), median(rates[False])
        figures |= {f"{name}.commands_per_s": with_chain, f"{name}.ratio": without / with_chain}
    _chain(superuser, True)
    figures |= _many(environment, superuser)
    return figures | _checked(environment)


def _chain(superuser: str, chained: bool) -> None:
    """Let the triggers work, or put them to sleep; start from an empty log."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("truncate audit_line, audit_chain")
        connection.execute("alter table audit_line alter number drop not null, alter hash drop not null")
        connection.execute(f"alter table audit_line {'enable' if chained else 'disable'} trigger user")


def _rate(environment: dict[str, str], tenants: list[str]) -> float:
    """Commands a second of that many writers together."""
    with ThreadPoolExecutor(len(tenants)) as pool:
        told = list(pool.map(lambda one: _write(environment, one), tenants))
    return sum(one["commands"] / one["seconds"] for one in told)


def _write(environment: dict[str, str], tenant: str) -> dict[str, float]:
    return answers("bench.audit_writer", "commands", tenant, str(SECONDS), environment=environment)


def _many(environment: dict[str, str], superuser: str) -> dict[str, float]:
    """One command of ten thousand lines: seconds of inserting and committing them."""
    spent: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for chained in (True, False):
            _chain(superuser, chained)
            told = answers("bench.audit_writer", "lines", str(uuid7()), "10000", environment=environment)
            spent[chained].append(told["seconds"])
    _chain(superuser, True)
    return {"10000_lines.s": median(spent[True]), "10000_lines.ratio": median(spent[True]) / median(spent[False])}


def _checked(environment: dict[str, str]) -> dict[str, float]:
    """Check a short log and a long one: the second takes longer, not more memory."""
    figures: dict[str, float] = {}
    for name, lines in (("short", 2_000), ("long", LINES)):
        tenant = str(uuid7())
        answers("bench.audit_writer", "lines", tenant, str(lines), environment=environment)
        found = measured("bench.audit_writer", "verify", tenant, "0", environment=environment)
        figures |= {
            f"verify.{name}.lines": lines,
            f"verify.{name}.per_s": lines / found.seconds,
            f"verify.{name}.peak_mb": found.peak_mb,
        }
    return figures
