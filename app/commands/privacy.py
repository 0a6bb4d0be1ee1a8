"""`crrc privacy`: what is over in a portal, and its purge."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from app.operator import my_name, portal
from kit.actor import Actor, system
from kit.errors import Conflict
from kit.french import day
from privacy.rules.retention import BY_KEY, period
from privacy.service.purging import purge_now
from privacy.service.retention import view_periods


@click.group()
def privacy() -> None:
    """Les données personnelles d’un portail."""


@privacy.command()
@click.argument("slug")
@click.option("--dry-run", is_flag=True, help="Compte sans rien supprimer.")
def purge(slug: str, dry_run: bool) -> None:
    """Supprime dans le portail SLUG ce dont la durée de conservation est finie."""
    home = portal(slug)
    # The operator reads no file, and counts none: the software does, in their name.
    actor, zone = system(home.id, my_name()), home.zone
    if not dry_run:
        _purge(actor)
        return
    found = view_periods(actor)
    if found.adopted is None:
        click.echo("Le GRADeS n’a pas encore adopté de durées\xa0: voici celles qui lui sont proposées.")
    for line in found.lines:
        oldest = f", le plus ancien du {_local(line.oldest, zone)}" if line.oldest else ""
        click.echo(f"{line.count:>8}  {line.kind.title} (gardé {period(line.months)} {line.kind.since}){oldest}")
    click.echo(f"{found.total:>8}  en tout. Rien n’est supprimé.")


def _purge(actor: Actor) -> None:
    if view_periods(actor).adopted is None:
        raise Conflict("Rien n’est supprimé tant que le GRADeS n’a pas adopté ses durées de conservation.")
    counts = purge_now(actor)
    for key, count in counts.items():
        click.echo(f"{count:>8}  {BY_KEY[key].title}")
    click.echo(f"{sum(counts.values()):>8}  en tout.")


def _local(at: datetime, zone: str) -> str:
    return day(at.astimezone(ZoneInfo(zone)).date())
