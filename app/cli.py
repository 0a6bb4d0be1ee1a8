"""`crrc`: the installation's command line. Whatever fails says so in a sentence and an exit code, never in a traceback.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 a server cannot be reached, 70 a fault of the program.
"""

import os
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import click
from redis.exceptions import ConnectionError as RedisUnreachable
from sqlalchemy.exc import OperationalError, ProgrammingError

from app import commands, logs
from app.upgrading import bring_up_to_date
from kit import servers
from kit.errors import CrrcError

REFUSED, UNREACHABLE, FAULT = 1, 3, 70
NOT_MIGRATED = "42P01"  # PostgreSQL: undefined_table


class House(click.Group):
    """Imports only what a command needs: `crrc finess` is looked for in finess*.py first, then everywhere."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({command.name or "" for name in _modules() for command in _top_commands(name)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        likely = [name for name in _modules() if name.startswith(cmd_name.replace("-", "_"))]
        for names in (likely, _modules()):
            found = [command for name in names for command in _top_commands(name) if command.name == cmd_name]
            if found:
                return found[0]
        return None


@click.group(cls=House, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def crrc() -> None:
    """Portail des centres régionaux de ressources cyber."""


def _modules() -> list[str]:
    """The modules of app/commands."""
    return [found.name for found in iter_modules(commands.__path__)]


def _top_commands(name: str) -> Iterator[click.Command]:
    """What a module shows at its top: its groups and its commands, not the commands of its groups."""
    module = import_module(f"app.commands.{name}")
    shown = [value for value in vars(module).values() if isinstance(value, click.Command)]
    inside = {id(inner) for value in shown if isinstance(value, click.Group) for inner in value.commands.values()}
    yield from (command for command in shown if id(command) not in inside)


def main() -> None:
    """The entry point."""
    logs.configure()
    servers.prepare = bring_up_to_date
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    try:
        result = crrc.main(arguments, prog_name="crrc", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CrrcError as error:
        _say(error.sentence)
        for sentence in error.fields.values():
            if sentence != error.sentence:
                _say(f"  {sentence}")
        return UNREACHABLE if error.status == 503 else REFUSED
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> int:
    if isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", None) == NOT_MIGRATED:
        _say("La base de données n’est pas à jour. Lancez d’abord\N{NO-BREAK SPACE}: crrc migrate")
        return REFUSED
    if isinstance(error, OperationalError):
        _say(f"La base de données ne répond pas\N{NO-BREAK SPACE}: {str(error.orig).strip().splitlines()[0]}")
        return UNREACHABLE
    if isinstance(error, RedisUnreachable):
        _say(f"Redis ne répond pas\N{NO-BREAK SPACE}: {error}")
        return UNREACHABLE
    _say(f"Erreur du programme ({type(error).__name__})\N{NO-BREAK SPACE}: {error}")
    if os.environ.get("CRRC_DEBUG"):
        traceback.print_exception(error)
    else:
        _say("Relancez avec CRRC_DEBUG=1 pour voir où.")
    return FAULT


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
