"""`crrc migrate`, `crrc status`, `crrc stop`: the installation's servers and database."""

import json

import click
from sqlalchemy.orm import Session

from app import health
from kit import clock, embedded, servers
from kit.db import engine
from kit.french import duration
from kit.pulse import list_pulses
from kit.settings import settings


@click.command()
def migrate() -> None:
    """Amène la base de données à la dernière version (démarre les serveurs embarqués s’il le faut)."""
    from migrations import upgrade

    upgrade(servers.database_owner_url())
    click.echo(f"Base de données à jour\N{NO-BREAK SPACE}: version {health.newest_migration()}.")


@click.command()
def stop() -> None:
    """Arrête les serveurs embarqués. Leurs données restent."""
    embedded.stop(settings().home)
    click.echo("Serveurs embarqués arrêtés.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
def status(as_json: bool) -> int:
    """Dit ce qui fonctionne\xa0: base, version, rôle, Redis, processus. Code de sortie 3 si quelque chose manque."""
    checks = health.check() if _reachable() else {"servers": _stopped()}
    pulses = _pulses() if all(check["ok"] for check in checks.values()) else []
    well = all(check["ok"] for check in checks.values())
    if as_json:
        click.echo(json.dumps({"ok": well, "checks": checks, "processes": pulses}, ensure_ascii=False))
    else:
        for name, check in checks.items():
            click.echo(f"{'✓' if check['ok'] else '✗'} {name:<12} {check['detail']} ({check['ms']} ms)")
        for pulse in pulses:
            click.echo(f"{'✗' if pulse['silent'] else '✓'} {pulse['process']:<30} {pulse['said']}")
    return 0 if well else 3


def _reachable() -> bool:
    """Whether servers are named, or the embedded ones are up: asking how they are must not start them."""
    state = embedded.status(settings().home)
    named = settings()
    return (named.database_url is not None or state.database) and (named.redis_url is not None or state.redis)


def _stopped() -> dict[str, object]:
    return {"ok": False, "ms": 0.0, "detail": f"serveurs embarqués arrêtés dans {settings().home}"}


def _pulses() -> list[dict[str, object]]:
    now = clock.now()
    with Session(engine()) as session:
        return [
            {
                "process": pulse.process,
                "silent": pulse.is_silent(now),
                "said": f"a donné signe de vie il y a {duration(now - pulse.beat_at)}",
                "facts": pulse.facts,
            }
            for pulse in list_pulses(session)
        ]
