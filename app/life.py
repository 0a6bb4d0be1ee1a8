"""`crrc tenant …`: how a portal is closed, given back, deleted; what the operator sets for it."""

import json
from pathlib import Path

import click

from app import purging
from app.moving import restoring as moving
from app.operator import inside, my_name, portal
from kit import clock, signing
from kit.errors import Conflict, Invalid
from kit.french import count, day
from kit.host import address_of
from tenants.gateway.archive import pieces_of
from tenants.service import export as exports
from tenants.service import lifecycle, profile


@click.command()
@click.argument("slug")
@click.option("--reason", default="", help="Ce que tout le monde lira.")
def suspend(slug: str, reason: str) -> None:
    """Ferme le portail SLUG pour un temps. Rien ne se perd, aucun courriel ne part."""
    closed = lifecycle.suspend_tenant(inside(slug), reason)
    click.echo(f"Le portail {slug} est suspendu\xa0: {closed.suspension}")


@click.command()
@click.argument("slug")
def resume(slug: str) -> None:
    """Rouvre le portail SLUG. Ce qui était dû se fait alors, dans l’ordre."""
    lifecycle.resume_tenant(inside(slug))
    click.echo(f"Le portail {slug} est rouvert.")


@click.command()
@click.argument("slug")
@click.option("--cancel", is_flag=True, help="Annule la suppression prévue\xa0; le portail reste suspendu.")
def delete(slug: str, cancel: bool) -> None:
    """Suspend le portail SLUG et prévoit sa suppression dans trente jours (voir purge)."""
    if cancel:
        lifecycle.keep_tenant(inside(slug))
        click.echo(f"Le portail {slug} ne sera pas supprimé. Il reste suspendu\xa0: crrc tenant resume {slug}")
        return
    gone = lifecycle.delete_tenant(inside(slug))
    if gone.delete_after is not None:
        on = day(gone.delete_after.date())
        click.echo(f"Le portail {slug} est suspendu. À partir du {on}\xa0: crrc tenant purge {slug}")


@click.command()
@click.argument("slug")
@click.option("--dry-run", is_flag=True, help="Dit ce qui serait effacé, et n’efface rien.")
@click.option("--confirm", help="L’adresse du portail, écrite une seconde fois.")
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
def purge(slug: str, dry_run: bool, confirm: str | None, as_json: bool) -> None:
    """Efface pour toujours le portail SLUG, ses lignes et ses fichiers, une fois son jour venu."""
    home = portal(slug)
    if not dry_run and confirm != slug:
        raise Invalid(f"Une purge ne se défait pas. Pour la faire\xa0: crrc tenant purge {slug} --confirm {slug}")
    found = purging.count(home) if dry_run else purging.purge(home, clock.now())
    if as_json:
        click.echo(json.dumps({"slug": slug, "dry_run": dry_run, "counts": found}, ensure_ascii=False))
        return
    for name, number in sorted(found.items()):
        click.echo(f"{number:>9} {name}")
    rows = sum(number for name, number in found.items() if name != purging.FILES)
    files = found.get(purging.FILES, 0)
    verb = "seraient effacés" if dry_run else "sont effacés"
    click.echo(f"{count(rows, 'ligne', 'lignes')} et {count(files, 'fichier', 'fichiers')} {verb}.")


@click.command()
@click.argument("slug")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Fichier à écrire."
)
def export(slug: str, output: Path) -> None:
    """Remet le dernier export qu’un gestionnaire du portail SLUG a demandé. L’exploitant n’en demande pas."""
    actor = inside(slug)
    found = exports.newest_export(actor)
    try:
        with exports.fetch_export(actor, found.id) as (row, file), output.open("xb") as out:
            for piece in pieces_of(file):
                out.write(piece)
    except FileExistsError:
        raise Conflict(f"Le fichier {output} existe déjà. Rien n’a été écrit.") from None
    click.echo(f"{output}\xa0: {count(row.size_bytes or 0, 'octet', 'octets')}, SHA-256 {row.sha256}")
    click.echo(f"Signé par la clé publique {signing.public_key()} (crrc tenant restore la demande).")


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="Clé publique de l’installation d’où vient cet export.")
def restore(archive: Path, key: str | None) -> int:
    """Installe ici le portail d’un export fait ailleurs. Il arrive suspendu, avec ses identifiants et son journal."""
    done = moving.restore(archive, key, my_name())
    rows = count(sum(done.rows.values()), "ligne")
    said = f"{rows} de {count(len(done.rows), 'table')}, {count(done.files, 'fichier')}, en {done.seconds} s"
    click.echo(f"Le portail {done.slug} est là, suspendu\xa0: {said}.")
    lines = count(done.audit_lines, "ligne vérifiée", "lignes vérifiées")
    click.echo(f"Journal\xa0: {lines}, de la première à la dernière.")
    if done.known_people:
        who = count(done.known_people, "personne avait déjà un compte ici", "personnes avaient déjà un compte ici")
        click.echo(f"{who}, gardé tel quel.")
    if done.domain:
        click.echo(f"Le domaine {done.domain} est celui d’un autre portail d’ici\xa0: à régler par crrc tenant domain.")
    for name, number in {**done.secrets, **done.left_behind}.items():
        click.echo(f"À refaire, car un export ne contient aucun secret\xa0: {name} ({number}).")
    for fault in done.faults:
        click.echo(f"Journal, ligne {fault.number}\xa0: {fault.what}", err=True)
    click.echo(f"Regardez-le, puis ouvrez-le\xa0: crrc tenant resume {done.slug}")
    return 1 if done.faults else 0


@click.command()
@click.argument("slug")
@click.argument("host", required=False)
@click.option("--none", "no_host", is_flag=True, help="Revient à l’adresse de la plateforme.")
def domain(slug: str, host: str | None, no_host: bool) -> None:
    """Dit (ou change) le nom de domaine du portail SLUG. Son DNS et son certificat doivent déjà être là."""
    if host or no_host:
        profile.set_domain(inside(slug), "" if no_host else host or "")
    click.echo(f"{address_of(portal(slug))}/")


LIFE = (suspend, resume, delete, purge, export, restore, domain)
