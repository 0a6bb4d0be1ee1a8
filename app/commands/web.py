"""`crrc web`: pages and API. Run as many as you like, on as many machines."""

import os

import click

from app.processes.web import PATIENCE, web_command, web_environment
from kit.settings import settings


@click.command("web")
@click.option(
    "--patience",
    type=click.IntRange(1, 1800),
    default=PATIENCE,
    show_default=True,
    help="Secondes laissées aux requêtes en cours quand on l’arrête.",
)
def web(patience: int) -> None:
    """Lance les pages et l’API (SIGTERM l’arrête proprement\xa0: les requêtes en cours finissent)."""
    command = web_command(settings(), patience)
    # In our place rather than below us: signals reach it directly, and nothing of ours stays in memory.
    os.execve(command[0], command, web_environment(settings()))  # noqa: S606 - a list of arguments, no shell
