"""The checks, one function each: it returns a sentence that says what was seen, or raises Failed."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.checks import environments
from infra.checks.programs import POLICIES, PROJECT, Failed, checkov, run, terraform
from infra.checks.stand_in.server import running

ARGUMENTS = PROJECT / "infra" / "terraform" / "arguments"
SAMPLES = PROJECT / "tests" / "infra" / "samples"
# Policies that refuse a kind of resource: nothing can keep them.
BANS = {"no_key_in_state"}
# A plan shows values that the code computes (sizes), but neither write-only arguments nor `lifecycle`, and blocks that
# are absent as empty lists: only these policies can be asked of it. The others are asked of the code.
COMPUTED = {"database_twice", "redis_twice"}  # what they ask is computed: the code alone does not say it
OF_A_PLAN = (1, 2, 4, 6, 7, 11, 13, 14, 16, 18, 20, 21, 22, 25)


def written(root: Path) -> str:
    """terraform fmt."""
    run([terraform(), "fmt", "-check", "-diff", "-recursive"], root)
    if root == PROJECT / "infra" / "terraform":
        run([terraform(), "fmt", "-check", "-diff", "-recursive"], SAMPLES)
    return "écrit comme terraform fmt l’écrit"


def ephemeral(root: Path) -> str:
    """A variable that holds a secret lasts one command: sensitive alone would still be kept in plans."""
    variables = 0
    for path in root.rglob("*.tf"):
        for name, body in re.findall(r'^variable "([^"]+)" \{\n(.*?)^\}', path.read_text(), re.MULTILINE | re.DOTALL):
            secret = re.fullmatch(r"(.*_)?(password|passwords|secrets|values|token|key)", name)
            if (secret or "sensitive" in body) and not re.search(r"^  ephemeral\s+= true$", body, re.MULTILINE):
                raise Failed(f"{path} : la variable {name} porte un secret et n’est pas éphémère.")
            variables += 1
    return f"{variables} variables, celles qui portent un secret ne durent qu’une commande"


def decided(root: Path) -> str:
    """`terraform test` of every module that has tests; those that use the provider have it mocked."""
    passed = 0
    folders = sorted(path.parent for path in root.glob("modules/*/tests"))
    with running(ARGUMENTS) as reached, TemporaryDirectory(prefix="infra-") as data:
        for folder in folders:
            extra = {**reached, "TF_DATA_DIR": f"{data}/{folder.name}"}
            run([terraform(), "init", "-backend=false", "-no-color"], folder, extra)
            said = run([terraform(), "test", "-no-color"], folder, extra)
            passed += int(re.search(r"(\d+) passed, 0 failed", said)[1])  # type: ignore[index]
    return f"{passed} essais passés dans {len(folders)} modules"


def carried_out(root: Path) -> str:
    """Every environment validated, planned and applied against the stand-in; the policies asked of its plan."""
    names = environments.names(root)
    with running(ARGUMENTS) as reached, TemporaryDirectory(prefix="infra-") as folder:
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(lambda name: environments.carried_out(root, name, Path(folder), reached), names))
        seen = [
            f"{outcome.name} : {_resources(json.loads(outcome.plan.read_text())['planned_values']['root_module'])} "
            f"ressources, {outcome.outputs['monthly_euros']['total']} € par mois"
            for outcome in outcomes
        ]
        asked = ",".join(f"CKV2_CRRC_{number}" for number in OF_A_PLAN)
        plans = [argument for outcome in outcomes for argument in ("-f", outcome.plan.name)]
        passed = _kept(checkov(*plans, "--framework", "terraform_plan", "--check", asked, where=Path(folder)))
    _each_saw_something(passed, {name: number for name, number in _numbers().items() if number in OF_A_PLAN})
    return f"{' ; '.join(seen)} ; aucun secret dans les plans ni les états ; {len(passed)} règles tenues par les plans"


def _resources(module: dict) -> int:
    return len(module.get("resources", ())) + sum(map(_resources, module.get("child_modules", ())))


def policies(root: Path) -> str:
    """The policies, asked of the code. Each must have something to say about it."""
    passed = _kept(checkov("-d", str(root), "--framework", "terraform", where=PROJECT))
    asked = {name: number for name, number in _numbers().items() if name not in COMPUTED}
    _each_saw_something(passed, {name: number for name, number in asked.items() if name not in BANS})
    return f"{len(asked)} règles tenues par le code"


def _each_saw_something(passed: Counter[str], asked: Mapping[str, int]) -> None:
    silent = sorted(name for name, number in asked.items() if f"CKV2_CRRC_{number}" not in passed)
    if silent:
        raise Failed(f"Règles qui ne voient rien : {', '.join(silent)}")


def _kept(found: str) -> Counter[str]:
    """How many resources keep each policy. Raises Failed where one does not."""
    results = json.loads(found)["results"]
    broken = {
        f"{check['check_name']} : {check['resource']} ({check['file_path']})" for check in results["failed_checks"]
    }
    if broken:
        raise Failed("Règles qui ne sont pas tenues :\n" + "\n".join(sorted(broken)))
    if results.get("parsing_errors"):
        raise Failed(f"checkov n’a pas su lire : {results['parsing_errors']}")
    return Counter(check["check_id"] for check in results["passed_checks"])


def samples(_: Path) -> str:
    """Each policy against resources that keep it and others that do not: it must tell them apart."""
    results = json.loads(checkov("-d", str(SAMPLES), "--framework", "terraform", where=PROJECT))["results"]
    seen = {
        verdict: Counter((check["check_id"], check["file_path"]) for check in results[f"{verdict}_checks"])
        for verdict in ("passed", "failed")
    }
    wrong = []
    for name, number in _numbers().items():
        check, keeping, breaking = f"CKV2_CRRC_{number}", f"/{number:02d}/passes.tf", f"/{number:02d}/fails.tf"
        unseen = not seen["passed"][check, keeping] and name not in BANS
        if unseen or seen["failed"][check, keeping]:
            wrong.append(f"{name} ({number}) refuse l’exemple qui la tient, ou ne le voit pas")
        if not seen["failed"][check, breaking] or seen["passed"][check, breaking]:
            wrong.append(f"{name} ({number}) laisse passer un exemple qui ne la tient pas, ou ne le voit pas")
    if wrong:
        raise Failed("Règles qui ne distinguent pas leurs exemples :\n" + "\n".join(wrong))
    return f"{len(_numbers())} règles distinguent les exemples qui les tiennent de ceux qui ne les tiennent pas"


def _numbers() -> dict[str, int]:
    """The policies: name of the file → number. Raises Failed for a number given twice."""
    found = {path.stem: int(path.read_text().split("CKV2_CRRC_")[1].split()[0]) for path in POLICIES.glob("*.yaml")}
    if len(set(found.values())) != len(found):
        raise Failed(f"Deux règles ont le même numéro : {sorted(found.items())}")
    return found
