"""`crrc backup`: sets of the database, the files and the keys, sealed; made, read again, restored, forgotten."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app.keeping import making, reading, restoring, sealing
from kit.french import NBSP, count, grouped

IDENTITY = click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Fichier de la clé secrète (age).",
)
NEEDED = click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Fichier de la clé secrète (age).",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
HOURS = "%Y-%m-%d %H:%M"


@click.group()
def backup() -> None:
    """Les sauvegardes\xa0: la base, les fichiers et les clés, chiffrés ensemble."""


@backup.command()
def key() -> None:
    """Imprime une nouvelle clé. Gardez la partie secrète ailleurs que sur cette machine."""
    secret, public = sealing.new_identity()
    click.echo(f"# À garder hors de cette machine, en deux endroits{NBSP}: sans elle, aucune sauvegarde ne s’ouvre.")
    click.echo(f"# Partie publique{NBSP}: {public}")
    click.echo(secret)
    if not sys.stdout.isatty():
        click.echo(f"CRRC_BACKUP_RECIPIENTS={public}", err=True)


@backup.command()
@AS_JSON
def create(as_json: bool) -> None:
    """Fait une sauvegarde. Les fichiers déjà sauvegardés ne partent pas une seconde fois."""
    made = making.create(_say(as_json))
    if as_json:
        click.echo(json.dumps(asdict(made), ensure_ascii=False))
        return
    click.echo(
        f"Sauvegarde {made.name}{NBSP}: {count(made.rows, 'ligne')} de {count(made.tables, 'table')} "
        f"({grouped(made.dump_bytes)} octets), {count(made.files, 'fichier')} dont {made.new_files} nouveaux "
        f"({grouped(made.new_bytes)} octets)."
    )
    for name in made.gone:
        click.echo(f"  {name}{NBSP}: effacé pendant la sauvegarde.")


@backup.command("list")
@AS_JSON
def list_(as_json: bool) -> None:
    """Les sauvegardes qui sont là, la plus récente d’abord."""
    found = reading.list_sets()
    if as_json:
        told = [{"name": one.name, "made_at": one.made_at.isoformat(), "bytes": one.bytes} for one in found]
        click.echo(json.dumps(told))
        return
    for one in found:
        click.echo(
            f"{one.name}  {one.made_at:{HOURS}} UTC  version {one.migration}  {grouped(one.bytes):>16} octets  "
            f"{count(one.objects, 'fichier')}"
        )
    if not found:
        click.echo(f"Aucune sauvegarde. Faites-en une{NBSP}: crrc backup create")


@backup.command()
@click.argument("name", default="latest")
@IDENTITY
def verify(name: str, identity: Path | None) -> int:
    """Relit la sauvegarde NAME (la dernière sans lui). Avec la clé, l’ouvre aussi tout entière."""
    index, faults = reading.verify(name, sealing.identities(identity) if identity else (), _say(False))
    for fault in faults:
        click.echo(fault, err=True)
    how = "relue et ouverte" if identity else "relue, sans l’ouvrir"
    if not faults:
        click.echo(f"✓ {index.name}{NBSP}: {grouped(index.bytes)} octets, {count(index.objects, 'fichier')}, {how}.")
    return 1 if faults else 0


@backup.command()
@click.argument("name", default="latest")
@NEEDED
@AS_JSON
def restore(name: str, identity: Path, as_json: bool) -> int:
    """Remet la sauvegarde NAME (la dernière sans lui) dans cette installation, qui doit être vide, et la vérifie."""
    done = restoring.restore(name, sealing.identities(identity), _say(as_json))
    if as_json:
        click.echo(restoring.as_json(done))
    else:
        _tell(json.loads(restoring.as_json(done)))
        click.echo(
            f"Avant de lancer les automates{NBSP}: ce qui attendait d’être envoyé à cette heure-là partira de "
            "nouveau (docs/backups.md)."
        )
    return 1 if done.proof.faults else 0


@backup.command()
@click.argument("name", default="latest")
@NEEDED
@AS_JSON
def drill(name: str, identity: Path, as_json: bool) -> int:
    """Exercice\xa0: restaure NAME (la dernière sans lui) à côté, la vérifie, dit en combien de temps, efface tout."""
    said = restoring.drill(name, identity, _say(as_json))
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        _tell(said)
    return 1 if said["proof"]["faults"] else 0


@backup.command()
@click.option("--days", type=click.IntRange(0, 400), default=14, show_default=True, help="Une par jour.")
@click.option("--weeks", type=click.IntRange(0, 200), default=8, show_default=True, help="Une par semaine.")
@click.option("--months", type=click.IntRange(0, 120), default=12, show_default=True, help="Une par mois.")
@click.option("--dry-run", is_flag=True, help="Dit ce qui s’en irait, sans y toucher.")
def prune(days: int, weeks: int, months: int, dry_run: bool) -> None:
    """Efface les sauvegardes trop anciennes, et les fichiers dont plus aucune n’a besoin. La dernière reste."""
    gone, files = reading.prune(days, weeks, months, dry_run)
    for name in gone:
        click.echo(name)
    verb = "s’en iraient" if dry_run else "effacés"
    click.echo(f"{count(len(gone), 'sauvegarde')} et {count(files, 'fichier')} {verb}.")


def _tell(said: Mapping[str, Any]) -> None:
    proof = said["proof"]
    for step, seconds in said["seconds"].items():
        click.echo(f"  {step:<18} {seconds:>8.2f} s")
    click.echo(
        f"{'✗' if proof['faults'] else '✓'} {said['name']}{NBSP}: {count(proof['rows'], 'ligne')} de "
        f"{count(proof['tables'], 'table')}, {count(proof['tenants'], 'portail', 'portails')}, "
        f"{count(proof['audit_lines'], 'ligne')} de journal, {count(proof['receipts'], 'accusé')} de réception et "
        f"{count(proof['files'], 'fichier')} vérifiés."
    )
    for fault in proof["faults"]:
        click.echo(fault, err=True)


def _say(silent: bool) -> Any:
    return (lambda _: None) if silent else (lambda step: click.echo(f"… {step}", err=True))
