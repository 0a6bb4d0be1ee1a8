"""Files as they come: samples of the real ones, traps, and files that stop."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from finess.gateway.errors import BrokenRegister
from finess.gateway.register_file import recognise
from finess.rules.records import EstablishmentRecord, LegalEntityRecord, Record, Remark
from tests.finess.structures import ej, et, etalab, etalab_ej, etalab_et, finess_plus, number

EJ, ET, OTHER = number(1), number(2), number(3)


def read(path: Path) -> list[Record | Remark]:
    return list(recognise(path).records())


def test_the_real_sample_of_finess_plus(real_data: Path) -> None:
    file = recognise(real_data / "sample-finess-structures-20260309.json")
    assert (file.source, file.generated_at.date()) == ("finess_plus", date(2026, 3, 9))
    assert file.sha256 == "1bf91d8343836e4aadf4f19c705f12fc445a1080a67fe347d3d7e7d6a16a04d4"
    first, clinic, inside, closed, gone = file.records()
    assert isinstance(first, LegalEntityRecord)
    assert (first.finess_ej, first.is_open, first.closed_on) == ("010000016", False, date(2019, 3, 3))
    assert isinstance(clinic, LegalEntityRecord)
    assert (clinic.is_open, clinic.legal_status_code, clinic.siren) == (True, "73", "772201489")
    assert isinstance(inside, EstablishmentRecord)
    assert (inside.name, inside.category_code, inside.commune_code) == ("CLINIQUE DOCTEUR CONVERT", "365", "01053")
    assert (inside.position, inside.finess_ej, inside.is_open) == ("pmej[1].ege[0]", "010000156", True)
    assert isinstance(closed, LegalEntityRecord)
    assert closed.name == "POLYCLINIQUE D'AMBERIEU EN BUGEY"  # padded to 60 in the file
    assert isinstance(gone, EstablishmentRecord)
    assert (gone.is_open, gone.siret, gone.closed_on) == (False, None, date(1993, 1, 1))


def test_the_real_sample_of_etalab(real_data: Path) -> None:
    file = recognise(real_data / "sample-etalab-cs1100502-20260512.csv")
    assert (file.source, file.generated_at) == ("etalab", datetime(2026, 5, 12, tzinfo=UTC))
    rows = [row for row in file.records() if isinstance(row, EstablishmentRecord)]
    assert len(rows) == 13
    by_number = {row.finess_et: row for row in rows}
    assert by_number["970102018"].commune_code == "97123"  # 9A + 123: Saint-Barthélemy
    assert by_number["980502199"].commune_code == "97610"  # 9F: Mayotte
    assert by_number["980600027"].commune_code == "98613"  # 9J: Wallis-et-Futuna
    assert by_number["970216057"].finess_ej == "590799730"  # run from the Nord
    assert (by_number["970300026"].postal_code, by_number["970300026"].town) == ("97306", "CAYENNE CEDEX")
    assert by_number["980502199"].address == "ZI VALLÉE 3 BP 208"
    assert all(row.is_open and row.closed_on is None for row in rows)


def test_the_place_of_exercise_wherever_it_stands(tmp_path: Path) -> None:
    there = et(ET)
    there["adresse"].insert(0, {"usageAdresse": "02", "cogCommune": "75056", "ligneAcheminement": "PARIS"})
    nowhere = et(OTHER)
    nowhere["adresse"] = [{"usageAdresse": "02", "cogCommune": "75056"}]
    _, first, second = read(finess_plus(tmp_path / "r.json", ej(EJ, there, nowhere)))
    assert isinstance(first, EstablishmentRecord)
    assert isinstance(second, EstablishmentRecord)
    assert (first.commune_code, first.town) == ("35238", "RENNES")
    assert second.commune_code is None


def test_absent_keys_and_wrong_types(tmp_path: Path) -> None:
    bare = {"informationsGeneralesPMEJ": {"numFinessPm": EJ}}
    odd = {
        "informationsGeneralesPMEJ": {
            "numFinessPm": 350000012,
            "siren": True,
            "dateFermeture": "hier",
            "denominationPm": "A\0",
        },
        "adresse": "Rennes",
        "ege": None,
        "etatObjet": "A",
    }
    first, second, remark = read(finess_plus(tmp_path / "r.json", bare, odd))
    assert isinstance(first, LegalEntityRecord)
    assert (first.name, first.town, first.is_open) == (None, None, False)
    assert isinstance(second, LegalEntityRecord)
    # A closing date that cannot be read still closes.
    assert (second.finess_ej, second.siren, second.name, second.is_open) == ("350000012", None, "A", False)
    assert isinstance(remark, Remark)
    assert remark == Remark(
        "pmej[1]", "350000012", "warning", "date illisible, laissée vide\xa0: dateFermeture «\xa0hier\xa0»"
    )


@pytest.mark.parametrize(
    ("state", "closed", "is_open"), [("A", None, True), ("I", None, False), ("A", "2020-01-01", False)]
)
def test_open_is_active_and_without_a_closing_date(
    tmp_path: Path, state: str, closed: str | None, is_open: bool
) -> None:
    _, inside = read(finess_plus(tmp_path / "r.json", ej(EJ, et(ET, state=state, closed=closed))))
    assert isinstance(inside, EstablishmentRecord)
    assert inside.is_open is is_open


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    plain = finess_plus(tmp_path / "register.csv", ej(EJ))
    packed = tmp_path / "register.txt"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf  " + plain.read_bytes()))
    assert [recognise(path).source for path in (plain, packed)] == ["finess_plus"] * 2
    assert [r.finess_ej for r in read(packed) if isinstance(r, LegalEntityRecord)] == [EJ]


def test_keys_in_another_order(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(
        f'{{"pmej": [{{"informationsGeneralesPMEJ": {{"numFinessPm": "{EJ}"}}}}], "generatedAt": "2026-01-02"}}'
    )
    assert recognise(path).generated_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert len(read(path)) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_legacy_encodings_quotes_and_sections(tmp_path: Path, encoding: str) -> None:
    path = etalab(
        tmp_path / "cs1100507.csv",
        etalab_et(ET, EJ, name='"LIEU DE VIE ""L\'ÎLE"""'),
        f"geolocalisation;{ET};1;2;x;2026-01-01",
        "mystere;1;2",
        "structureet;trop;court",
        etalab_ej(EJ, name="MAISON DE L’ÉTÉ"),
        encoding=encoding,
    )
    place, unknown, short, entity = read(path)
    assert isinstance(place, EstablishmentRecord)
    assert place.name == 'LIEU DE VIE "L\'ÎLE"'
    assert isinstance(entity, LegalEntityRecord)
    assert (entity.name, entity.legal_status_code, entity.commune_code) == ("MAISON DE L’ÉTÉ", "60", "35238")
    assert isinstance(unknown, Remark)
    assert (unknown.position, unknown.reason) == ("cs1100507.csv, ligne 4", "section inconnue «\xa0mystere\xa0»")
    assert isinstance(short, Remark)
    assert (short.severity, short.reason) == ("rejected", "3 colonnes au lieu de 32")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "n’est pas un fichier du registre"),
        (b"\x1f\x8bnot gzip at all", "n’est pas un fichier du registre"),
        (b"PK\x03\x04 a spreadsheet", "n’est pas un fichier du registre"),
        (b"nofinesset;rs\n", "n’est pas un fichier du registre"),
        (b'{"a": 1}', "generatedAt"),
        (b'{"generatedAt": "hier", "pmej": []}', "generatedAt"),
        (b'{"generatedAt"', "generatedAt"),
        (b"finess;etalab;111;hier\n", "ligne 1 sans date"),
        (b"finess;etalab;111;2026-05-12", "la ligne 1 n’a pas de fin"),
        (b'finess;etalab;111;2026-05-12\nstructureet;"oops\n', "guillemets mal fermés"),
        (b'{"generatedAt": "2026-01-02", "pmej": [{}, {"a": ]}', "enregistrement 2 (pmej[1])"),
        (b'{"generatedAt": "2026-01-02", "pmej": [{"a": "\xff"}]}', "enregistrement 1 (pmej[0])"),
    ],
)
def test_what_is_no_register_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(BrokenRegister) as caught:
        read(path)
    assert words in caught.value.sentence


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BrokenRegister, match="ne peut pas être lu"):
        recognise(tmp_path / "nowhere.json")


def test_truncation_anywhere_says_which_record(tmp_path: Path) -> None:
    whole = finess_plus(tmp_path / "whole.json", *(ej(number(n), et(number(n + 50))) for n in range(1, 20)))
    text, cut = whole.read_text(), tmp_path / "cut.json"
    for length in range(text.index('"pmej"') + 12, len(text) - 1, 97):
        cut.write_text(text[:length])
        with pytest.raises(BrokenRegister) as caught:
            read(cut)
        # A record is complete once its own "etatObjet" and its last brace are there (indented by four).
        complete = text[:length].count("\n    }")
        assert f"à l’enregistrement {complete + 1} (pmej[{complete}])" in caught.value.sentence
        assert f"avant l’octet {length}" in caught.value.sentence
