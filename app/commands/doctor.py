"""`crrc doctor`: what is wrong with this installation, and what to do."""

import json
from collections import Counter
from dataclasses import asdict

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
@click.option(
    "--offline", is_flag=True, help="Ne demande rien à d’autres machines\xa0: ni certificat, ni courrier, ni heure."
)
@click.option("--ntp", default="fr.pool.ntp.org", show_default=True, help="Serveur de temps auquel se comparer.")
def doctor(as_json: bool, offline: bool, ntp: str) -> int:
    """Examine l’installation et dit quoi faire. Code de sortie 1 s’il y a un problème, 0 s’il n’y a que des avis."""
    from app.doctor.examine import examine
    from app.doctor.finding import SIGNS, Asked

    found = []
    for finding in examine(Asked(not offline, ntp)):
        found.append(finding)
        if not as_json:
            click.echo(f"{SIGNS[finding.level]} {finding.subject:<22} {finding.seen}")
            if finding.advice:
                click.echo(f"{'':<25}→ {finding.advice}")
    levels = Counter(finding.level for finding in found)
    if as_json:
        click.echo(
            json.dumps({"ok": not levels["bad"], "findings": [asdict(one) for one in found]}, ensure_ascii=False)
        )
    else:
        click.echo(_sum(levels["bad"], levels["warning"]))
    return 1 if levels["bad"] else 0


def _sum(bad: int, warnings: int) -> str:
    from kit.french import count

    if not bad and not warnings:
        return "Tout va bien."
    said = [count(bad, "problème")] if bad else []
    said += [count(warnings, "avis", "avis")] if warnings else []
    return f"{' et '.join(said)}. Chaque flèche dit quoi faire."
