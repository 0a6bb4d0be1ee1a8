"""What we are made of, listed whole; known faults stop us, a network that is away does not."""

import json
import subprocess
import sys
import tomllib
from datetime import date
from importlib.machinery import SourceFileLoader
from importlib.metadata import files
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)


def script(name: str) -> ModuleType:
    """A script of ours, as a module."""
    loader = SourceFileLoader(f"scripts_{name}", str(PROJECT / "scripts" / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = sys.modules[loader.name] = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_lists_are_whole_and_valid(tmp_path: Path) -> None:
    """As `make sbom` makes them: the script itself fails when a locked package, a licence or a hash is missing."""
    done = subprocess.run(
        [sys.executable, PROJECT / "scripts/sbom", tmp_path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    lists = {name: json.loads((tmp_path / f"{name}.cdx.json").read_text()) for name in ("python", "node")}
    assert {made["bomFormat"] for made in lists.values()} == {"CycloneDX"}
    named = {one["name"].lower() for made in lists.values() for one in made["components"]}
    assert {"flask", "sqlalchemy", "cryptography", "htmx.org", "govuk-frontend"} <= named
    assert str(PROJECT) not in json.dumps(lists), "where it was made is nobody's business"


# Where a wheel itself says the licence that we write for it: a file of it, and words that no other licence has.
CARRIED = {
    "antlr4-python3-runtime": ("antlr4/Parser.py", ["governed by the BSD 3-clause license"]),
    "protobuf": (
        "LICENSE",
        ["Redistributions in binary form", "Neither the name of"],
    ),
    "pyrage": ("LICENSE", ["The MIT License (MIT)"]),
    "saxonche": ("METADATA", ["license=False` requests the open-source version"]),  # which one: Saxonica's own pages
}


def test_a_licence_that_we_write_is_the_one_that_the_wheel_carries() -> None:
    known = tomllib.loads((PROJECT / "scripts/supply.toml").read_text())["licences"]
    assert known.keys() - {"htmx.org"} == CARRIED.keys()
    for name, (ending, words) in CARRIED.items():
        found = [one for one in files(name) or () if str(one).endswith(ending)]
        assert found, f"{name}: {ending} is not in the wheel"
        text = found[0].read_text(encoding="utf-8")
        assert [word for word in words if word not in text] == [], name


def test_what_is_missing_from_a_list_is_told() -> None:
    sbom = script("sbom")
    one = {"name": "Some_Thing", "version": "1", "purl": "pkg:pypi/some-thing@1", "licenses": [{}], "hashes": [{}]}
    assert sbom.check({"components": [one]}, {("some-thing", "1")}) == []
    for changed, locked, word in (
        ({}, {("some-thing", "1"), ("other", "2")}, "other 2 is locked and not listed"),
        ({}, {("some-thing", "2")}, "some-thing 1 is listed and not locked"),
        ({"licenses": []}, {("some-thing", "1")}, "no licence"),
        ({"hashes": []}, {("some-thing", "1")}, "no hash"),
    ):
        assert any(word in fault for fault in sbom.check({"components": [one | changed]}, locked)), word


def test_a_list_that_is_no_cyclonedx_is_refused() -> None:
    said = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x"}]}
    assert script("sbom").invalid(json.dumps(said))


def pip_audit(*vulns: dict[str, Any], skipped: bool = False) -> str:
    """pip-audit's report, as its version 2 writes it."""
    good = {"name": "flask", "version": "3.1.3", "vulns": []}
    other: dict[str, Any] = {"name": "lxml", "version": "6.1.0", "vulns": list(vulns)}
    never = [{"name": name, "skip_reason": "Dependency not found"} for name in ("flask", "lxml")]
    return json.dumps({"dependencies": never if skipped else [good, other], "fixes": []})


FAULT = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["6.1.1"], "description": "…"}


def test_a_known_fault_without_an_exception_stops_us() -> None:
    audit = script("audit")
    answer = audit.read_python(pip_audit(FAULT), "")
    assert (answer.about, answer.away, len(answer.found)) == (2, "", 1)
    assert audit.judge(answer.found, {}, TODAY) == ["lxml\xa0: PYSEC-2026-1, corrigé par 6.1.1"]


@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-1"])
def test_an_exception_lets_it_pass_until_its_day(name: str) -> None:
    audit = script("audit")
    found = audit.read_python(pip_audit(FAULT), "").found
    excepted = {name: {"package": "lxml", "reason": "…", "until": TODAY}}
    assert audit.judge(found, excepted, TODAY) == []
    assert "a pris fin" in audit.judge(found, excepted, date(2026, 11, 23))[0]
    assert audit.judge(found, {name: {"package": "flask", "reason": "…", "until": TODAY}}, TODAY) != []


NPM_FAULT = {
    "name": "htmx.org",
    "severity": "high",
    "via": [{"source": 1, "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc", "title": "XSS"}, "other"],
    "fixAvailable": True,
}


def test_npms_report_is_read() -> None:
    audit = script("audit")
    said = {
        "auditReportVersion": 2,
        "vulnerabilities": {"htmx.org": NPM_FAULT},
        "metadata": {"dependencies": {"total": 69}},
    }
    answer = audit.read_node(json.dumps(said), "")
    assert (answer.about, answer.away, [one.names[0] for one in answer.found]) == (69, "", ["GHSA-aaaa-bbbb-cccc"])
    assert len(audit.judge(answer.found, {}, TODAY)) == 1


@pytest.mark.parametrize(
    ("reader", "said", "wrong", "word"),
    [
        ("read_python", "", "Traceback\n  File x\nConnectionError: Name or service not known\n", "Name or service"),
        ("read_python", pip_audit(skipped=True), "", "ne publie pas d’avis"),
        ("read_python", "[]", "", "n’a pas répondu"),
        ("read_node", '{"message": "405 Method Not Allowed", "statusCode": 405}', "", "405"),
        ("read_node", '{"error": {"code": "ENOLOCK"}}', "", "n’a pas répondu"),
        ("read_node", "", "npm error network\n", "npm error network"),
        ("read_node", "<html>", "", "n’a pas répondu"),
    ],
    ids=["py-no-network", "py-no-advisories", "py-other", "npm-refused", "npm-error", "npm-no-network", "npm-html"],
)
def test_when_nobody_answers_it_is_said_and_nothing_fails(
    reader: str, said: str, wrong: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = script("audit")
    answer = getattr(audit, reader)(said, wrong)
    assert word in answer.away
    assert audit.judge(answer.found, {}, TODAY) == []
    audit.tell("Python", answer)
    assert "RIEN N’A ÉTÉ VÉRIFIÉ" in capsys.readouterr().out


def test_each_exception_has_its_reason_and_its_day() -> None:
    exceptions = tomllib.loads((PROJECT / "scripts/supply.toml").read_text())["exceptions"]
    for name, said in exceptions.items():
        assert said.keys() == {"package", "reason", "until"}, name
        assert len(said["reason"]) > 20, name
