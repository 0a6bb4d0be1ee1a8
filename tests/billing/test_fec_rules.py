"""The file of entries as rules: written, read back by a stranger, each defect found; lettering; bands of age."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.ageing import BANDS, band_of, bands
from billing.rules.fec import COLUMNS, ENCODING, HEADER, FecLine, file_name, notice, written
from billing.rules.fec_check import check_fec
from billing.rules.lettering import Link, Movement, code, letters

DAY = date(2026, 3, 2)


def a_line(number: int, debit: int, credit: int, **words: object) -> FecLine:
    """A line of the journal of sales; on the customers' account when it is a debit."""
    facts = {
        "journal": "VE",
        "journal_label": "Ventes",
        "number": number,
        "entered_on": DAY,
        "account": "411000" if debit else "706000",
        "account_label": "Clients" if debit else "Prestations de services",
        "customer": "C00001" if debit else "",
        "customer_name": "EHPAD Les Tilleuls" if debit else "",
        "piece": f"F2026-{number:06}",
        "piece_on": DAY,
        "wording": "Facture",
        "debit_cents": debit,
        "credit_cents": credit,
        "letter": "",
        "lettered_on": None,
        "validated_on": DAY,
    }
    return FecLine(**(facts | words))  # type: ignore[arg-type]


def a_file(*lines: FecLine) -> str:
    return HEADER + "".join(written(line) for line in lines)


SOUND = a_file(a_line(1, 12_345, 0), a_line(1, 0, 12_345), a_line(2, 100, 0), a_line(2, 0, 100))


def test_a_line_is_written_as_the_article_says() -> None:
    first = SOUND.split("\r\n")[1].split("\t")
    assert dict(zip(COLUMNS, first, strict=True)) == {
        "JournalCode": "VE",
        "JournalLib": "Ventes",
        "EcritureNum": "1",
        "EcritureDate": "20260302",
        "CompteNum": "411000",
        "CompteLib": "Clients",
        "CompAuxNum": "C00001",
        "CompAuxLib": "EHPAD Les Tilleuls",
        "PieceRef": "F2026-000001",
        "PieceDate": "20260302",
        "EcritureLib": "Facture",
        "Debit": "123,45",
        "Credit": "0,00",
        "EcritureLet": "",
        "DateLet": "",
        "ValidDate": "20260302",
        "Montantdevise": "",
        "Idevise": "",
    }
    assert check_fec(SOUND, 2026) == ()
    assert check_fec(SOUND.splitlines(keepends=True)) == ()
    assert check_fec(SOUND.replace("\t", "|")) == ()  # the article's other separator
    assert file_name("13000796600018", 2026) == "130007966FEC20261231.txt"


@given(st.text(), st.text())
def test_whatever_people_are_called_the_file_stays_one(name: str, wording: str) -> None:
    lines = (a_line(1, 5, 0, customer_name=name or "x", wording=wording), a_line(1, 0, 5, wording=wording))
    text = a_file(*lines)
    assert text.encode(ENCODING).decode(ENCODING) == text
    assert len(text.splitlines()) == 3
    assert all("vide" in one.sentence or "vont ensemble" in one.sentence for one in check_fec(text))


def test_what_the_character_set_lacks_is_written_near() -> None:
    line = written(a_line(1, 5, 0, customer_name="L’Îlot – « Łódź »\t中", wording="cœur à 3 €"))
    assert "L'Îlot - « ?ódz » ?" in line or "L'Îlot - « Lódz » ?" in line
    assert "cœur à 3 €" in line


def changed(line: int, **fields: str) -> str:
    """The sound file with other values on a line (1 is the first after the header)."""
    rows = SOUND.split("\r\n")
    values = dict(zip(COLUMNS, rows[line].split("\t"), strict=True)) | fields
    rows[line] = "\t".join(values.values())
    return "\r\n".join(rows)


