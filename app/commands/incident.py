"""`crrc incident`: what the operator tells everybody of the service, in one portal or in all of them."""

import json
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import click

from app.operator import inside, my_name, portal
from kit.actor import operator
from kit.errors import Invalid
from kit.french import instant
from notifications.rules.incident import IMPACTS
from notifications.service import incident as service
from tenants.service.tenant import list_tenants

INSTANT = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])


@click.group()
def incident() -> None:
    """Les incidents et les maintenances, sur la page d’état du service."""


@incident.command("open")
@click.argument("slug", required=False)
@click.option("--all", "everywhere", is_flag=True, help="Dans tous les portails.")
@click.option("--title", required=True, help="Par exemple «\xa0Envoi des courriels ralenti\xa0».")
@click.option("--words", required=True, help="Ce qui ne marche pas, ce qui marche encore.")
@click.option(
    "--impact", type=click.Choice(list(IMPACTS)), default="slow", show_default=True, help="Ce que cela change."
)
@click.option("--begin", type=INSTANT, help="Début, à l’heure du portail\xa0; sans lui, maintenant.")
@click.option("--until", type=INSTANT, help="Fin prévue, à l’heure du portail.")
def open_(
    slug: str | None,
    everywhere: bool,
    title: str,
    words: str,
    impact: str,
    begin: datetime | None,
    until: datetime | None,
) -> None:
    """Annonce un incident (ou une maintenance, --impact planned) dans le portail SLUG."""
    if (slug is None) != everywhere:
        raise Invalid("Donnez l’adresse d’un portail, ou --all.")
    slugs = [slug] if slug else [one.slug for one in list_tenants(operator(my_name()))]
    for one in slugs:
        zone = ZoneInfo(portal(one).zone)
        began_at, until_at = (at.replace(tzinfo=zone) if at else None for at in (begin, until))
        story = service.open_incident(inside(one), title, words, impact, began_at, until_at)
        click.echo(f"{one:<24} {story.incident.id}")


@incident.command()
@click.argument("slug")
@click.argument("incident_id", metavar="ID", type=click.UUID)
@click.argument("words")
def tell(slug: str, incident_id: UUID, words: str) -> None:
    """Ajoute une nouvelle à un incident."""
    service.tell_incident(inside(slug), incident_id, words)
    click.echo("C’est écrit sur la page d’état du service.")


@incident.command()
@click.argument("slug")
@click.argument("incident_id", metavar="ID", type=click.UUID)
@click.argument("words")
def resolve(slug: str, incident_id: UUID, words: str) -> None:
    """Clôt un incident, avec un dernier mot."""
    service.resolve_incident(inside(slug), incident_id, words)
    click.echo("L’incident est clos.")


@incident.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
def list_(slug: str, as_json: bool) -> None:
    """Les incidents ouverts, et ceux des trois derniers mois."""
    found, zone = service.list_incidents(inside(slug)), portal(slug).zone
    stories = [*found.open, *found.over]
    if as_json:
        fields = ("id", "title", "impact", "state", "began_at", "until_at", "resolved_at")
        rows = [{field: getattr(one.incident, field) for field in fields} for one in stories]
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    for one in stories:
        row = one.incident
        end = "clos" if row.resolved_at else IMPACTS[row.impact].lower()
        click.echo(f"{row.id} {row.title} – {end} – {instant(row.began_at, zone)}")
    if not stories:
        click.echo("Aucun incident.")
