"""The price of 10,000 facilities for 50 services by `price_for`, against one statement that computes the same prices.

`python -m bench.booking_price` on a fresh database; `run()` makes one. The statement is given what it needs in tables;
`price_for` has the facilities at hand, reads the market and arranges it, which is counted. Before anything is timed,
both must agree on every one of the 500,000 prices.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench import database, measured
from bench.booking_market import ADHERENTS, TODAY, make_market
from kit.actor import operator
from kit.transaction import transaction
from services_catalog.queries.price import load_market
from services_catalog.rules.price import Facility, Priced, price_for
from tenants.service.tenant import create_tenant

FACILITIES = 10_000
ROUNDS = 7
SEED = 2026
TABLE = """
    create temporary table facility (
        number int primary key, adherent bool not null, establishments bigint, places bigint, workstations bigint,
        budget bigint
    ) on commit drop
"""
# A line that counts what nobody knows is a candidate without a price: it stops the search, as it does in `price_for`.
FLOOR = """
    with offer as materialized (
        select line.service_id, line.measure, line.tariff, line.size_from,
            coalesce(line.size_to, 1000000000000) as size_to,
            (line.unit_cents * coalesce(revision.coefficient_ppm, 1000000) + 500000) / 1000000 as unit_cents,
            line.vat_permille,
            row_number() over (
                order by agreement.starts_on desc, agreement.reference, lot.number, holder.rank, line.position
            ) as place
        from price_line line
        join price_schedule schedule on schedule.id = line.schedule_id and schedule.state = 'published'
            and :today between schedule.starts_on and schedule.ends_on
        join lot on lot.id = schedule.lot_id
        join lot_holder holder on holder.lot_id = lot.id and holder.provider_id = schedule.provider_id
        join framework_agreement agreement on agreement.id = lot.agreement_id
            and :today between agreement.starts_on and agreement.ends_on
        left join lateral (
            select coefficient_ppm from price_revision
            where schedule_id = schedule.id and starts_on <= :today order by starts_on desc limit 1
        ) revision on true
        where :today between line.starts_on and line.ends_on
    ), size as materialized (
        select number, adherent, 'none' as measure, 0::bigint as size from facility
        union all select number, adherent, 'establishments', establishments from facility
        union all select number, adherent, 'places', places from facility
        union all select number, adherent, 'workstations', workstations from facility
        union all select number, adherent, 'budget', budget from facility
    ), first as (
        select size.number, offer.service_id, min(offer.place * 2 + (size.size is null)::int) as rank
        from size join offer on offer.measure = size.measure
            and (offer.tariff = 'all' or (offer.tariff = 'adherent') = size.adherent)
            and (size.size is null or size.size between coalesce(offer.size_from, 0) and offer.size_to)
        group by size.number, offer.service_id
    ), found as (
        select first.number, first.service_id, offer.unit_cents * :quantity as net, offer.vat_permille
        from first join offer on offer.place * 2 = first.rank
    )
"""
TOTAL = f"{FLOOR} select count(net), sum(net + (net * vat_permille + 500) / 1000) from found"
EVERY = f"{FLOOR} select number, service_id, net + (net * vat_permille + 500) / 1000 from found where net is not null"


def run() -> dict[str, float]:
    """price.ratio (aim ≤ 3): our time over the statement's, in the same run; and both, in milliseconds."""
    return measured.answers("bench.booking_price", environment=database.fresh("bench_price"))


def facilities() -> list[Facility]:
    """Invented gestionnaires: most are small, and half of the sizes are unknown."""
    chance = random.Random(SEED)

    def known(most: int) -> int | None:
        return chance.randint(1, most) if chance.random() < 0.5 else None

    return [
        Facility(
            f"{number:09}",
            f"Organisme {number}",
            establishments=min(chance.randint(1, 12), chance.randint(1, 60)),
            places=known(2500),
            workstations=known(3000),
            budget_cents=(known(40_000_000) or 0) * 100 or None,
        )
        for number in range(FACILITIES)
    ]


def prices(session: Session, services: list[UUID], asked: list[Facility]) -> Iterator[tuple[int, UUID, int]]:
    """Ours: (number, service, total) of every price that exists."""
    market = load_market(session, services)
    for number, facility in enumerate(asked):
        adherent = number % ADHERENTS == 0
        for service_id in services:
            found = price_for(market, service_id, facility, adherent, TODAY, 2)
            if isinstance(found, Priced):
                yield number, service_id, found.total_cents


def add_up(session: Session, services: list[UUID], asked: list[Facility]) -> tuple[int, int]:
    """How many prices, and their sum."""
    count = total = 0
    for _, _, cents in prices(session, services, asked):
        count += 1
        total += cents
    return count, total


def seconds(act: Callable[[], object]) -> float:
    """The time of an act."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main() -> None:
    """Make the market, check, measure in turn, print one line of JSON."""
    tenant = create_tenant(
        operator("bench"),
        "bretagne",
        "e-santé Bretagne",
        ars="ARS Bretagne",
        region_code="53",
        zone="Europe/Paris",
        contact_email="bench@crrc.invalid",
    )
    with transaction(operator("bench", tenant.id)) as tx:
        services = make_market(tx)
        asked, session = facilities(), tx.session
        session.flush()
        load_facilities(session, asked)
        question: dict[str, date | int] = {"today": TODAY, "quantity": 2}
        session.execute(text("set local work_mem = '512MB'; set local jit = off"))  # the statement at its best
        mine = set(prices(session, services, asked))
        theirs = {tuple(row) for row in session.execute(text(EVERY), question)}
        assert mine == theirs, f"{len(mine - theirs)} prices differ"
        ours, floor = [], []
        for _ in range(ROUNDS):  # in turn, so that whatever else the machine does slows both
            floor.append(seconds(lambda: session.execute(text(TOTAL), question).one()))
            ours.append(seconds(lambda: add_up(session, services, asked)))
    figures = {
        "price.ratio": median(our / their for our, their in zip(ours, floor, strict=True)),
        "price.ms": 1000 * median(ours),
        "price.floor_ms": 1000 * median(floor),
        "price.asked": FACILITIES * len(services),
        "price.found": len(mine),
    }
    print(json.dumps(figures))


def load_facilities(session: Session, asked: list[Facility]) -> None:
    """The statement's own table of facilities."""
    from sqlalchemy import column, table

    session.execute(text(TABLE))
    names = ("number", "adherent", "establishments", "places", "workstations", "budget")
    rows: list[dict[str, Any]] = [
        {
            "number": number,
            "adherent": number % ADHERENTS == 0,
            "establishments": one.establishments,
            "places": one.places,
            "workstations": one.workstations,
            "budget": None if one.budget_cents is None else one.budget_cents // 100,
        }
        for number, one in enumerate(asked)
    ]
    session.execute(insert(table("facility", *(column(name) for name in names))), rows)
    session.execute(text("analyze facility"))


if __name__ == "__main__":
    main()
