"""`crrc finess`: what it says, what it answers to a program, and its exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import run
from tests.finess.structures import ej, et, finess_plus, number

Crrc = Callable[..., tuple[int, str, str]]
EJ, ET, SHUT = number(1), number(2), number(3)

pytestmark = pytest.mark.usefixtures("empty_register")


@pytest.fixture
def crrc(capsys: pytest.CaptureFixture[str]) -> Crrc:
    """Run a command in this process: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["finess", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A register of one EJ, and one record that cannot be taken."""
    return finess_plus(tmp_path / "jour.json", ej(EJ, et(ET), et(SHUT, state="I", closed="2019-03-03")), ej("12"))


def test_a_synthetic_register_goes_all_the_way(crrc: Crrc, tmp_path: Path) -> None:
    path = tmp_path / "fictif.json.gz"
    code, out, _ = crrc("synth", "--seed", 1, "--scale", "0.002", "-o", path)
    assert (code, "196\xa0entités juridiques et 349\xa0établissements fictifs" in out) == (0, True)
    code, out, _ = crrc("import", path)
    assert code == 0
    assert "Édition" in out
    assert "196\xa0entités juridiques" in out
    assert "0\xa0enregistrement rejeté, 0\xa0avertissement" in out
    code, out, _ = crrc("import", path)
    assert (code, "rien n’a changé" in out) == (0, True)
    hit = json.loads(crrc("search", "ehpad", "--limit", 1, "--json")[1])[0]
    assert crrc("show", hit["number"])[0] == 0


def test_an_import_says_what_it_left_out(crrc: Crrc, file: Path) -> None:
    code, out, _ = crrc("import", file)
    assert code == 0
    assert "1\xa0enregistrement rejeté" in out
    assert "rejeté  pmej[1]  12\xa0: «\xa012\xa0» n’a pas la forme" in out
    told = json.loads(crrc("editions", "--json")[1])
    edition = told["editions"][0]
    assert (edition["counts"]["rejected"], edition["file_name"]) == (1, "jour.json")
    assert "pmej[1]" in crrc("editions", "--remarks", edition["edition"])[1]
    assert "FINESS+ du 20\xa0novembre 2026" in crrc("editions")[1]


def test_import_for_a_program(crrc: Crrc, file: Path) -> None:
    told = json.loads(crrc("import", file, "--json")[1])
    assert (told["is_new"], told["counts"]["et"], told["source"]) == (True, 2, "finess_plus")
    assert json.loads(crrc("import", file, "--json")[1])["is_new"] is False


def test_show(crrc: Crrc, file: Path) -> None:
    crrc("import", file)
    code, out, _ = crrc("show", ET)
    assert code == 0
    assert f"Son entité juridique est {EJ}" in out
    assert f"{SHUT}  EHPAD (500)" in out
    assert "fermé le 3\xa0mars 2019" in out
    told = json.loads(crrc("show", EJ, "--json")[1])
    assert (told["outcome"], told["legal_entity"]["finess_ej"]) == ("legal_entity", EJ)
    assert [one["is_open"] for one in told["establishments"]] == [True, False]
    code, out, err = crrc("show", number(99))
    assert (code, out) == (1, "")
    assert "ne figure pas dans le registre" in err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["import", "/nowhere/register.json"], 1, "ne peut pas être lu"),
        (["import", "/"], 2, "is a directory"),
        (["import"], 2, "Missing argument"),
        (["show", EJ], 1, "Aucune édition du registre"),
        (["search", "rien"], 1, "Aucune édition du registre"),
        (["editions", "--remarks", "9999"], 1, "L’édition 9999"),
        (["synth", "--scale", "3", "-o", "/nowhere/r.json"], 2, "--scale"),
        (["synth", "--scale", "huge", "-o", "/nowhere/r.json"], 2, "--scale"),
        (["synth", "--scale", "0.001", "-o", "/nowhere/r.json"], 1, "ne peut pas être écrit"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(crrc: Crrc, arguments: list[str], code: int, words: str) -> None:
    found, _, err = crrc(*arguments)
    assert found == code
    assert words in err
    assert "Traceback" not in err


def test_a_cut_file_is_a_sentence_with_its_record(crrc: Crrc, file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])
    code, out, err = crrc("import", file)
    assert (code, out) == (1, "")
    assert "s’arrête à l’enregistrement" in err
    assert "pmej[" in err


def test_nothing_found_says_so(crrc: Crrc, file: Path) -> None:
    crrc("import", file)
    assert crrc("search", "zzz")[::2] == (1, "Rien de tel dans le registre\xa0: zzz\n")
    assert json.loads(crrc("search", "zzz", "--json")[1]) == []
