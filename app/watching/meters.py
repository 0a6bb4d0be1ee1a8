"""Everything the web measures of itself, on one page. A few microseconds a request, and nothing in the database.

Few labels, and only from lists of ours: routes, actions, states. docs/watching.md says what each is good for.
"""

from dataclasses import dataclass
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# A page is read in 20 ms, a submission waits for the disk; beyond ten seconds nobody waits.
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Meters:
    """The web's own figures, and the registry that holds them when one process serves."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    transactions: Counter
    transaction_seconds: Histogram
    commands: Counter
    turned_away: Counter
    in_use: Gauge
    pool: Gauge


@cache
def meters() -> Meters:
    """Made once in a process, after app.watching.sharing has said where figures are kept."""
    own = CollectorRegistry()
    return Meters(
        own,
        Counter("crrc_requests", "Requests answered.", ["route", "method", "status"], registry=own),
        Histogram("crrc_request_seconds", "From arrival to answer.", ["route"], registry=own, buckets=SECONDS),
        Counter("crrc_transactions", "Transactions that ended.", ["outcome"], registry=own),
        Histogram("crrc_transaction_seconds", "From begin to commit.", registry=own, buckets=SECONDS),
        Counter("crrc_commands", "Acts that the audit log tells, committed.", ["action"], registry=own),
        Counter("crrc_turned_away", "Pages asked when too many wait, told to come back.", registry=own),
        Gauge(
            "crrc_pool_connections_in_use",
            "Database connections in use.",
            registry=own,
            multiprocess_mode="livesum",
        ),
        Gauge("crrc_pool_connections", "Database connections at most.", registry=own, multiprocess_mode="livesum"),
    )
