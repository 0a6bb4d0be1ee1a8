"""The infrastructure's code is checked by scripts/infra; here: that it passes, and that what is wrong is found."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.checks.stand_in import facts

PROJECT = Path(__file__).resolve().parents[2]
TERRAFORM = PROJECT / "infra" / "terraform"
needs_terraform = pytest.mark.skipif(
    shutil.which("terraform") is None,
    reason="terraform is not on this machine, and no package registry has it: infra/terraform is not checked here",
)


def infra(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """`scripts/infra`, which makes .venv-infra the first time."""
    return subprocess.run([PROJECT / "scripts" / "infra", *arguments], capture_output=True, text=True, cwd=PROJECT)


def changed(into: Path, file: str, before: str, after: str) -> Path:
    """A copy of the code where one thing was changed."""
    copy = into / "terraform"
    shutil.copytree(TERRAFORM, copy)
    text = (copy / file).read_text()
    assert before in text, f"{file} has no {before!r} any more"
    (copy / file).write_text(text.replace(before, after, 1))
    return copy


@needs_terraform
@pytest.mark.slow
def test_everything_is_as_it_should_be() -> None:
    done = infra()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "aucun secret dans les plans ni les états" in done.stdout


WRONG = [
    pytest.param(
        "environments",
        "modules/database/main.tf",
        "  encryption_at_rest = true",
        "  encrypted_at_rest  = true",
        'An argument named "encrypted_at_rest" is not expected here',
        id="a misspelt argument",
    ),
    pytest.param(
        "environments",
        "modules/compute/main.tf",
        "    max_surge       = 1\n",
        "    max_surges      = 1\n",
        'An argument named "max_surges" is not expected here',
        id="a misspelt argument inside a block",
    ),
    pytest.param(
        "environments",
        "modules/load_balancer/outputs.tf",
        "scaleway_lb_ip.v4.ip_address",
        "scaleway_lb_ip.v4.address",
        'This object has no argument, nested block, or exported attribute named "address"',
        id="an attribute that the provider does not export",
    ),
    pytest.param(
        "environments",
        "modules/registry/main.tf",
        "  is_public   = false",
        '  is_public   = "perhaps"',
        "a bool is required",
        id="a value of another type",
    ),
    pytest.param(
        "environments",
        "modules/secrets/main.tf",
        "  data_wo         = var.values[each.key]\n",
        "  data            = var.values[each.key]\n",
        "Ephemeral values are not valid",
        id="a secret in an argument that the state keeps",
    ),
    pytest.param(
        "variables",
        "modules/redis/variables.tf",
        "  ephemeral   = true\n",
        "",
        "la variable password porte un secret et n’est pas éphémère",
        id="a secret in a variable that a plan keeps",
    ),
    pytest.param(
        "test",
        "modules/sizing/main.tf",
        "+ (var.resilient ? 1 : 0)",
        "",
        "sized by the last ten minutes",
        id="no spare pod",
    ),
    pytest.param(
        "fmt",
        "modules/registry/main.tf",
        "  is_public   = false",
        "  is_public = false",
        "is_public",
        id="not written as terraform fmt writes",
    ),
]


@needs_terraform
@pytest.mark.slow
@pytest.mark.parametrize(("step", "file", "before", "after", "said"), WRONG)
def test_what_is_wrong_is_found(tmp_path: Path, step: str, file: str, before: str, after: str, said: str) -> None:
    done = infra("--root", str(changed(tmp_path, file, before, after)), step)
    words = " ".join(re.sub(r"[│╷╵]", " ", done.stdout + done.stderr).split())
    assert done.returncode == 1, words
    assert said in words


@needs_terraform
@pytest.mark.slow
def test_a_production_that_stands_once_is_refused_by_its_plan(tmp_path: Path) -> None:
    copy = changed(tmp_path, "environments/prod/main.tf", "resilient     = true", "resilient     = false")
    shutil.rmtree(copy / "environments" / "dev")
    done = infra("--root", str(copy), "environments")
    assert done.returncode == 1
    assert "PostgreSQL stands twice in production" in done.stderr
    assert "Redis stands twice in production" in done.stderr


def test_every_policy_has_samples_and_every_sample_a_policy() -> None:
    numbers = [
        int(path.read_text().split("CKV2_CRRC_")[1].split()[0])
        for path in (PROJECT / "infra" / "policies").glob("*.yaml")
    ]
    samples = PROJECT / "tests" / "infra" / "samples"
    assert sorted(numbers) == sorted(int(path.name) for path in samples.iterdir())
    assert {path.name for path in samples.rglob("*.tf")} == {"passes.tf", "fails.tf"}


def test_facts_say_where_they_come_from() -> None:
    known = facts.read(TERRAFORM / "arguments")
    assert (known.provider, known.version) == ("scaleway/scaleway", "2.81.0")
    named = set(re.findall(r'^resource "([^"]+)"', "".join(map(Path.read_text, TERRAFORM.rglob("*.tf"))), re.MULTILINE))
    assert named <= set(known.resources)
    written = "".join(map(Path.read_text, TERRAFORM.rglob("versions.tf")))
    assert set(re.findall(r'^ +version = "([^"]+)"$', written, re.MULTILINE)) == {"~> 2.81"}


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ([{"version": "1"}, {"version": "2"}], "one version"),
        ([{"resources": {"a": {}}}, {"resources": {"a": {}}}], "described twice"),
        ([{"resources": {"a": {"arguments": {"b": "perhaps string"}}}}], "does not begin by"),
        ([{"resources": {"a": {"arguments": {"b": "required text"}}}}], "is no type"),
    ],
)
def test_facts_that_make_no_sense_are_refused(tmp_path: Path, documents: list[dict[str, object]], said: str) -> None:
    for index, document in enumerate(documents):
        whole = {"provider": "scaleway/scaleway", "version": "1", "resources": {}} | document
        (tmp_path / f"{index}.json").write_text(json.dumps(whole))
    with pytest.raises(ValueError, match=said):
        facts.read(tmp_path)


def test_types_of_facts() -> None:
    assert facts.type_of("[string]") == ["list", "string"]
    assert facts.type_of("(string)") == ["set", "string"]
    assert facts.type_of("{number}") == ["map", "number"]
    assert facts.type_of("[{id,address}]") == ["list", ["object", {"id": "string", "address": "string"}]]


def new_secrets(*names: str, known: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [TERRAFORM / "new-secrets", *names], input=json.dumps(known), capture_output=True, text=True, timeout=30
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the signing key")
def test_new_secrets_are_what_the_code_expects_and_change_one_by_one() -> None:
    first = json.loads(new_secrets().stdout)
    expected = set(
        re.findall(r"^    (\w+) += string$", (TERRAFORM / "modules/portal/variables.tf").read_text(), re.MULTILINE)
    )
    assert set(first) == expected
    for name in ("database_admin", "redis"):
        assert len(first[name]) == 40
        assert all(re.search(kind, first[name]) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
    assert first["signing_key"].startswith("-----BEGIN PRIVATE KEY-----")

    second = json.loads(new_secrets("redis", "secrets_keys", known=first).stdout)
    assert {name for name in first if first[name] != second[name]} == {"redis", "secrets_keys"}
    assert second["secrets_keys"].split()[1:] == [first["secrets_keys"]]

    refused = new_secrets("signing_key", known=first)
    assert refused.returncode == 2
    assert refused.stdout == ""


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not on this machine")
def test_secrets_go_to_the_cluster_and_are_no_argument_of_a_program(tmp_path: Path) -> None:
    secrets = {"portal/CRRC_REDIS_URL": "fr-par/1", "portal/signing.pem": "fr-par/2", "setup/X": "fr-par/3"}
    programs = {
        "terraform": f"echo '{json.dumps(secrets)}'",
        "scw": 'echo "$*" >>"$SEEN"; case "$*" in *secret-id=1*) d=cmVkaXM=;; *) d=eA==;; esac; '
        """printf '{"data": "%s"}' "$d\"""",
        "kubectl": 'echo "$*" >>"$SEEN"; cat >>"$APPLIED"',
    }
    for name, body in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    surroundings = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SEEN": str(tmp_path / "seen"),
        "APPLIED": str(tmp_path / "applied"),
    }
    done = subprocess.run(
        [TERRAFORM / "secrets-to-cluster", "prod"], env=surroundings, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    applied = [json.loads(line) for line in (tmp_path / "applied").read_text().splitlines()]
    assert [each["metadata"]["name"] for each in applied] == ["crrc-portal", "crrc-backup", "crrc-setup"]
    assert applied[0]["data"] == {"CRRC_REDIS_URL": "cmVkaXM=", "signing.pem": "eA=="}
    assert applied[1]["data"] == {}
    seen = (tmp_path / "seen").read_text()
    assert "secret-id=1 region=fr-par" in seen
    assert "cmVkaXM" not in seen
