"""`crrc campaign` and `crrc eligibility check`, as an operator types them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from finess.models import RegistryEdition
from kit import clock
from tenants.models import Tenant
from tests.campaigns.calls import BEFORE
from tests.campaigns.documents import EXAMPLES
from tests.campaigns.register import CLOSED, OUTSIDE, SESSAD, TILLEULS, finess

EXAMPLE = EXAMPLES / "bretagne-2025-exercice.yaml"
SLUG = EXAMPLE.stem


@pytest.fixture
def crrc(tenant: Tenant, traps: RegistryEdition, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command in the tenant: gives its exit code, what it printed, and what it complained of."""

    def command(*words: object, at: Any = BEFORE) -> tuple[int, str, str]:
        capsys.readouterr()
        with clock.frozen(at):
            code = run([*map(str, words), "--tenant", tenant.slug])
        printed = capsys.readouterr()
        return code, printed.out.replace("\u00a0", " "), printed.err.replace("\u00a0", " ")

    return command


def test_import_warns_and_does_not_fail_then_finds_nothing_to_do(crrc: Any) -> None:
    code, out, _ = crrc("campaign", "import", EXAMPLE)
    assert code == 0
    *warnings, said = out.splitlines()
    assert said == f"{SLUG} : campagne créée (version 1, règle 1, formulaire 1). 4 avertissements à relire."
    assert all(line.startswith("warning ") and "(line " in line for line in warnings)
    assert all(any(word in line for line in warnings) for word in ("(253)", "(437)", "SESSAD (182)", "trois semaines"))
    code, out, _ = crrc("campaign", "import", EXAMPLE)
    assert (code, out.splitlines()[-1]) == (0, f"{SLUG} : rien n’a changé (version 1). 4 avertissements à relire.")


def test_export_and_import_go_round(crrc: Any, tmp_path: Path) -> None:
    crrc("campaign", "import", EXAMPLE)
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    assert crrc("campaign", "export", SLUG, "-o", first)[0] == 0
    code, out, _ = crrc("campaign", "import", first)
    assert code == 0
    assert "rien n’a changé" in out
    crrc("campaign", "export", SLUG, "-o", second)
    assert first.read_bytes() == second.read_bytes()
    code, out, _ = crrc("campaign", "export", SLUG)
    assert out.replace(" ", "") == first.read_text().replace("\u00a0", " ").replace(" ", "")


def test_errors_are_printed_one_per_line_with_their_place(crrc: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        EXAMPLE.read_text().replace("2025-09-23T23:59", "2025-09-08T23:59").replace('- "165" #', '- "999" #')
    )
    code, out, err = crrc("campaign", "import", broken)
    assert code == 1
    lines = out.splitlines()
    place = 1 + broken.read_text().splitlines().index("    closes_at: 2025-09-08T23:59")
    assert any(line.startswith(f"error windows[0].closes_at (line {place}): Cette fenêtre se ferme") for line in lines)
    assert any(line.startswith("error rule.all[1].establishments.such_that.all[1].category[0] (line") for line in lines)
    assert "Rien n’a été modifié" in err
    assert SLUG not in crrc("campaign", "list")[1]


