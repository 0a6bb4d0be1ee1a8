"""Files of the bank: what is read of them, and everything that is refused with its line named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.gateway.bank_file import LARGEST, read_bank_file
from billing.rules.bank import BankFile, balance_fault, fingerprints, is_account, masked
from billing.rules.bank_columns import columns_of, date_order, meaning_of, read_day, read_signed
from kit.errors import Invalid
from tests.billing.bank_files import HEADINGS, PAYER_IBAN, camt, csv_of, entry, many_transfers
from tests.billing.rows import IBAN


def fault_of(file: BankFile) -> str:
    return balance_fault(file.opening_cents, file.movements_cents, file.closing_cents)


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08"])
def test_a_camt_of_any_version_is_read(version: str) -> None:
    new = version == "08"
    file = read_bank_file(
        camt(
            entry(12_000, "FACTURE F2026-000001", name="CH DE BREST", iban=PAYER_IBAN, new=new, reference="A1"),
            entry(-1_550, "FRAIS", on="2026-05-06", new=new),
            entry(500, "EN ATTENTE", status="PDNG", new=new),
            version=version,
            opening=100_000,
            closing=110_450,
        )
    )
    assert (file.format, file.iban, file.opening_cents, file.closing_cents) == ("camt.053", IBAN, 100_000, 110_450)
    first, second = file.movements
    assert (first.amount_cents, first.booked_on, first.counterpart) == (12_000, date(2026, 5, 4), "CH DE BREST")
    assert (first.counterpart_iban, first.wording, first.bank_reference) == (PAYER_IBAN, "FACTURE F2026-000001", "A1")
    assert (second.amount_cents, second.position) == (-1_550, 2)
    assert "en attente" in file.notes[0]
    assert fault_of(file) == ""
    assert (file.starts_on, file.ends_on) == (date(2026, 5, 4), date(2026, 5, 6))


def test_a_batch_of_transfers_is_as_many_movements() -> None:
    details = "".join(
        f"<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>{cents / 100}</Amt></TxAmt></AmtDtls><RltdPties><Dbtr><Nm>{name}</Nm>"
        f"</Dbtr></RltdPties><RmtInf><Strd><CdtrRefInf><Ref>{ref}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
        for cents, name, ref in ((10_000, "A", "RF18F2026000001"), (2_050, "B", "RF91F2026000002"))
    )
    day = "<BookgDt><DtTm>2026-05-04T10:00:00</DtTm></BookgDt>"
    head = f"<Ntry><Amt Ccy='EUR'>120.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>{day}"
    file = read_bank_file(camt(f"{head}<NtryDtls>{details}</NtryDtls></Ntry>"))
    assert [(one.amount_cents, one.counterpart, one.wording) for one in file.movements] == [
        (10_000, "A", "RF18F2026000001"),
        (2_050, "B", "RF91F2026000002"),
    ]
    whole = read_bank_file(camt(f"{head.replace('120.50', '120.51')}<NtryDtls>{details}</NtryDtls></Ntry>"))
    assert [one.amount_cents for one in whole.movements] == [12_051]


def test_a_statement_whose_balances_do_not_follow_says_so() -> None:
    file = read_bank_file(camt(entry(12_000), opening=0, closing=12_001))
    assert "120,01" in fault_of(file)


LAUGHS = (
    "<?xml version='1.0'?><!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><Document>&c;</Document>"
)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choisissez"),
        (b"  \r\n ", "Choisissez"),
        (b"PK\x03\x04xxxx", "n’est pas un relevé"),
        (b"%PDF-1.7", "n’est pas un relevé"),
        (b"a" * (LARGEST + 1), "dépasse 10\xa0Mo"),
        (LAUGHS.encode(), "DOCTYPE"),
        (LAUGHS.replace("version='1.0'", "version='1.0' encoding='UTF-16'").encode("utf-16"), "DOCTYPE"),
        (b"<!DOCTYPE d SYSTEM 'file:///etc/passwd'><d/>", "DOCTYPE"),
        (b"<?xml version='1.0'?><!doctype d><d/>", "DOCTYPE"),
        (b"<Document><BkToCstmrStmt></Document>", "abîmé"),
        (b"<Document/>", "n’est pas un relevé camt"),
        (b"<a>" * 5_000, "abîmé"),
        (b"<?xml version='1.0' encoding='klingon'?><Document/>", "abîmé"),
        (b"<Document>&undefined;</Document>", "abîmé"),
        (camt(), "aucun mouvement"),
        (camt(entry(100, status="PDNG")), "aucun mouvement"),
        (b"bonjour\x00", "ni un relevé camt"),
        (b"bonjour", "en-têtes"),
        (b"Date;Libelle\n04/05/2026;x", "en-têtes"),
        (csv_of(""), "aucun mouvement"),
        (("Date;Montant\n" + "04/05/2026;1\n" * 20_001).encode(), "20000 lignes"),
        (b'Date;Montant\n04/05/2026;"' + b"x" * 200_000, "ne se lit plus"),
    ],
)
def test_what_is_no_statement_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        read_bank_file(content)
    assert list(refused.value.fields) == ["file"]


@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        (camt(entry(100), entry(100, amount="1.234")), 2, "plus de deux décimales"),
        (camt(entry(100, currency="CHF")), 1, "la devise est CHF"),
        (camt(entry(100, amount="-5.00")), 1, "ne se lit pas"),
        (camt(entry(100, amount="9" * 30)), 1, "ne se lit pas"),
        (camt(entry(100, amount="1e3")), 1, "ne se lit pas"),
        (camt(entry(100, on="2026-13-45")), 1, "date"),
        (camt(entry(100, on="")), 1, "date"),
        (camt(entry(100).replace("CRDT", "??")), 1, "sens"),
        (csv_of("04/05/2026;x;;1,234"), 2, "deux décimales"),
        (csv_of("04/05/2026;x;;1.234"), 2, "deux décimales"),
        (csv_of("04/05/2026;x;;douze"), 2, "ne se lit pas"),
        (csv_of("04/05/2026;x;5;6"), 2, "débit et un crédit"),
        (csv_of("32/05/2026;x;;6"), 2, "n’est pas une date"),
        (csv_of("hier;x;;6"), 2, "n’est pas une date"),
        (csv_of("04/05/2026;x;;6;CHF", headings="Date;Libellé;Débit;Crédit;Devise\n"), 2, "la devise est CHF"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(content: bytes, line: int, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_bank_file(content)
    assert list(refused.value.fields) == [f"line.{line}"]
    assert sentence in refused.value.fields[f"line.{line}"]


BANKS = {
    "two columns, cp1252": (
        "Téléchargement du 05/05/2026;\n\nDate;Libellé;Débit euros;Crédit euros;\n"
        '04/05/2026;"VIREMENT RECU\n  CH DE BREST ";;"1 234,56";\n05/05/2026;FRAIS;12,00;;\n'
    ).encode("cp1252"),
    "one signed column, BOM": (
        "\ufeffDate operation;Libelle court;Type operation;Libelle operation;Montant operation en euro\r\n"
        "04-05-2026;VIR;VIREMENT;VIREMENT RECU CH DE BREST;1.234,56\r\n05-05-2026;FR;F;FRAIS;-12,00\r\n"
    ).encode(),
    "commas and dots": (
        "Booking date,Description,Amount,Currency\n"
        '2026-05-04,"VIREMENT RECU, CH DE BREST","1,234.56",EUR\n2026-05-05,FRAIS,-12.00,EUR\n'
    )
    .replace("Booking date", "Date comptable")
    .encode(),
    "tabs, signed in front, two dates": (
        b"Date de comptabilisation\tLibelle simplifie\tReference\tDebit\tCredit\tDate operation\tDate de valeur\n"
        b"04/05/2026\tVIREMENT RECU\tCH DE BREST\t\t+1234,56\t01/05/2026\t04/05/2026\n"
        b"05/05/2026\tFRAIS\t\t-12,00\t\t05/05/2026\t05/05/2026\n"
    ),
    "a side column, UTF-16": (
        "Date;Libellé;Montant;Sens\n04/05/26;VIREMENT RECU CH DE BREST;1234,56;C\n05/05/26;FRAIS;12,00;D\n"
    ).encode("utf-16"),
    "a total at the end": (
        "Date;Libellé;Débit;Crédit\n04/05/2026;VIREMENT RECU CH DE BREST;;1234,56\n05/05/2026;FRAIS;12,00;\n"
        ";Total;12,00;1234,56\n;;;\n"
    ).encode(),
}


@pytest.mark.parametrize("name", BANKS)
def test_the_csv_of_each_bank_is_understood(name: str) -> None:
    file = read_bank_file(BANKS[name])
    assert [(one.booked_on, one.amount_cents) for one in file.movements] == [
        (date(2026, 5, 4), 123_456),
        (date(2026, 5, 5), -1_200),
    ]
    assert "CH DE BREST" in file.movements[0].wording
    assert {"Date", "Libellé"} <= {one.meaning for one in file.columns}
    assert "Séparateur" in file.notes[0]


@pytest.mark.parametrize("rows", [(1, 2), (2, 1)])
def test_a_column_of_balances_gives_the_balances_whatever_its_order(rows: tuple[int, int]) -> None:
    lines = {1: "04/05/2026;A;;100,00;1100,00", 2: "05/05/2026;B;30,00;;1070,00"}
    file = read_bank_file(csv_of(*(lines[one] for one in rows), headings="Date;Libellé;Débit;Crédit;Solde\n"))
    assert (file.opening_cents, file.closing_cents) == (100_000, 107_000)
    assert fault_of(file) == ""


def test_the_account_of_a_csv_is_found_above_its_headings_or_in_a_column() -> None:
    above = f"Compte : {IBAN[:4]} {IBAN[4:8]} {IBAN[8:]};;\n" + HEADINGS + "04/05/2026;A;;1,00"
    assert read_bank_file(above.encode()).iban == IBAN
    column = csv_of(f"04/05/2026;A;;1,00;{IBAN}", headings="Date;Libellé;Débit;Crédit;Compte\n")
    assert read_bank_file(column).iban == IBAN
    assert read_bank_file(csv_of("04/05/2026;A;;1,00")).iban == ""
    two = csv_of("04/05/2026;A;;1,00;1", "04/05/2026;A;;1,00;2", headings="Date;Libellé;Débit;Crédit;Compte\n")
    with pytest.raises(Invalid, match="plusieurs comptes"):
        read_bank_file(two)


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Date", "booked"),
        ("DATE DE VALEUR", ""),
        ("Débit (EUR)", "debit"),
        ("Montant(FRANCS)", ""),
        ("Montant(EUROS)", "amount"),
        ("Solde", "balance"),
        ("IBAN du tiers", "counterpart_iban"),
        ("Numéro de compte", "account"),
        ("Nom du donneur d’ordre", "counterpart"),
        ("Informations complémentaires", "wording"),
        ("Catégorie", ""),
        ("", ""),
    ],
)
def test_headings_are_known_by_their_words(heading: str, meaning: str) -> None:
    assert meaning_of(heading) == meaning


def test_days_are_read_the_french_way_unless_the_file_says_otherwise() -> None:
    assert date_order(["04/05/2026", "05/13/2026"]) == "mdy"
    assert date_order(["04/05/2026", "13/05/2026", "05/13/2026"]) == "dmy"
    assert (read_day("04/05/2026", "dmy"), read_day("05/04/26", "mdy")) == (date(2026, 5, 4), date(2026, 5, 4))
    assert read_day("20260504", "dmy") == read_day("2026-05-04 10:32:00", "dmy") == date(2026, 5, 4)
    assert [read_day(text, "dmy") for text in ("", "31/02/2026", "1/1/1", "04/05", "9999999999")] == [None] * 5


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("-12,00", -1_200),
        ("12,00-", -1_200),
        ("(12,00)", -1_200),
        ("+12", 1_200),
        ("−1 234,5 €", -123_450),
        ("12 EUR", 1_200),
    ],
)
def test_signs_are_read_wherever_banks_put_them(text: str, cents: int) -> None:
    assert read_signed(text, "x") == cents


def test_two_movements_alike_are_told_apart_and_the_same_in_an_overlapping_file() -> None:
    first = read_bank_file(camt(entry(100, "A"), entry(100, "A"), entry(200, "B")))
    second = read_bank_file(camt(entry(100, "A"), entry(100, "A"), entry(300, "C"), version="08"))
    one, two = fingerprints(first.movements), fingerprints(second.movements)
    assert len(set(one)) == 3
    assert one[:2] == two[:2]
    assert set(one) & set(two) == set(one[:2])


def test_an_account_is_its_iban_or_its_national_number() -> None:
    assert is_account(IBAN, IBAN)
    assert is_account(IBAN, IBAN[4:])
    assert not is_account(IBAN, PAYER_IBAN)
    assert masked(IBAN) == "FR76\xa0••••\xa0••••\xa00189"
    assert columns_of(["Date", "Montant", "Débit", "Crédit"]) == {"booked": [0], "debit": [2], "credit": [3]}


def test_ten_thousand_lines_are_read_at_once() -> None:
    assert len(read_bank_file(many_transfers(10_000)).movements) == 10_000


def fields_of(content: bytes) -> list[str]:
    """The fields of the refusal; nothing when the file is taken."""
    try:
        read_bank_file(content)
    except Invalid as refused:
        return list(refused.fields) or ["nothing"]
    return []


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_a_statement_or_a_sentence(content: bytes) -> None:
    for prefix in (b"", HEADINGS.encode(), b"<Document><BkToCstmrStmt><Stmt>"):
        assert "nothing" not in fields_of(prefix + content)


cell = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(cell, cell, cell, cell), max_size=5))
def test_whatever_cells_hold_a_line_is_taken_or_named(rows: list[tuple[str, str, str, str]]) -> None:
    lines = [";".join(f'"{one.replace(chr(34), chr(39))}"' for one in row) for row in rows]
    assert all(one.startswith(("line.", "file")) for one in fields_of(csv_of("04/05/2026;x;;1,00", *lines)))


def test_an_amount_that_no_column_could_sum_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read_bank_file(camt(entry(100, amount="9999999999999.99")))
    assert "dépasse" in refused.value.fields["line.1"]
