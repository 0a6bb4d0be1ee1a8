"""`crrc citus`: how the tables are distributed."""

import click

from app.citus import obstacles, statements
from kit.errors import Conflict


@click.group()
def citus() -> None:
    """Répartir la base sur plusieurs machines (docs/scale.md)."""


@citus.command()
def ddl() -> None:
    """Écrit les instructions SQL qui répartissent les tables avec Citus. Rien n’est exécuté."""
    found = obstacles()
    if found:
        raise Conflict("Des tables ne peuvent pas être réparties\N{NO-BREAK SPACE}:\n" + "\n".join(found))
    for line in statements():
        click.echo(f"{line};")
