"""`crrc catalogue`: a portal's services, from the command line."""

import click

from app.operator import inside
from kit.french import count
from services_catalog.service.publication import publish_service
from services_catalog.service.reading import list_catalogue
from services_catalog.service.seed import seed_catalogue

STATES = {"draft": "brouillon", "published": "au catalogue", "withdrawn": "retirée"}


@click.group()
def catalogue() -> None:
    """Les prestations d’un portail."""


@catalogue.command()
@click.argument("slug")
@click.option("--publish", is_flag=True, help="Publie aussitôt ce qui vient d’être écrit.")
def seed(slug: str, publish: bool) -> None:
    """Écrit sur le portail SLUG un premier catalogue, en brouillons. Ce qui existe déjà reste tel quel."""
    actor = inside(slug)
    written = seed_catalogue(actor)
    for one in written:
        if publish:
            publish_service(actor, one.service.slug)
        click.echo(f"{one.service.slug:<32} {one.service.title}")
    number = len(written)
    done = (
        count(number, "prestation publiée", "prestations publiées")
        if publish
        else count(number, "brouillon écrit", "brouillons écrits")
    )
    click.echo(f"{done} sur {slug}.")


@catalogue.command("list")
@click.argument("slug")
def list_(slug: str) -> None:
    """Les prestations du portail SLUG, par titre."""
    for line in list_catalogue(inside(slug)):
        standing = STATES[line.state] + (f", version {line.version}" if line.version else "")
        click.echo(f"{line.slug:<32} {standing:<28} {line.title}")
