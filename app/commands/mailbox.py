"""`crrc mailbox`: the local mailbox, where mails stop when CRRC_SMTP_URL is not set."""

import signal
import threading

import click

from app import mailbox as local_mailbox
from app.processes import refuse_taken_ports
from kit.settings import settings


@click.command()
def mailbox() -> None:
    """Reçoit les courriels du portail et les montre (CRRC_PORT + 1), sans rien envoyer sur internet."""
    configured = settings()
    refuse_taken_ports(configured.mailbox_port, count=2)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    click.echo(f"Boîte aux lettres\N{NO-BREAK SPACE}: http://{local_mailbox.HOST}:{configured.mailbox_port}/")
    local_mailbox.run(configured.home / "mailbox", configured.mailbox_smtp_port, configured.mailbox_port, stop)
