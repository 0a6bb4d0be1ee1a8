"""`crrc tenant`: portals, their people's roles, tokens, and what they know of legal entities."""

import json
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

import click

from app.life import LIFE
from app.operator import inside, my_name, portal
from app.rooms import permissions
from finess.rules.geography import Region, regions
from kit.actor import operator
from kit.errors import Invalid
from kit.french import day
from kit.host import address_of
from tenants.gateway.picture import LARGEST_FILE, logo_png
from tenants.models import Tenant
from tenants.rules.policy_form import NEW_PORTAL_ROLES
from tenants.rules.portal import local_path, sign_in_path
from tenants.rules.roles import TENANT_ROLES
from tenants.service import entity, role, sign_in, token
from tenants.service import tenant as portals
from tenants.service.logo import set_logo

ZONES = {
    "01": "America/Guadeloupe",
    "02": "America/Martinique",
    "03": "America/Cayenne",
    "04": "Indian/Reunion",
    "06": "Indian/Mayotte",
}
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def tenant() -> None:
    """Les portails\xa0: un par GRADeS."""


for _command in LIFE:
    tenant.add_command(_command)


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="Nom du GRADeS.")
@click.option("--region", "region_code", required=True, help="Code INSEE de la région, par exemple 53.")
@click.option("--contact", default="contact@crrc.invalid", show_default=True, help="Adresse affichée aux usagers.")
@click.option("--colour", default=portals.DEFAULT_COLOUR, show_default=True, help="Couleur, #rrvvbb.")
@click.option("--zone", help="Fuseau horaire, si ce n’est pas celui de la région.")
@click.option("--department", "chosen", multiple=True, help="Code d’un département desservi\xa0; sans elle, tous.")
@click.option("--domain", default="", help="Nom de domaine du portail, par exemple cyber.exemple.fr.")
@click.option("--logo", type=click.File("rb"), help="Image PNG, JPEG ou WebP.")
@click.option("--no-second-factor", is_flag=True, help="Ne demande aucun second facteur (déconseillé).")
def create(
    slug: str,
    name: str,
    region_code: str,
    contact: str,
    colour: str,
    zone: str | None,
    chosen: tuple[str, ...],
    domain: str,
    logo: BinaryIO | None,
    no_second_factor: bool,
) -> None:
    """Ouvre le portail SLUG. Les responsables de l’ARS et du GRADeS y montrent un second facteur."""
    region = _region(region_code)
    picture = logo.read(LARGEST_FILE + 1) if logo else None
    if picture is not None:
        logo_png(picture)  # refused before the portal is there
    made = portals.create_tenant(
        operator(my_name()),
        slug,
        name,
        ars=region.ars,
        region_code=region.code,
        zone=zone or ZONES.get(region.code, "Europe/Paris"),
        contact_email=contact,
        colour=colour,
        departments=_departments(region, chosen),
        domain=domain,
        second_factor_roles=() if no_second_factor else NEW_PORTAL_ROLES,
    )
    if picture is not None:
        set_logo(inside(slug), picture)
    click.echo(f"Portail {made.slug} ouvert\xa0: {made.name}, {made.ars}, {made.zone}. {_address(made, '')}")