DEFECTS = {
    "a column by another name": (SOUND.replace("Montantdevise", "MontantDevise"), "doit s’appeler Montantdevise"),
    "two columns exchanged": (SOUND.replace("Debit\tCredit", "Credit\tDebit"), "doit s’appeler Debit"),
    "a column more": (SOUND.replace("Idevise", "Idevise\tPlus"), "plus de 18"),
    "a field more": (changed(1, Idevise="\t"), "19"),
    "an empty file": ("", "vide"),
    "an entry that does not balance": (changed(1, Debit="123,44"), "1 n’est pas équilibrée"),
    "totals that differ": (changed(3, Debit="1,01"), "total des débits"),
    "a gap": (SOUND.replace("\t2\t2026", "\t3\t2026"), "ne suit pas"),
    "numbers that do not begin at one": (a_file(a_line(2, 1, 0), a_line(2, 0, 1)), "2 ne suit pas 0"),
    "an entry of one line": (a_file(a_line(1, 1, 0)), "qu’une ligne"),
    "a number that is none": (changed(1, EcritureNum="x"), "ne suit pas"),
    "a day of another year": (changed(4, EcritureDate="20250302"), "exercice 2026"),
    "a day that is none": (changed(1, PieceDate="20260230"), "PieceDate n’est pas une date"),
    "a day as people write it": (changed(1, EcritureDate="02/03/2026"), "EcritureDate n’est pas une date"),
    "validated before it was entered": (changed(1, ValidDate="20260301"), "avant EcritureDate"),
    "no piece": (changed(1, PieceRef=""), "PieceRef est vide"),
    "no wording": (changed(1, EcritureLib=" "), "EcritureLib est vide"),
    "no validation": (changed(2, ValidDate=""), "ValidDate est vide"),
    "a customer without its account": (changed(1, CompAuxNum="", CompAuxLib=""), "compte de client"),
    "an account without digits": (changed(2, CompteNum="VENTES"), "trois chiffres"),
    "a decimal point": (changed(1, Debit="123.45"), "Debit n’est pas un montant"),
    "a sign of thousands": (changed(1, Debit="1 123,45"), "Debit n’est pas un montant"),
    "one decimal": (changed(2, Credit="123,4"), "Credit n’est pas un montant"),
    "an amount below zero": (changed(2, Credit="-123,45"), "Credit n’est pas un montant"),
    "both sides": (changed(1, Credit="1,00"), "l’un des deux"),
    "no side": (changed(1, Debit="0,00"), "l’un des deux"),
    "an entry with two pieces": (changed(2, PieceRef="F9"), "PieceRef diffère"),
    "an entry in two journals": (changed(2, JournalCode="OD", JournalLib="Divers"), "JournalCode diffère"),
    "a journal with two names": (changed(3, JournalLib="Vente"), "JournalLib change"),
    "a customer with two names": (changed(3, CompAuxLib="Autre"), "CompAuxLib change"),
    "a letter without its day": (changed(1, EcritureLet="AAA"), "EcritureLet et DateLet"),
    "a letter that is not settled": (changed(1, EcritureLet="AAA", DateLet="20260401"), "AAA du compte 411000 C00001"),
    "a letter before its entry": (changed(1, EcritureLet="AAA", DateLet="20260101"), "DateLet est avant"),
    "a currency without its amount": (changed(1, Idevise="USD"), "Montantdevise et Idevise"),
    "a control character": (changed(1, EcritureLib="a\x07"), "caractère de contrôle"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_each_kind_of_defect_is_found(name: str) -> None:
    text, sentence = DEFECTS[name]
    found = check_fec(text, 2026)
    assert any(sentence in one.sentence for one in found), found


def test_a_file_of_faults_has_a_bounded_list_of_them() -> None:
    assert len(check_fec(HEADER + "x\r\n" * 5000)) == 200


def test_the_notice_says_what_the_file_is() -> None:
    text = notice("GIP", "13000796600018", 2026, 4, 2, "ab")
    assert "130007966FEC20261231.txt" in text
    assert "à-nouveaux" in text


def test_codes_follow_one_another() -> None:
    assert [code(0), code(1), code(26), code(26**3 - 1), code(26**3)] == ["AAA", "AAB", "ABA", "ZZZ", "AAAA"]
    assert len({code(place) for place in range(20_000)}) == 20_000


A, B = UUID(int=1), UUID(int=2)


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Link], list[Movement]]:
    """Invoices and payments of two customers, matched at random within what is open; some entries of another year."""
    size = draw(st.integers(1, 6))
    bills = [(UUID(int=100 + n), draw(st.sampled_from([A, B])), draw(st.integers(1, 9))) for n in range(size)]
    money = [(UUID(int=200 + n), draw(st.sampled_from([A, B])), draw(st.integers(1, 9))) for n in range(size)]
    inside = {one[0]: draw(st.integers(0, 9)) > 0 for one in bills + money}
    left = {one[0]: one[2] for one in bills + money}
    movements = [
        Movement(node, who, cents if node.int < 200 else -cents, number, DAY)
        for number, (node, who, cents) in enumerate(bills + money, start=1)
        if inside[node]
    ]
    links = []
    for n in range(draw(st.integers(0, 12))):
        bill, payment = draw(st.sampled_from(bills)), draw(st.sampled_from(money))
        cents = draw(st.integers(0, min(left[bill[0]], left[payment[0]])))
        if cents:
            left[bill[0]] -= cents
            left[payment[0]] -= cents
            link = Link(UUID(int=300 + n), (bill[0], payment[0]), cents, DAY + timedelta(days=n))
            links.append(link)
            if bill[1] != payment[1]:  # one customer pays for another: an entry moves it
                movements += [
                    Movement(link.id, payment[1], cents, 100 + n, link.on),
                    Movement(link.id, bill[1], -cents, 100 + n, link.on),
                ]
    return links, movements


