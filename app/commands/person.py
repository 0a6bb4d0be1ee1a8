"""`crrc person`: help for somebody who cannot come in any more."""

import click

from app.operator import inside
from kit.errors import NotFound
from kit.french import count
from kit.transaction import transaction
from tenants.queries.person import find_user
from tenants.rules.people import check_email
from tenants.service.factor_reset import reset_factors


@click.group()
def person() -> None:
    """Les personnes et leurs moyens d’entrer."""


@person.command("reset-factor")
@click.argument("email")
@click.option("--tenant", "tenant", required=True, help="Un portail où cette personne a un rôle ou une place.")
@click.confirmation_option(
    prompt="Avez-vous vérifié, autrement que par courriel, que c’est cette personne qui le demande\N{NO-BREAK SPACE}?"
)
def reset_factor(email: str, tenant: str) -> None:
    """Oublie les seconds facteurs d’EMAIL, pour tous les portails, et ferme ses connexions.

    Ce que le GRADeS d’un portail ne peut pas faire seul quand un autre portail demande aussi un second facteur.
    """
    actor, address = inside(tenant), check_email(email)
    with transaction(actor) as tx:
        user = find_user(tx.session, address)
    if user is None:
        raise NotFound(f"Personne n’a l’adresse {address}.")
    gone = reset_factors(actor, user.id)
    click.echo(
        f"{count(gone, 'moyen oublié', 'moyens oubliés')} pour {address}, qui est déconnecté partout et prévenu."
    )
