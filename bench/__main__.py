"""`python -m bench [NAME]`: run one benchmark, or all of them."""

import importlib
import json
import sys
from pathlib import Path

from bench import database

BENCHMARKS = ("register", "booking", "billing", "rls", "audit", "storm", "chaos", "pages")
OUT = Path(__file__).resolve().parent / "out"


def main(names: list[str]) -> int:
    """Run the named benchmarks (all without a name), print their figures and write them down."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    OUT.mkdir(exist_ok=True)
    for name in names or BENCHMARKS:
        try:
            figures = importlib.import_module(f"bench.{name}").run()
        finally:
            database.stop()
        (OUT / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        print(f"\n{name}  →  {(OUT / f'{name}.json').relative_to(OUT.parents[1])}")
        for key, figure in figures.items():
            print(f"  {key:<28} {figure:>12,.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
