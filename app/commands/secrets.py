"""`crrc secrets`: the keys that seal what other systems entrust to us, and the one that signs."""

import json

import click

from app import rotation
from app.operator import my_name
from kit import signing, vault
from kit.actor import Actor, operator
from kit.errors import Conflict
from kit.french import count
from kit.sealed import UNREADABLE


@click.group()
def secrets() -> None:
    """Les clés\xa0: celles des secrets conservés, celle des signatures."""


@secrets.command()
@click.option("--signing", "is_signing", is_flag=True, help="Change la clé qui signe, au lieu de celles des secrets.")
@click.option("--forget-old", is_flag=True, help="Oublie les anciennes clés des secrets, quand plus rien n’en dépend.")
def rotate(is_signing: bool, forget_old: bool) -> None:
    """Fait une nouvelle clé et scelle de nouveau chaque secret. Interrompue, se termine en la relançant."""
    actor = operator(my_name())
    if is_signing and forget_old:
        raise click.UsageError("--forget-old concerne les clés des secrets\xa0: une clé de signature reste reconnue.")
    if is_signing:
        key = _signing(actor)
        click.echo(f"Nouvelle clé de signature. Sa clé publique\xa0: {key}")
        click.echo(f"{count(len(signing.known_keys()), 'clé publique reconnue', 'clés publiques reconnues')} en tout.")
    elif forget_old:
        forgotten = rotation.forget_keys(actor)
        click.echo(f"{count(len(forgotten), 'ancienne clé oubliée', 'anciennes clés oubliées')}.")
    else:
        _secrets(actor)


@secrets.command()
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
def check(as_json: bool) -> int:
    """Dit avec quelles clés sont scellés les secrets. Code de sortie 1 si l’un d’eux ne s’ouvre plus."""
    used, keys = rotation.use_of_keys(operator(my_name())), vault.key_names()
    if as_json:
        click.echo(json.dumps({"keys": list(keys), "columns": {name: dict(found) for name, found in used.items()}}))
    else:
        for place, key in enumerate(keys):
            total = sum(found[key] for found in used.values())
            click.echo(f"{key}  {'scelle' if place == 0 else 'ouvre ':<7} {count(total, 'secret')}")
        for name, found in used.items():
            said = ", ".join(f"{key or 'illisible'}\xa0: {number}" for key, number in sorted(found.items()))
            click.echo(f"  {name:<36} {said or 'aucun'}")
    lost = sum(found[UNREADABLE] for found in used.values())
    if lost:
        click.echo(f"{count(lost, 'secret')} qu’aucune clé n’ouvre\xa0: à saisir de nouveau.", err=True)
    return 1 if lost else 0


def _secrets(actor: Actor) -> None:
    done = rotation.rotate_secrets(actor)
    click.echo(f"{'Nouvelle clé' if done.is_new else 'Rotation précédente terminée avec la clé'} {done.key}.")
    for name, number in done.sealed.items():
        if number:
            click.echo(f"  {name:<36} {count(number, 'secret scellé', 'secrets scellés')} de nouveau")
    if len(vault.key_names()) > 1:
        click.echo("Les anciennes clés ouvrent encore. Dans cinq minutes\xa0: crrc secrets rotate --forget-old")


def _signing(actor: Actor) -> str:
    try:
        return rotation.rotate_signing(actor)
    except OSError as error:
        raise Conflict(
            f"Le dossier des clés ne se laisse pas écrire ({error.strerror}). Rien n’a été changé."
        ) from error
