"""`crrc demo`: the whole portal on this machine, with its worked example inside."""

import click

from app.demo import prepare, sign_in_links, tell
from app.processes import portal, refuse_taken_ports, supervise
from kit import embedded
from kit.db import close_engine
from kit.settings import settings


@click.command()
@click.option("--reset", is_flag=True, help="Efface la démonstration de ce dossier et la refait.")
@click.option("--prepare-only", is_flag=True, help="Prépare les données et s’arrête, sans lancer le portail.")
def demo(reset: bool, prepare_only: bool) -> None:
    """Ouvre le portail de démonstration\xa0; Ctrl-C arrête tout, les données restent."""
    configured = settings()
    if not prepare_only:
        refuse_taken_ports(configured.port)
    prepare(tell, reset)
    if prepare_only:
        return
    try:
        supervise(portal(configured), announce=_announce)
    finally:
        close_engine()
        embedded.stop(configured.home)


def _announce() -> None:
    configured = settings()
    click.echo(f"\n  Le portail\N{NO-BREAK SPACE}: {configured.base_url}/bretagne/")
    if configured.smtp_url is None:
        click.echo(f"  Les courriels reçus\N{NO-BREAK SPACE}: http://127.0.0.1:{configured.mailbox_port}/")
    click.echo("\n  Un lien de connexion par rôle, bon une fois (crrc demo-links en refait)\N{NO-BREAK SPACE}:\n")
    _say_links()
    click.echo("\n  Ctrl-C arrête tout.\n")


@click.command("demo-links")
def demo_links() -> None:
    """Refait un lien de connexion par rôle."""
    _say_links()


def _say_links() -> None:
    for role, name, address in sign_in_links():
        click.echo(f"  {role}, {name}\n    {address}")