@tenant.command("list")
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
def list_(as_json: bool) -> None:
    """Les portails de cette installation."""
    found = portals.list_tenants(operator(my_name()))
    fields = ("slug", "name", "ars", "region_code", "zone", "colour", "contact_email")
    if as_json:
        click.echo(json.dumps([{field: getattr(one, field) for field in fields} for one in found], ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.slug:<24} {one.name} – {one.ars} – {one.zone}")
    if not found:
        click.echo('Aucun portail. Ouvrez-en un\xa0: crrc tenant create bretagne --name "…" --region 53')


@tenant.command()
@click.argument("slug")
@click.option("--name", help="Nom du GRADeS.")
@click.option("--colour", help="Couleur, #rrvvbb, lisible sur blanc.")
@click.option("--contact", help="Adresse affichée aux usagers.")
def brand(slug: str, name: str | None, colour: str | None, contact: str | None) -> None:
    """Change le nom, la couleur ou l’adresse de contact du portail SLUG."""
    changed = portals.brand_tenant(inside(slug), name=name, colour=colour, contact_email=contact)
    click.echo(f"Portail {changed.slug}\xa0: {changed.name}, {changed.colour}, {changed.contact_email}.")


@tenant.command("role")
@click.argument("slug")
@click.argument("email")
@click.argument("role_name", metavar="ROLE", type=click.Choice(TENANT_ROLES))
@click.option("--remove", is_flag=True, help="Retire le rôle.")
def role_(slug: str, email: str, role_name: str, remove: bool) -> None:
    """Donne (ou retire) un rôle à une personne de l’ARS ou du GRADeS."""
    if remove:
        role.revoke_role(inside(slug), email, role_name)
        click.echo(f"{email} n’a plus le rôle {role_name} sur {slug}.")
    else:
        user = role.grant_role(inside(slug), email, role_name)
        click.echo(f"{user.email} a le rôle {role_name} sur {slug}.")


@tenant.command()
@click.argument("slug")
@click.argument("finess_ej")
@click.option("--since", required=True, type=DAY, help="Premier jour, AAAA-MM-JJ.")
@click.option("--until", type=DAY, help="Dernier jour (compris)\xa0; sans lui, toujours en cours.")
def adhesion(slug: str, finess_ej: str, since: datetime, until: datetime | None) -> None:
    """Écrit qu’une entité juridique est adhérente du GRADeS."""
    last: date | None = until.date() if until else None
    made = entity.set_adhesion(inside(slug), finess_ej, since.date(), last)
    end = f"au {day(made.until_on)}" if made.until_on else "sans date de fin"
    click.echo(f"{made.finess_ej} est adhérent de {slug} du {day(made.since_on)} {end}.")


@tenant.command()
@click.argument("slug")
@click.argument("finess_ej")
@click.argument("name")
@click.argument("value")
def attribute(slug: str, finess_ej: str, name: str, value: str) -> None:
    """Pose un attribut sur une entité juridique. VALUE\xa0: un nombre entier, true, false, ou un texte."""
    entity.set_attribute(inside(slug), finess_ej, name, _value(value))
    click.echo(f"{finess_ej}\xa0: {name} = {value}.")


@tenant.command()
@click.argument("slug")
@click.argument("email")
@click.option("--next", "next_path", default="", help="Page où arriver, par exemple /bretagne/account.")
@click.option("--hours", type=click.IntRange(1, 72), help="Durée de validité\xa0; 20 minutes sans cette option.")
def link(slug: str, email: str, next_path: str, hours: int | None) -> None:
    """Imprime un lien de connexion à usage unique, pour une personne qui ne reçoit pas le sien."""
    home = portal(slug)
    lifetime = timedelta(hours=hours) if hours else sign_in.LINK_LIFETIME
    secret = sign_in.make_sign_in_link(inside(slug), email, local_path(next_path, slug), lifetime)
    click.echo(_address(home, sign_in_path(slug, secret).removeprefix(f"/{slug}/")))


@tenant.command("token")
@click.argument("slug")
@click.option("--name", required=True, help="Le logiciel qui s’en sert.")
@click.option("--scope", "scopes", multiple=True, required=True, help="Une chose (candidacy) ou une action.")
@click.option("--role", "roles", multiple=True, help="Rôle tenu\xa0; par défaut tous ceux du portail, ou editor.")
@click.option("--organisation", "finess_ej", help="FINESS juridique de l’organisation à laquelle le jeton se limite.")
@click.option("--provider", help="Prestataire auquel le jeton se limite\xa0: son nom ou son identifiant.")
@click.option("--days", type=click.IntRange(1, 730), default=365, show_default=True, help="Durée de validité.")
def token_(
    slug: str,
    name: str,
    scopes: tuple[str, ...],
    roles: tuple[str, ...],
    finess_ej: str | None,
    provider: str | None,
    days: int,
) -> None:
    """Crée un jeton d’API et l’imprime, une seule fois."""
    _, secret = token.create_token(
        inside(slug),
        name,
        scopes,
        known_scopes=permissions().keys(),
        roles=roles,
        finess_ej=finess_ej,
        provider=provider,
        lifetime=timedelta(days=days),
    )
    click.echo(secret)


@tenant.command()
@click.argument("slug")
@click.option("--revoke", "token_id", type=click.UUID, help="Arrête le jeton de cet identifiant, tout de suite.")
def tokens(slug: str, token_id: UUID | None) -> None:
    """Les jetons d’API du portail SLUG, sans leurs secrets."""
    if token_id is not None:
        token.revoke_token(inside(slug), token_id)
        click.echo(f"Le jeton {token_id} ne sert plus.")
        return
    for one in token.list_tokens(inside(slug)):
        scopes = " ".join(one.scopes)
        click.echo(f"{one.id} {one.name} – {scopes} – jusqu’au {day(one.expires_at.date())}")


def _departments(region: Region, chosen: tuple[str, ...]) -> tuple[str, ...]:
    strangers = sorted(set(chosen) - set(region.departments))
    if strangers:
        inside_it = ", ".join(region.departments)
        raise Invalid(f"{', '.join(strangers)}\xa0: hors de la région {region.name}, qui compte {inside_it}.")
    return tuple(code for code in region.departments if code in chosen) or region.departments


def _region(code: str) -> Region:
    region = regions().get(code)
    if region is None:
        known = ", ".join(f"{one.code} {one.name}" for one in regions().values())
        raise Invalid(f"La région {code} n’existe pas. Les régions\xa0: {known}.")
    return region


def _address(where: Tenant, path: str) -> str:
    return f"{address_of(where)}/{path}"


def _value(text: str) -> Any:
    """A whole number, true or false when it reads as one, else the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, (int, str)) else text