@given(stories(), st.randoms(use_true_random=False))
def test_lettering_is_consistent(story: tuple[list[Link], list[Movement]], shuffle: Random) -> None:
    links, movements = story
    found = letters(links, movements)
    weights: dict[tuple[str, UUID], int] = {}
    left = {}
    for one in movements:
        left[one.node] = left.get(one.node, 0) + one.cents
        if one.node in found:
            assert found[one.node].on >= one.on
            key = (found[one.node].code, one.customer_id)
            weights[key] = weights.get(key, 0) + one.cents
    assert not any(weights.values())
    spent: dict[UUID, int] = {}
    for link in links:
        assert len({found.get(node) for node in link.uses}) == 1  # what is matched together is lettered together
        for node in link.uses:
            spent[node] = spent.get(node, 0) + link.cents
    assert all(abs(left.get(node, 0)) == spent[node] for node in found if node in spent)
    shuffle.shuffle(links)
    shuffle.shuffle(movements)
    assert letters(links, movements) == found


def test_two_that_are_equal_and_not_matched_whole_are_not_lettered() -> None:
    bill, payment = UUID(int=1), UUID(int=2)
    movements = [Movement(bill, A, 100, 1, DAY), Movement(payment, A, -100, 2, DAY)]
    assert letters([Link(UUID(int=3), (bill, payment), 60, DAY)], movements) == {}
    assert letters([Link(UUID(int=3), (bill, payment), 100, DAY)], movements)[bill].code == "AAA"


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(-400, 400))
def test_every_due_date_is_in_one_band(on: date, late: int) -> None:
    due = on - timedelta(days=late)
    inside = [
        band.key
        for band in bands(on)
        if (band.first is None or due >= band.first) and (band.last is None or due <= band.last)
    ]
    assert inside == [band_of(due, on)]


@pytest.mark.parametrize(
    ("late", "key"),
    [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (400, 4)],
)
def test_bands_end_where_they_say(late: int, key: int) -> None:
    assert band_of(DAY - timedelta(days=late), DAY) == BANDS[key][0]
