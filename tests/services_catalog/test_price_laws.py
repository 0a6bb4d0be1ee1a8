"""Laws: a price is total, deterministic, and as monotone as its schedule; a schedule written is read as it was."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services_catalog.gateway.schedule_file import write_csv, write_xlsx
from services_catalog.gateway.spreadsheet import read_sheet
from services_catalog.rules.bpu import overlap, read_bpu
from services_catalog.rules.bpu_line import BpuLine, Terms
from services_catalog.rules.market import Agreement, Holder, Line, Lot, Market, Revision, Schedule
from services_catalog.rules.price import Facility, Priced, Unpriced, price_for
from services_catalog.rules.states import ASSIGNMENTS, MEASURES, TARIFFS, UNITS

BEGIN = date(2026, 1, 1)
days = st.integers(-400, 400).map(lambda number: BEGIN + timedelta(days=number))
periods = st.tuples(days, days).map(sorted)
services = st.integers(1, 3).map(lambda number: UUID(int=number))
providers = st.integers(1, 3).map(lambda number: UUID(int=100 + number))
sizes = st.none() | st.integers(0, 30)
amounts = st.integers(0, 10**9)
rates = st.integers(0, 300)


@st.composite
def lines(draw: Any) -> Line:
    """Any line that the table would take, alone or beside others that overlap it."""
    measure = draw(st.sampled_from(MEASURES))
    low = draw(st.integers(0, 30))
    starts_on, ends_on = draw(periods)
    return Line(
        id=UUID(int=draw(st.integers(1, 10**6))),
        service_id=draw(services),
        code="X",
        unit=draw(st.sampled_from(UNITS)),
        unit_cents=draw(amounts),
        vat_permille=draw(rates),
        starts_on=starts_on,
        ends_on=ends_on,
        measure=measure,
        size_from=None if measure == "none" else low,
        size_to=None if measure == "none" else draw(st.none() | st.integers(low, 40)),
        tariff=draw(st.sampled_from(TARIFFS)),
    )


@st.composite
def markets(draw: Any) -> Market:
    """Any market, even one that no import would let through."""
    lots = []
    for number in range(draw(st.integers(0, 3))):
        starts_on, ends_on = draw(periods)
        held = draw(st.lists(providers, unique=True, max_size=3))
        lots.append(
            Lot(
                id=UUID(int=1000 + number),
                number=number,
                title="Lot",
                agreement=Agreement(f"A{number}", starts_on, ends_on, draw(st.booleans())),
                assignment=draw(st.sampled_from(ASSIGNMENTS)),
                holders=[
                    Holder(one, "P", rank, draw(amounts), draw(st.booleans())) for rank, one in enumerate(held, 1)
                ],
                schedules=[
                    Schedule(one, *draw(periods), draw(st.lists(lines(), max_size=5)), draw(revisions)) for one in held
                ],
            )
        )
    return Market(lots)


revisions = st.lists(st.builds(Revision, days, st.integers(1, 3_000_000)), max_size=3)
facilities = st.builds(
    Facility,
    st.just("350000014"),
    st.just("Les Ajoncs"),
    establishments=sizes,
    places=sizes,
    workstations=sizes,
    budget_cents=st.none() | st.integers(0, 4000),
)
questions = st.tuples(
    services, facilities, st.none() | st.booleans(), days, st.integers(-1, 100), st.none() | providers
)


@settings(max_examples=300)
@given(markets(), questions)
def test_total_and_deterministic(market: Market, question: Any) -> None:
    """Whatever is asked, an answer; the same when the shelves are made again, or the lots come in another order."""
    found = price_for(market, *question)
    again = price_for(Market(list(reversed(market.lots))), *question)
    assert found == again == price_for(market, *question)
    if isinstance(found, Unpriced):
        assert found.sentence
        assert found.missing in (None, "adherent", *MEASURES)
    else:
        assert found.net_cents == found.unit_cents * found.quantity >= 0
        assert abs(found.net_cents * found.vat_permille - found.vat_cents * 1000) <= 500
        assert found.net_cents + found.vat_cents == found.total_cents
        assert found.sentence


@settings(max_examples=100)
@given(
    st.lists(amounts, min_size=1, max_size=8).map(sorted),
    st.lists(st.integers(1, 6), min_size=8, max_size=8),
    st.integers(1, 2_000_000),
    st.integers(1, 50),
)
def test_as_monotone_as_the_schedule(prices: list[int], widths: list[int], coefficient: int, quantity: int) -> None:
    """Prices that grow with the brackets grow with the size; and with the quantity, always."""
    low, brackets = 0, []
    for number, (price, width) in enumerate(zip(prices, widths, strict=False)):
        brackets.append(
            Line(
                UUID(int=number),
                UUID(int=1),
                f"L{number}",
                "package",
                price,
                200,
                BEGIN,
                BEGIN,
                "places",
                low,
                low + width,
            )
        )
        low += width + 1
    holder = UUID(int=2)
    schedule = Schedule(holder, BEGIN, BEGIN, brackets, [Revision(BEGIN, coefficient)])
    agreement = Agreement("A", BEGIN, BEGIN)
    market = Market([Lot(UUID(int=3), 1, "Lot", agreement, holders=[Holder(holder, "P", 1)], schedules=[schedule])])
    before = 0
    for size in range(low):
        facility = Facility("350000014", "Les Ajoncs", places=size)
        found = price_for(market, UUID(int=1), facility, True, BEGIN, quantity)
        more = price_for(market, UUID(int=1), facility, True, BEGIN, quantity + 1)
        assert isinstance(found, Priced)
        assert isinstance(more, Priced)
        assert before <= found.total_cents <= more.total_cents
        before = found.total_cents


SLUGS = {UUID(int=number): f"service-{number}" for number in (1, 2, 3)}
TERMS = Terms(BEGIN, date(2027, 12, 31), Agreement("A", BEGIN, date(2027, 12, 31)), {v: k for k, v in SLUGS.items()})
texts = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda text: text and not text.startswith("#"))
)
inside = st.integers(0, 700).map(lambda number: BEGIN + timedelta(days=number))


@st.composite
def schedules(draw: Any) -> list[BpuLine]:
    """Any schedule that could have been imported."""
    kept: list[BpuLine] = []
    for _ in range(draw(st.integers(1, 6))):
        measure = draw(st.sampled_from(MEASURES))
        low = draw(st.integers(0, 10**6))
        starts_on, ends_on = sorted((draw(inside), draw(inside)))
        line = BpuLine(
            row=len(kept) + 1,
            code=draw(texts)[:40],
            label=draw(texts),
            service_id=draw(st.none() | services),
            unit=draw(st.sampled_from(UNITS)),
            measure=measure,
            size_from=None if measure == "none" else low,
            size_to=None if measure == "none" else draw(st.none() | st.integers(low, 10**7)),
            tariff=draw(st.sampled_from(TARIFFS)),
            unit_cents=draw(st.integers(0, 10**12)),
            vat_permille=draw(rates),
            starts_on=starts_on,
            ends_on=ends_on,
        )
        if not any(line.service_id and line.service_id == one.service_id and overlap(line, one) for one in kept):
            kept.append(line)
    return [
        BpuLine(**{**{name: getattr(one, name) for name in one.__slots__}, "row": row})
        for row, one in enumerate(kept, 1)
    ]


@settings(max_examples=60)
@given(schedules())
def test_an_export_imports_back_as_it_was(kept: list[BpuLine]) -> None:
    for content in (write_csv(kept, SLUGS), write_xlsx(kept, SLUGS)):
        read, findings = read_bpu(read_sheet(content), TERMS)
        assert [one for one in findings if one.level == "error"] == []
        assert read == kept
