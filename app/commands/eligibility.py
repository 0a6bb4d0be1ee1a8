"""`crrc eligibility check`: the rule of a call applied to one number."""

import json
from typing import Any

import click

from app.operator import inside, portal
from campaigns.rules.document.instants import Unreadable, read_moment
from campaigns.service.eligibility import Check, check_number
from eligibility.rules import ClauseVerdict, Outcome
from kit.errors import CrrcError, Invalid
from kit.french import instant

OUTCOMES = {
    Outcome.ELIGIBLE: "Éligible",
    Outcome.NOT_ELIGIBLE: "Non éligible",
    Outcome.INFORMATION_MISSING: "Information manquante",
}
ANSWERS = {
    Outcome.ELIGIBLE: "oui",
    Outcome.NOT_ELIGIBLE: "non",
    Outcome.INFORMATION_MISSING: "à compléter",
}


@click.group()
def eligibility() -> None:
    """La règle d’une campagne, appliquée à un organisme."""


@eligibility.command()
@click.option("--tenant", required=True, help="Le portail, par exemple bretagne.")
@click.option("--campaign", "slug", required=True, help="La campagne, publiée ou en préparation.")
@click.option("--number", required=True, help="Numéro FINESS (EJ ou ET), SIREN ou SIRET.")
@click.option("--at", help="Instant de la demande, ISO 8601\xa0; sans décalage, à l’heure du portail.")
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
def check(tenant: str, slug: str, number: str, at: str | None, as_json: bool) -> int:
    """Dit si un organisme peut candidater, clause par clause."""
    try:
        found = _check(tenant, slug, number, at)
    except CrrcError as error:
        if not as_json:
            raise
        _print({"error": error.sentence, "code": error.code})
        return 1
    if as_json:
        _print(found.as_json())
    else:
        _tell(found)
    return 1 if found.error else 0


def _check(tenant: str, slug: str, number: str, at: str | None) -> Check:
    try:
        when = read_moment(at, portal(tenant).zone) if at else None
    except Unreadable as fault:
        raise Invalid(str(fault)) from fault
    return check_number(inside(tenant), slug, number, when)


def _print(answer: dict[str, Any]) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))


def _tell(found: Check) -> None:
    click.echo(f"{found.campaign.title} ({found.campaign.slug})")
    for sentence in filter(None, (found.error, found.note)):
        click.echo(sentence)
    if found.verdict is None or found.entity is None:
        return
    click.echo(f"{found.entity.name or 'Organisme'}, FINESS {found.entity.finess_ej}")
    click.echo(f"{OUTCOMES[found.verdict.outcome]}. {_window(found)}")
    for number, clause in enumerate(found.verdict.clauses, start=1):
        _clause(clause, str(number))


def _clause(clause: ClauseVerdict, number: str) -> None:
    margin = "   " * (number.count(".") + 1)
    click.echo(f"\n{margin[3:]}{number}. {clause.text}\n{margin}{ANSWERS[clause.outcome]}\xa0: {clause.because}")
    for index, part in enumerate(clause.parts, start=1):
        _clause(part, f"{number}.{index}")


def _window(found: Check) -> str:
    bounds, zone = found.moment.window, found.campaign.zone
    if bounds is None:
        return ""
    if found.moment.status == "not_yet":
        return f"Les dépôts ouvrent le {instant(bounds.opens_at, zone)}."
    if found.moment.status == "open":
        return f"Les dépôts sont ouverts jusqu’au {instant(bounds.closes_at, zone)}."
    return f"Les dépôts sont clos depuis le {instant(bounds.closes_at, zone)}."
