"""`crrc finess import | synth | editions`: where the register of this installation comes from."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from app.operator import my_name
from finess.gateway.synthetic import writer
from finess.models import RegistryEdition
from finess.queries import edition as editions
from finess.rules import wording
from finess.rules.edition import counts
from finess.service import register
from kit.actor import operator
from kit.errors import Conflict
from kit.french import NBSP, count, grouped
from kit.transaction import transaction

SHOWN_REMARKS = 20
FILE = click.Path(path_type=Path, dir_okay=False)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
SYNTHETIC_DATE = "2026-11-20"  # fixed, so that the same seed is the same file on any day


@click.group()
def finess() -> None:
    """Le registre national FINESS\xa0: import, recherche, éditions."""


@finess.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--allow-shrink", is_flag=True, help="Accepte un registre amputé de plus de 10\xa0%.")
@AS_JSON
def import_files(files: tuple[Path, ...], allow_shrink: bool, as_json: bool) -> None:
    """Importe une édition du registre\xa0: un JSON FINESS+ (.json, .json.gz), ou des extraits etalab (501, 502…)."""
    tell = _progress if sys.stderr.isatty() else None
    done = register.import_register(operator(my_name()), files, allow_shrink=allow_shrink, progress=tell)
    if tell:
        click.echo("\r\x1b[K", nl=False, err=True)
    edition = done.edition
    if as_json:
        said = {"is_new": done.is_new, "warnings": done.warnings}
        click.echo(json.dumps(_as_json(edition) | said, ensure_ascii=False))
        return
    if not done.is_new:
        click.echo(f"Ce fichier est déjà l’édition {edition.id} du registre{NBSP}: rien n’a changé.")
        return
    for warning in done.warnings:
        click.secho(warning, fg="yellow", err=True)
    _say_edition(edition)
    _say_remarks(edition, SHOWN_REMARKS)


def _progress(records: int, read: int, size: int) -> None:
    share = 100 * read // max(size, 1)
    click.echo(f"\r  {share:3}{NBSP}%  {grouped(records)} enregistrements", nl=False, err=True)


@finess.command()
@click.option("--seed", type=int, default=1, show_default=True, help="La même graine donne le même fichier.")
@click.option("--scale", default="full", show_default=True, help="full, ou une part du registre national (0.01).")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), default=SYNTHETIC_DATE, show_default=True)
@click.option("-o", "--output", required=True, type=FILE, help=".json ou .json.gz")
def synth(seed: int, scale: str, date: datetime, output: Path) -> None:
    """Écrit un registre fictif au format FINESS+\xa0: national par sa taille et sa forme, sans donnée réelle."""
    try:
        share = 1.0 if scale == "full" else float(scale)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise click.BadParameter(f"full, ou un nombre entre 0 et 1{NBSP}; pas {scale}.", param_hint="--scale")
    try:
        entities, establishments = writer.write(output, seed, share, date.replace(hour=4, tzinfo=UTC))
    except OSError as error:
        raise Conflict(f"{output} ne peut pas être écrit{NBSP}: {error.strerror}.") from None
    click.echo(
        f"{output}{NBSP}: {count(entities, 'entité juridique', 'entités juridiques')} et "
        f"{count(establishments, 'établissement')} fictifs."
    )


@finess.command("editions")
@click.option("--remarks", "of", type=int, metavar="EDITION", help="Tous les rejets et avertissements d’un import.")
@AS_JSON
def list_editions(of: int | None, as_json: bool) -> None:
    """Liste les éditions importées, la plus récente d’abord, et dit l’âge de celle en vigueur."""
    with transaction(operator(my_name())) as tx:
        found = editions.list_editions(tx.session)
        age = register.register_age(tx)
        chosen = editions.get_edition(tx.session, of) if of is not None else None
    if chosen:
        _say_remarks(chosen, 1_000_000)
        return
    if as_json:
        click.echo(json.dumps({"level": age.level, "editions": [_as_json(one) for one in found]}, ensure_ascii=False))
        return
    for edition in found:
        _say_edition(edition)
    click.secho(age.sentence, fg=None if age.level == "fresh" else "yellow")


def _say_edition(edition: RegistryEdition) -> None:
    click.echo(
        f"Édition {edition.id}{NBSP}: {wording.title(edition.source, edition.generated_at)}, {edition.file_name}"
    )
    for line in (*wording.holdings(counts(edition.counts)), *wording.changes(edition.difference)):
        click.echo(f"  {line}")
    click.echo(f"  SHA-256 {edition.sha256}")


def _say_remarks(edition: RegistryEdition, limit: int) -> None:
    with transaction(operator(my_name())) as tx:
        for severity, word in (("rejected", "rejeté"), ("warning", "averti")):
            total = edition.counts["rejected" if severity == "rejected" else "warnings"]
            shown = editions.list_remarks(tx.session, edition.id, severity, limit)
            for remark in shown:
                click.echo(f"  {word}  {remark.position}  {remark.number or '—'}{NBSP}: {remark.reason}")
            if total > len(shown):
                click.echo(
                    f"  … {grouped(total - len(shown))} autres{NBSP}: crrc finess editions --remarks {edition.id}"
                )


def _as_json(edition: RegistryEdition) -> dict[str, object]:
    return {
        "edition": edition.id,
        "source": edition.source,
        "generated_at": edition.generated_at.isoformat(),
        "sha256": edition.sha256,
        "file_name": edition.file_name,
        "counts": edition.counts,
        "difference": edition.difference,
    }
