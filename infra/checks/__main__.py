"""`scripts/infra`: the checks, in order, with the time each took. One line each; what a failure said in full."""

import argparse
import sys
import time
from pathlib import Path

from infra.checks import steps
from infra.checks.programs import PROJECT, Failed

STEPS = {
    "fmt": steps.written,
    "variables": steps.ephemeral,
    "test": steps.decided,
    "policies": steps.policies,
    "samples": steps.samples,
    "environments": steps.carried_out,
}


def main() -> int:
    """0 when everything is as it should be."""
    parser = argparse.ArgumentParser(prog="scripts/infra", description="Contrôle l’infrastructure décrite dans infra/.")
    parser.add_argument("steps", nargs="*", metavar="étape", help=f"{', '.join(STEPS)} ; toutes par défaut")
    parser.add_argument("--root", type=Path, default=PROJECT / "infra" / "terraform", help="un autre dossier terraform")
    asked = parser.parse_args()
    unknown = [name for name in asked.steps if name not in STEPS]
    if unknown:
        parser.error(f"étape inconnue : {', '.join(unknown)} (il y a {', '.join(STEPS)})")
    for name in asked.steps or STEPS:
        began = time.monotonic()
        try:
            said = STEPS[name](asked.root.resolve())
        except Failed as failure:
            print(f"✗ {name}\n{failure}", file=sys.stderr)
            return 1
        print(f"✓ {name} : {said} ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
