"""Each environment carried out against the stand-in, in a copy: it must fit, change nothing twice, keep no secret."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.checks.programs import Failed, run, terraform

# What stands for each secret. It must be found nowhere afterwards.
MARK = "ne-doit-etre-nulle-part"
SECRETS = (
    "database_admin",
    "database_owner",
    "database_app",
    "redis",
    "signing_key",
    "secrets_keys",
    "metrics_token",
    "portal_access_key",
    "portal_secret_key",
    "backup_access_key",
    "backup_secret_key",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one environment: its plan as JSON, its outputs."""

    name: str
    plan: Path
    outputs: Mapping[str, object]


def names(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "environments").iterdir() if path.is_dir())


def carried_out(root: Path, name: str, into: Path, reached: Mapping[str, str]) -> Outcome:
    """Plan, apply, plan again. Raises Failed."""
    copy = into / name
    shutil.copytree(root, copy)
    where = copy / "environments" / name
    (where / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    shutil.copy(where / "terraform.tfvars.example", where / "terraform.tfvars")
    extra = {**reached, "TF_VAR_secrets": json.dumps({each: f"Aa1!{MARK}-{each}" for each in SECRETS})}

    def say(*arguments: str) -> str:
        return run([terraform(), arguments[0], "-no-color", *arguments[1:]], where, extra)

    say("init")
    say("validate")
    say("apply", "-auto-approve")  # first the day without the applications' keys, then the day with them
    _with_keys(where / "terraform.tfvars")
    say("plan", "-out=kept.plan")
    plan = into / f"{name}.json"
    plan.write_text(run([terraform(), "show", "-json", "kept.plan"], where, extra))
    say("apply", "kept.plan")
    again = run([terraform(), "plan", "-no-color", "-detailed-exitcode"], where, extra, agreed=(0, 2))
    if "No changes." not in again:
        raise Failed(f"{name} : appliqué deux fois, Terraform voudrait encore changer quelque chose.\n{again}")
    _nowhere([*where.glob("*.tfstate*"), where / "kept.plan", plan])
    outputs = json.loads(run([terraform(), "output", "-json"], where, extra))
    return Outcome(name, plan, {key: output["value"] for key, output in outputs.items()})


def _with_keys(variables: Path) -> None:
    text = variables.read_text()
    changed = re.sub(r"api_keys = 0", "api_keys = 1", text)
    if changed == text:
        raise Failed(f"{variables} : « api_keys = 0 » est attendu, pour essayer les deux jours.")
    variables.write_text(changed)


def _nowhere(files: list[Path]) -> None:
    for path in files:
        if MARK.encode() in path.read_bytes():
            raise Failed(f"Un secret est écrit en clair dans {path.name}.")
