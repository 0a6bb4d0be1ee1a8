"""The rule of Bretagne on 9,685 real hospital sites: it is for the medico-social sector, none of them may apply."""

from collections import defaultdict
from pathlib import Path

from eligibility.rules import Applicant, Establishment, LegalEntity, Outcome, assess, read_rule
from finess.rules.places import department_of
from kit.document.source import read_yaml

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/campaigns/bretagne-2025-exercice.yaml"


def test_no_real_hospital_is_eligible(hospitals: list[dict[str, str]]) -> None:
    """Nor is an answer missing: category and commune are always known."""
    rule = read_rule(read_yaml(EXAMPLE.read_bytes()).data["rule"])
    sites: dict[str, list[Establishment]] = defaultdict(list)
    for row in hospitals:
        place = department_of(row["cominsee"])
        sites[row["fi_ej"]].append(Establishment(row["fi"], row["rs"], row["cat"], place))
    outcomes = {
        assess(rule, Applicant(LegalEntity(number, ""), tuple(found))).outcome for number, found in sites.items()
    }
    assert sum(map(len, sites.values())) == 9685
    assert sum(one.department in ("22", "29", "35", "56") for found in sites.values() for one in found) == 507
    assert outcomes == {Outcome.NOT_ELIGIBLE}
