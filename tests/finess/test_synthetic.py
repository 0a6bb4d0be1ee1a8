"""The synthetic register: the same for the same seed, national in shape, and nobody's."""

import gzip
import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from finess.gateway.synthetic import identity
from finess.gateway.synthetic.dice import Dice, apportion
from finess.gateway.synthetic.plan import PlannedEJ, plan
from finess.gateway.synthetic.writer import write
from finess.rules import numbers
from finess.rules.nomenclature import categories, legal_statuses

MADE_AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def hundredth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("synthetic") / "register.json"
    assert write(path, 7, 0.01, MADE_AT) == (982, 1747)
    return json.loads(path.read_bytes())


@pytest.fixture(scope="module")
def national() -> list[PlannedEJ]:
    return plan(Dice(1), 1.0)


def test_the_same_seed_is_the_same_file(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.json.gz", "b.json.gz", "c.json.gz", "d.json")]
    for path, seed in zip(paths, (3, 3, 4, 3), strict=True):
        write(path, seed, 0.002, MADE_AT)
    first, again, other, plain = (hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    assert first == again != other
    assert gzip.decompress(paths[0].read_bytes()) == paths[3].read_bytes()
    assert plain != first


def test_bytes_do_not_change_with_the_code_by_accident(tmp_path: Path) -> None:
    """The demonstration and the benchmarks name structures of these files: change this on purpose only."""
    write(tmp_path / "register.json", 1, 0.001, MADE_AT)
    digest = hashlib.sha256((tmp_path / "register.json").read_bytes()).hexdigest()
    assert digest[:16] == "70534e52095eded2"


def test_the_national_register_has_the_national_figures(national: list[PlannedEJ]) -> None:
    inside = [et for entity in national for et in entity.establishments]
    assert (len(national), len(inside), sum(et.is_open for et in inside)) == (98_208, 174_681, 104_734)
    opened = Counter(et.category for et in inside if et.is_open)
    assert opened[None] == 32
    assert 7_000 < opened["500"] < 8_000
    assert 1_900 < opened["354"] < 2_100
    assert 1_100 < opened["183"] < 1_300
    assert all(opened[code] for code in ("253", "437", "448", "449", "607", "182"))
    assert set(opened) - {None} <= set(categories())


def test_seats_are_elsewhere_as_often_as_in_life(national: list[PlannedEJ]) -> None:
    hospital = {"101", "109", "127", "141", "146", "156", "161", "292", "355", "362", "365", "425"}
    away = [
        et.department != entity.department
        for entity in national
        for et in entity.establishments
        if et.is_open and et.category in hospital
    ]
    assert 0.17 < sum(away) / len(away) < 0.27


def test_open_establishments_belong_to_open_entities(national: list[PlannedEJ]) -> None:
    assert not any(et.is_open for entity in national if not entity.is_open for et in entity.establishments)
    assert any(entity.is_open and not any(et.is_open for et in entity.establishments) for entity in national)


def test_every_number_passes_and_none_is_real(hundredth: dict[str, Any]) -> None:
    entities = [entity["informationsGeneralesPMEJ"] for entity in hundredth["pmej"]]
    inside = [et["informationsGeneralesEGE"] for entity in hundredth["pmej"] for et in entity.get("ege", [])]
    found = [facts["numFinessPm"] for facts in entities] + [facts["numFinessEge"] for facts in inside]
    assert len(set(found)) == 982 + 1747
    assert all(numbers.has_shape(number) and numbers.key_holds(number) and number[2] == "9" for number in found)
    sirens = [facts["siren"] for facts in entities if "siren" in facts]
    assert all(numbers.is_siren(siren) and siren.startswith(("003", "004")) for siren in sirens)
    assert len(set(sirens)) == len(sirens)
    sirets = [facts["siret"] for facts in inside if "siret" in facts]
    assert all(numbers.is_siret(siret) for siret in sirets)
    assert 0.8 < len(sirets) / len(inside) < 0.93
    assert {facts["statutJuridique"] for facts in entities} <= set(legal_statuses())


def test_the_oddities_of_real_files_are_there(hundredth: dict[str, Any]) -> None:
    inside = [et for entity in hundredth["pmej"] for et in entity.get("ege", [])]
    assert any("ege" not in entity for entity in hundredth["pmej"])
    assert any(entity.get("ege") == [] for entity in hundredth["pmej"])
    assert any(et["adresse"][0]["usageAdresse"] != "03" for et in inside)
    assert any("categorieentiteGeographiqueExercice" not in et for et in inside)
    names = [et["informationsGeneralesEGE"]["nomEgeLong"] for et in inside]
    assert any(name.endswith("  ") for name in names)
    assert any(not name.isascii() for name in names)
    communes = {et["adresse"][-1]["cogCommune"][:2] for et in inside}
    assert {"2A", "2B", "97"} & communes
    assert all(("dateFermeture" in et["informationsGeneralesEGE"]) == (et["etatObjet"] == "I") for et in inside)


def test_overseas_numbers_carry_their_fourth_character() -> None:
    series = identity.Numbers()
    made = [series.finess(department) for department in ("971", "974", "976", "2A", "35", "35")]
    assert [number[:4] for number in made] == ["9791", "9794", "9895", "2A90", "3590", "3590"]
    assert made[4] != made[5]
    with pytest.raises(ValueError, match="971"):
        for _ in range(10_000):
            series.finess("971")


def test_shares_are_exact() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(0, [1, 2]) == [0, 0]
    assert sum(apportion(104_702, [float(n) for n in range(1, 120)])) == 104_702
