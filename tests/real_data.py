"""Real samples and the SAE 2023, which lie beside the project on some machines and are not part of it."""

import csv
import gzip
from pathlib import Path

import pytest

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "finess"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real samples and of the SAE 2023, which is beside the project and not part of it."""
    if not REAL_DATA.is_dir():
        pytest.skip("no real data beside the project")
    return REAL_DATA


@pytest.fixture(scope="session")
def hospitals(real_data: Path) -> list[dict[str, str]]:
    """The 9,685 real ET of the SAE 2023: number, EJ, status and its three-way group, category, SIRET, département."""
    found = []
    for name in ("sae-2023-ID.csv.gz", "sae-2023-IDB.csv.gz"):
        with gzip.open(real_data / name, "rt", encoding="cp1252", newline="") as stream:
            rows = csv.DictReader(stream, delimiter=";")
            found += [{column.lower(): cell for column, cell in row.items()} for row in rows]
    return found
