"""`crrc audit`: the proof of the audit logs. Checked, anchored, taken away, purged at the end of their time."""

import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from app.operator import inside, my_name, portal
from app.rooms import act
from kit.actor import operator
from kit.chain import Anchor
from kit.errors import Invalid
from kit.french import NBSP, count, grouped
from tenants.rules.audit import Wanted
from tenants.service import audit as log
from tenants.service import audit_proof as proof
from tenants.service.tenant import list_tenants

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """Le journal des actions\xa0: le vérifier, l’ancrer, l’emporter, le purger."""


@audit.command()
@click.argument("slug", required=False)
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
@click.option(
    "--anchors", "kept", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Ancres gardées ailleurs."
)
def verify(slug: str | None, as_json: bool, kept: Path | None) -> int:
    """Relit chaque ligne du portail SLUG (ou de tous). Code de sortie 1 si une ligne a été altérée ou retirée."""
    anchors = list(_read_anchors(kept)) if kept else []
    told, sound = [], True
    for one in _slugs(slug):
        started = time.perf_counter()
        report = proof.verify(inside(one), anchors)
        told.append({"tenant": one, **asdict(report), "holds": report.holds})
        sound = sound and report.holds
        if not as_json:
            _say(one, report, time.perf_counter() - started)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    return 0 if sound else 1


@audit.command()
@click.argument("slug", required=False)
def anchor(slug: str | None) -> None:
    """Signe l’état du journal du portail SLUG (ou de tous), maintenant."""
    for one in _slugs(slug):
        made = proof.anchor_now(inside(one))
        said = f"ancre signée à la ligne {grouped(made.number)}" if made else "rien de nouveau depuis la dernière ancre"
        click.echo(f"{one}{NBSP}: {said}.")


@audit.command()
@click.argument("slug", required=False)
def anchors(slug: str | None) -> None:
    """Imprime les ancres, une par ligne (JSON)\xa0: à garder ailleurs que dans la base."""
    for one in _slugs(slug):
        for found in proof.list_anchors(inside(one)):
            click.echo(json.dumps({**asdict(found), "at": found.at.astimezone(UTC).isoformat()}))


@audit.command()
@click.argument("slug")
@click.option("--csv", "as_csv", is_flag=True, help="Un tableau, au lieu des lignes vérifiables (JSON Lines).")
@click.option("--since", type=DAY, help="Premier jour.")
@click.option("--until", type=DAY, help="Dernier jour (compris).")
def export(slug: str, as_csv: bool, since: datetime | None, until: datetime | None) -> None:
    """Imprime le journal du portail SLUG\xa0: chaque ligne avec son texte et son empreinte."""
    wanted = Wanted(since=since.date() if since else None, until=until.date() if until else None)
    made = log.export_lines(inside(slug), wanted, "csv" if as_csv else "jsonl", act, most=None)
    with made.content as content:
        shutil.copyfileobj(content, sys.stdout.buffer)
    click.echo(f"{count(made.lines, 'ligne')}, SHA-256 {made.sha256}", err=True)


@audit.command()
@click.argument("slug")
@click.option("--before", required=True, type=DAY, help="Ce qui est plus ancien que ce jour s’en va.")
@click.option("--dry-run", is_flag=True, help="Dit ce qui s’en irait, sans y toucher.")
def purge(slug: str, before: datetime, dry_run: bool) -> None:
    """Retire les lignes anciennes du portail SLUG, jusqu’à une ancre signée. Six mois sont toujours gardés."""
    zone = ZoneInfo(portal(slug).zone)
    found = proof.purge(inside(slug), before.replace(tzinfo=zone), dry_run)
    if not found.lines or not found.oldest or not found.latest:
        click.echo("Aucune ligne de cette époque n’est couverte par une ancre. Rien à retirer.")
        return
    days = f"du {found.oldest.astimezone(zone).date()} au {found.latest.astimezone(zone).date()}"
    verb = "seraient retirées" if dry_run else "retirées"
    click.echo(f"{count(found.lines, 'ligne')} {days} {verb}, jusqu’à la ligne {grouped(found.through)}.")


def _slugs(slug: str | None) -> Sequence[str]:
    return [portal(slug).slug] if slug else [one.slug for one in list_tenants(operator(my_name()))]


def _say(slug: str, report: proof.Report, seconds: float) -> None:
    speed = grouped(round(report.lines / max(seconds, 0.001)))
    lines = f"{count(report.lines, 'ligne')} ({grouped(report.first)} à {grouped(report.last)}), {speed} par seconde"
    click.echo(f"{'✓' if report.holds else '✗'} {slug}{NBSP}: {lines if report.lines else 'aucune ligne'}")
    for fault in report.faults:
        place = f"{grouped(fault.number)} à {grouped(fault.through)}" if fault.through > fault.number else fault.number
        about = ", ".join(part for part in (fault.at, fault.action, fault.id) if part)
        click.echo(f"    ligne {place}{NBSP}: {fault.what}{f' ({about})' if about else ''}")
    if len(report.faults) >= proof.MOST_FAULTS:
        click.echo(f"    … et d’autres. Seules les {proof.MOST_FAULTS} premières sont dites.")
    if report.anchored < report.last and not report.faults:
        click.echo(f"    {count(report.last - report.anchored, 'ligne')} depuis la dernière ancre signée.")


def _read_anchors(path: Path) -> Iterator[Anchor]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            said: dict[str, Any] = json.loads(line)
            yield Anchor(
                str(said["tenant_id"]),
                int(said["number"]),
                str(said["hash"]),
                datetime.fromisoformat(said["at"]),
                str(said["public_key"]),
                str(said["signature"]),
            )
        except (ValueError, TypeError, LookupError):
            raise Invalid(
                f"{path.name}, ligne {number}{NBSP}: ce n’est pas une ancre de «{NBSP}crrc audit anchors{NBSP}»."
            ) from None
