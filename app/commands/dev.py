"""`crrc dev`: the whole portal on this machine, started again when its code changes."""

import click

from app.processes import portal, refuse_taken_ports, sources_fingerprint, supervise
from kit import embedded, servers
from kit.settings import settings
from migrations import upgrade


@click.command()
def dev() -> None:
    """Lance le portail entier et le relance quand son code change\xa0; Ctrl-C arrête tout."""
    configured = settings()
    refuse_taken_ports(configured.port)
    upgrade(servers.database_owner_url())
    try:
        supervise(
            portal(configured),
            announce=lambda: click.echo(f"\nLe portail répond\N{NO-BREAK SPACE}: {configured.base_url}\n"),
            fingerprint=sources_fingerprint,
        )
    finally:
        embedded.stop(configured.home)