def test_a_broken_yaml_says_line_column_and_path(crrc: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 1\nwindows:\n  - name: phase: un\n")
    code, out, _ = crrc("campaign", "import", broken)
    assert code == 1
    assert out.startswith("error windows[0] (line 3, column 16): YAML mal formé")


def test_the_life_of_a_call(crrc: Any) -> None:
    crrc("campaign", "import", EXAMPLE)
    assert crrc("campaign", "schedule", SLUG)[0] == 1
    assert crrc("campaign", "schedule", SLUG, "--at", "2025-09-08T08:00")[0] == 0
    assert crrc("campaign", "schedule", SLUG, "--at", "demain")[0] == 1
    assert crrc("campaign", "unschedule", SLUG)[0] == 0
    code, out, _ = crrc("campaign", "publish", SLUG)
    assert (code, f"{SLUG} est publiée" in out) == (0, True)
    assert crrc("campaign", "publish", SLUG)[0] == 1
    assert crrc("campaign", "hold", SLUG)[0] == 0
    assert crrc("campaign", "unhold", SLUG)[0] == 0
    assert crrc("campaign", "repin", SLUG)[0] == 1
    assert crrc("campaign", "archive", SLUG)[0] == 1
    code, out, _ = crrc("campaign", "audience", SLUG)
    assert "4 organismes éligibles" in out
    assert "publiée, version 1" in crrc("campaign", "list")[1]
    (listed,) = json.loads(crrc("campaign", "list", "--json")[1])
    assert (listed["slug"], listed["state"], listed["window"]) == (SLUG, "published", "not_yet")


def test_an_unknown_call_or_portal_is_a_sentence(crrc: Any) -> None:
    for words in (("export", "inconnue"), ("publish", "inconnue"), ("audience", "inconnue")):
        code, _, err = crrc("campaign", *words)
        assert (code, "n’existe pas" in err) == (1, True)
    assert run(["campaign", "list", "--tenant", "nulle-part"]) == 1


class TestCheck:
    """What the acceptance script reads."""

    @pytest.fixture
    def check(self, crrc: Any) -> Any:
        crrc("campaign", "import", EXAMPLE)

        def command(number: str, *words: str) -> tuple[int, Any]:
            asked = ("eligibility", "check", "--campaign", SLUG, "--number", number, *words, "--json")
            code, out, _ = crrc(*asked)
            return code, json.loads(out)

        return command

    def test_it_prints_outcome_window_and_clauses(self, check: Any) -> None:
        code, answer = check(OUTSIDE.number, "--at", "2025-09-09T16:00:00")
        assert (code, answer["outcome"], answer["window"]) == (0, "eligible", "open")
        assert [set(clause) >= {"text", "outcome", "because"} for clause in answer["clauses"]] == [True, True]
        assert answer["at"] == "2025-09-09T16:00:00+02:00"
        assert check(SESSAD.number)[1]["outcome"] == "not_eligible"

    @pytest.mark.parametrize(
        ("at", "window"),
        [
            ("2025-09-09T15:59:59", "not_yet"),
            ("2025-09-09T14:00:00Z", "open"),
            ("2025-09-09T16:00:00+02:00", "open"),
            ("2025-09-23T23:59:59", "open"),
            ("2025-09-24T00:00:00", "closed"),
        ],
    )
    def test_at_an_instant(self, check: Any, at: str, window: str) -> None:
        assert check(OUTSIDE.number, "--at", at)[1]["window"] == window

    @pytest.mark.parametrize("number", [finess("99999999"), "abc", "", CLOSED.number])
    def test_a_number_that_cannot_apply_is_an_error(self, check: Any, number: str) -> None:
        code, answer = check(number)
        assert code == 1
        assert answer["error"].endswith(".")

    def test_an_establishment_s_number_is_a_note(self, check: Any) -> None:
        code, answer = check(TILLEULS.establishments[0].number)
        assert (code, answer["number"]) == (0, TILLEULS.number)
        assert "établissement" in answer["note"]

    @pytest.mark.parametrize("at", ["demain", "2025-03-30T02:30", "2025-10-26T02:30", "2025-02-30"])
    def test_an_instant_that_is_none(self, check: Any, at: str) -> None:
        code, answer = check(OUTSIDE.number, "--at", at)
        assert (code, answer["code"]) == (1, "invalid")

    def test_an_unknown_call(self, crrc: Any) -> None:
        code, out, _ = crrc("eligibility", "check", "--campaign", "inconnue", "--number", "1", "--json")
        assert (code, json.loads(out)["code"]) == (1, "not_found")

    def test_in_french(self, crrc: Any) -> None:
        crrc("campaign", "import", EXAMPLE)
        code, out, _ = crrc("eligibility", "check", "--campaign", SLUG, "--number", OUTSIDE.number)
        assert code == 0
        assert "Éligible. Les dépôts ouvrent le 9 septembre 2025 à 16 h (heure de Paris)." in out
        assert "2. Au moins un établissement" in out
