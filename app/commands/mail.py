"""`crrc mail`: what mail servers send back. A mail server pipes each message of CRRC_BOUNCE_ADDRESS here."""

import sys

import click
from sqlalchemy.exc import OperationalError

from notifications.gateway.report import LARGEST
from notifications.service.report import take_report

TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the message and gives it again
WORDS = {
    "hard": "adresse morte",
    "soft": "adresse indisponible",
    "complaint": "signalé comme indésirable",
}


@click.group()
def mail() -> None:
    """Les courriels du portail\xa0: ce qui en revient."""


@mail.command()
@click.option("--to", "recipient", default="", help="Adresse à laquelle le message est arrivé (enveloppe).")
def bounce(recipient: str) -> None:
    """Lit sur l’entrée un avis de non-remise (RFC 3464) ou une plainte (RFC 5965).

    Ce qui ne concerne aucun de nos courriels est ignoré sans erreur\xa0: n’importe qui peut écrire à cette adresse.
    """
    content = sys.stdin.buffer.read(LARGEST)
    while sys.stdin.buffer.read(65536):  # a pipe that is not emptied looks broken to whoever fills it
        pass
    try:
        taken = take_report(content, recipient)
    except OperationalError as error:
        click.echo(f"La base de données ne répond pas, à redonner plus tard\xa0: {type(error.orig).__name__}", err=True)
        sys.exit(TRY_LATER)
    if taken is None:
        click.echo("Ignoré\xa0: ce message ne parle d’aucun de nos courriels.")
        return
    again = "" if taken.is_new else " (déjà connu)"
    click.echo(f"{taken.slug}, courriel {taken.notice_id}\xa0: {WORDS[taken.kind]}{again}. {taken.said}")
