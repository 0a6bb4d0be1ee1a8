"""Services at negotiated prices, when everybody wants them at once.

Keys of bench/out/booking.json: `seats.places`, `seats.sold` (as many, never more), `seats.p99_ms`, `ceiling.exceeded`
(0, in euros), `price.ratio` (aim ≤ 3), `calendar.ms` and `calendar.ratio` against a statement that only counts.
"""

import json

from bench import booking_price, database, measured


def run() -> dict[str, float]:
    """Every figure of bookings. Fails when a place is sold twice or a lot goes above its maximum."""
    environment = database.fresh("bench_booking")
    world = measured.answers("bench.booking_world", environment=environment)
    month = measured.answers(
        "bench.booking_month", str(world["tenant_id"]), str(world["month"]), environment=environment
    )
    rush = measured.answers("bench.booking_rush", environment=environment, said=json.dumps(world))
    return rush | month | booking_price.run()
