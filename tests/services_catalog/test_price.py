"""The price for me: tables of brackets, tariffs and dates, and what is said when no price applies."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kit.db import uuid7
from services_catalog.rules.market import Agreement, Holder, Line, Lot, Market, Revision, Schedule
from services_catalog.rules.price import Facility, Priced, Unpriced, price_for

EXERCISE, OTHER_SERVICE = uuid7(), uuid7()
ARMOR, BREIZH = uuid7(), uuid7()
FIRST, LAST, TODAY = date(2025, 1, 1), date(2028, 12, 31), date(2026, 11, 22)
FACILITY = Facility("350000014", "Les Ajoncs", frozenset({"35"}), establishments=3)
NARROW = "\N{NARROW NO-BREAK SPACE}"


def a_line(code: str = "EX-01", **values: Any) -> Line:
    return Line(
        **{
            "id": uuid7(),
            "service_id": EXERCISE,
            "code": code,
            "unit": "exercise",
            "unit_cents": 150_000,
            "vat_permille": 200,
            "starts_on": FIRST,
            "ends_on": LAST,
        }
        | values
    )


def by_size(*prices: int, measure: str = "establishments", **values: Any) -> list[Line]:
    """Brackets 1, 2 to 5, and 6 to 10."""
    ends = ((1, 1), (2, 5), (6, 10))
    return [
        a_line(f"EX-0{number}", measure=measure, size_from=low, size_to=high, unit_cents=price, **values)
        for number, ((low, high), price) in enumerate(zip(ends, prices, strict=False), start=1)
    ]


def a_market(*lines: Line, revisions: tuple[Revision, ...] = (), **columns: Any) -> Market:
    schedule = Schedule(ARMOR, FIRST, LAST, lines, revisions)
    return Market([a_lot(schedule, **columns)])


def a_lot(*schedules: Schedule, **columns: Any) -> Lot:
    values: dict[str, Any] = {
        "id": uuid7(),
        "number": 2,
        "title": "Exercices",
        "agreement": Agreement("2025-CYBER", FIRST, LAST),
        "holders": [Holder(ARMOR, "Cyber Armor", 1)],
        "schedules": schedules,
    }
    return Lot(**values | columns)


def ask(market: Market, facility: Facility = FACILITY, **question: Any) -> Priced | Unpriced:
    asked = {"adherent": True, "on": TODAY, "quantity": 1} | question
    return price_for(market, asked.pop("service_id", EXERCISE), facility, **asked)


def test_the_sentence_is_the_one_people_were_promised() -> None:
    lines = by_size(150_000, 220_000, 300_000, tariff="adherent")
    priced = ask(a_market(*lines, revisions=(Revision(date(2026, 10, 1), 1_018_000),)))
    assert isinstance(priced, Priced)
    assert priced.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "Lot 2, ligne EX-02, tranche 2 à 5 établissements, tarif adhérent en vigueur depuis le 1er octobre 2026, "
        "révisé de +1,8 %"
    )
    assert priced.unit_cents == 223_960


def test_the_answer_says_all_it_rests_on() -> None:
    market = a_market(a_line(unit_cents=12_345))
    priced = ask(market, quantity=3)
    assert isinstance(priced, Priced)
    assert (priced.unit_cents, priced.net_cents, priced.vat_cents, priced.total_cents) == (
        12_345,
        37_035,
        7_407,
        44_442,
    )
    told = priced.as_json()
    assert told["lot_id"] == str(market.lots[0].id)
    assert told["provider_id"] == str(ARMOR)
    assert (told["code"], told["unit"], told["quantity"], told["vat_permille"]) == ("EX-01", "exercise", 3, 200)
    assert told["sentence"] == priced.sentence


@pytest.mark.parametrize(
    ("size", "code"), [(0, None), (1, "EX-01"), (2, "EX-02"), (5, "EX-02"), (6, "EX-03"), (10, "EX-03"), (11, None)]
)
@pytest.mark.parametrize("measure", ["establishments", "places", "workstations", "budget"])
def test_brackets_hold_both_their_ends(measure: str, size: int, code: str | None) -> None:
    facility = Facility("350000014", "Les Ajoncs").declaring(measure, size)
    found = ask(a_market(*by_size(1, 2, 3, measure=measure)), facility)
    assert (found.code if isinstance(found, Priced) else None) == code


def test_a_budget_is_read_in_whole_euros() -> None:
    between = replace(FACILITY, budget_cents=199)
    found = ask(a_market(*by_size(1, 2, 3, measure="budget")), between)
    assert isinstance(found, Priced)
    assert found.code == "EX-01"


def test_a_bracket_without_an_end() -> None:
    line = a_line(measure="workstations", size_from=1000, size_to=None)
    found = ask(a_market(line), replace(FACILITY, workstations=5000))
    assert isinstance(found, Priced)
    assert f"tranche 1{NARROW}000\N{NO-BREAK SPACE}postes et plus" in found.sentence


@pytest.mark.parametrize(
    ("tariff", "adherent", "applies"),
    [
        ("all", True, True),
        ("all", False, True),
        ("all", None, True),
        ("adherent", True, True),
        ("adherent", False, False),
        ("adherent", None, None),
        ("other", True, False),
        ("other", False, True),
        ("other", None, None),
    ],
)
def test_tariffs(tariff: str, adherent: bool | None, applies: bool | None) -> None:
    found = ask(a_market(a_line(tariff=tariff)), adherent=adherent)
    if applies is None:
        assert isinstance(found, Unpriced)
        assert found.missing == "adherent"
    else:
        assert isinstance(found, Priced) is applies


@pytest.mark.parametrize(
    ("on", "unit_cents", "since"),
    [
        (date(2026, 9, 30), 100_000, "1er\N{NO-BREAK SPACE}janvier 2025"),
        (date(2026, 10, 1), 101_800, "1er\N{NO-BREAK SPACE}octobre 2026"),
        (date(2027, 9, 30), 101_800, "1er\N{NO-BREAK SPACE}octobre 2026"),
        (date(2027, 10, 1), 99_500, "1er\N{NO-BREAK SPACE}octobre 2027"),
    ],
)
def test_the_last_revision_begun_applies(on: date, unit_cents: int, since: str) -> None:
    revisions = (Revision(date(2027, 10, 1), 995_000), Revision(date(2026, 10, 1), 1_018_000))
    found = ask(a_market(a_line(unit_cents=100_000), revisions=revisions), on=on)
    assert isinstance(found, Priced)
    assert found.unit_cents == unit_cents
    assert since in found.sentence
    assert ("\N{MINUS SIGN}0,5\N{NO-BREAK SPACE}%" in found.sentence) is (unit_cents == 99_500)


def test_rounding_is_half_up_to_the_cent() -> None:
    assert_unit = a_market(a_line(unit_cents=50, vat_permille=55), revisions=(Revision(FIRST, 1_010_000),))
    found = ask(assert_unit)
    assert isinstance(found, Priced)
    assert found.unit_cents == 51  # 50.5 cents
    assert found.vat_cents == 3  # 2.805 cents


def said(found: Priced | Unpriced) -> str:
    assert isinstance(found, Unpriced)
    return found.sentence.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("market", "question", "sentence"),
    [
        (a_market(a_line()), {"service_id": OTHER_SERVICE}, "Cette prestation ne figure dans aucun bordereau"),
        (
            a_market(a_line()),
            {"on": date(2024, 12, 31)},
            "L’accord-cadre 2025-CYBER ne commence que le 1er janvier 2025.",
        ),
        (a_market(a_line()), {"on": date(2029, 1, 1)}, "L’accord-cadre 2025-CYBER a pris fin le 31 décembre 2028."),
        (
            a_market(a_line(), agreement=Agreement("2025-CYBER", FIRST, LAST, adherents_only=True)),
            {"adherent": False},
            "L’accord-cadre 2025-CYBER est réservé aux adhérents du GRADeS.",
        ),
        (a_market(a_line()), {"provider_id": BREIZH}, "Ce prestataire n’est pas titulaire du lot 2."),
        (a_market(a_line(), holders=[]), {}, "Le lot 2 n’a pas encore de titulaire."),
        (
            a_market(a_line(), holders=[Holder(ARMOR, "Cyber Armor", 1, active=False)]),
            {},
            "Cyber Armor ne reçoit pas de nouvelle commande.",
        ),
        (
            Market([a_lot(Schedule(ARMOR, FIRST, date(2025, 12, 31), [a_line()]))]),
            {},
            "Aucun bordereau de prix de Cyber Armor n’est en vigueur le 22 novembre 2026 dans le lot 2.",
        ),
        (
            Market(
                [
                    a_lot(
                        Schedule(ARMOR, FIRST, date(2025, 12, 31), [a_line()]),
                        Schedule(ARMOR, date(2026, 1, 1), LAST, [a_line(service_id=OTHER_SERVICE)]),
                    )
                ]
            ),
            {},
            "Cyber Armor n’a pas de prix pour cette prestation dans le lot 2.",
        ),
        (
            a_market(a_line(starts_on=date(2027, 1, 1))),
            {},
            "La ligne EX-01 ne vaut que du 1er janvier 2027 au 31 décembre 2028.",
        ),
        (
            a_market(a_line(tariff="adherent")),
            {"adherent": False},
            "Cyber Armor n’a pas de prix pour les non-adhérents du GRADeS dans le lot 2.",
        ),
        (
            a_market(*by_size(1, 2, 3)),
            {"facility": replace(FACILITY, establishments=12)},
            "Aucune tranche du bordereau de Cyber Armor (lot 2) ne couvre 12 établissements.",
        ),
        (a_market(a_line()), {"quantity": 0}, "La quantité doit être d’au moins 1."),
    ],
)
def test_when_no_price_applies_the_sentence_says_why(market: Market, question: Any, sentence: str) -> None:
    assert said(ask(market, question.pop("facility", FACILITY), **question)).startswith(sentence)


def test_an_unknown_size_says_what_to_declare() -> None:
    found = ask(a_market(*by_size(1, 2, 3, measure="workstations")))
    assert said(found) == "Le prix (ligne EX-01) dépend de la taille : déclarez le nombre de postes de travail."
    assert isinstance(found, Unpriced)
    assert found.missing == "workstations"


def two_holders(assignment: str, armor: int = 0, breizh: int = 0, **line: Any) -> Market:
    schedules = [
        Schedule(ARMOR, FIRST, LAST, [a_line("A", **line)]),
        Schedule(BREIZH, FIRST, LAST, [a_line("B", unit_cents=140_000)]),
    ]
    holders = [Holder(BREIZH, "Breizh Sec", 2, breizh), Holder(ARMOR, "Cyber Armor", 1, armor)]
    return Market([a_lot(*schedules, assignment=assignment, holders=holders)])


@pytest.mark.parametrize(
    ("market", "provider_id", "chosen"),
    [
        (two_holders("ranked", armor=900), None, ARMOR),
        (two_holders("in_turn", armor=900), None, BREIZH),
        (two_holders("in_turn", armor=900, breizh=900), None, ARMOR),
        (two_holders("ranked"), BREIZH, BREIZH),
        (two_holders("ranked", tariff="other"), None, BREIZH),  # the first has no price for adherents
    ],
)
def test_holders_are_asked_in_the_order_of_the_lot(market: Market, provider_id: UUID | None, chosen: UUID) -> None:
    found = ask(market, provider_id=provider_id)
    assert isinstance(found, Priced)
    assert found.provider_id == chosen


def test_an_unknown_size_at_the_first_holder_does_not_pass_to_the_second() -> None:
    """Once declared it might apply: the price of another would mislead."""
    found = ask(two_holders("ranked", measure="places", size_from=1))
    assert isinstance(found, Unpriced)
    assert found.missing == "places"


def test_of_two_agreements_the_more_recent_is_asked_first() -> None:
    lots = [
        a_lot(
            Schedule(ARMOR, FIRST, LAST, [a_line(f"L{year}")]), agreement=Agreement(f"{year}", date(year, 1, 1), LAST)
        )
        for year in (2025, 2026)
    ]
    found = ask(Market(lots))
    assert isinstance(found, Priced)
    assert found.code == "L2026"
