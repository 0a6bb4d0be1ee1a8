"""The register at national size: import against its floor, then the searches people make in it.

Keys of bench/out/register.json: `import.ratio` (aim ≤ 2.0), `import.peak_mb` (aim ≤ 400), `search.ms`, and for the
eligibility of the Bretagne call `preview.ratio` (aim ≤ 3.0), `preview.ms` (aim ≤ 200), `check.ms`.
"""

from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench import database, measured
from finess.gateway.synthetic.writer import write

SEED = 2025
ROUNDS = 3
GENERATED_AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


def national_register() -> Path:
    """The full synthetic register, made once (some 15 s) and kept beside the benchmarks' database."""
    path = database.HOME / f"register-{SEED}.json.gz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"draft-{path.name}")
        write(draft, SEED, 1.0, GENERATED_AT)
        draft.rename(path)
    return path


def run() -> dict[str, float]:
    """Every figure of the register."""
    path = str(national_register())
    floors, imports = [], []
    for _ in range(ROUNDS):  # one after the other, so that whatever else the machine does slows both
        floors.append(measured.run("bench.register_floor", path, environment=database.fresh("bench_floor")))
        environment = database.fresh("bench_register")
        imports.append(measured.run("bench.register_import", path, environment=environment))
    questions = measured.answers("bench.register_questions", environment=environment)
    return {
        "import.ratio": median(ours.seconds / floor.seconds for ours, floor in zip(imports, floors, strict=True)),
        "import.peak_mb": max(ours.peak_mb for ours in imports),
        "import.seconds": median(ours.seconds for ours in imports),
        "import.processor_seconds": median(ours.processor for ours in imports),
        "floor.seconds": median(floor.seconds for floor in floors),
        "floor.peak_mb": max(floor.peak_mb for floor in floors),
        **questions,
    }
