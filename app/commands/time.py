"""`crrc time`: the books of the shared CISO's half-days."""

import click

from app.operator import inside
from bookings.rules.states import ACCOUNT_KINDS
from bookings.rules.time_words import ACCOUNT_LABELS
from bookings.service.time_overview import verify_time


@click.group()
def time() -> None:
    """Le carnet de temps du RSSI partagé."""


@time.command()
@click.argument("slug")
@click.pass_context
def verify(context: click.Context, slug: str) -> None:
    """Vérifie que les comptes du portail SLUG ont une somme nulle, et que chaque solde est celui de ses écritures."""
    found = verify_time(inside(slug))
    for kind in ACCOUNT_KINDS:
        click.echo(f"{ACCOUNT_LABELS[kind]}\xa0: {found.totals.get(kind, 0)}")
    if found.is_true:
        click.echo("Le carnet est juste\xa0: la somme des comptes est nulle, chaque solde est celui de ses écritures.")
        return
    if found.total:
        click.echo(f"La somme des comptes est de {found.total} au lieu de 0.", err=True)
    for fault in found.faults:
        where = f", lot {fault.packet_id}" if fault.packet_id else ""
        click.echo(
            f"Compte {fault.account_id} ({ACCOUNT_LABELS[fault.kind]}{where})\xa0: solde {fault.balance}, "
            f"écritures {fault.entries}.",
            err=True,
        )
    for movement_id in found.unbalanced:
        click.echo(f"Mouvement {movement_id}\xa0: la somme de ses écritures n’est pas nulle.", err=True)
    context.exit(1)
