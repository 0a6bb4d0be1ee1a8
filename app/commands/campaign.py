"""`crrc campaign`: calls as documents – import, export, publication."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from app.operator import inside, portal
from campaigns.models import Campaign
from campaigns.rules.document.instants import Unreadable, read_instant
from campaigns.service import audience as audiences
from campaigns.service import campaign as campaigns
from campaigns.service import publication, reading, upkeep
from kit.document.finding import Finding, Refused, errors_of
from kit.document.source import read_yaml
from kit.errors import Invalid
from kit.french import count, day, instant

TENANT = click.option("--tenant", "tenant", required=True, help="Le portail, par exemple bretagne.")
STATES = {
    "draft": "brouillon",
    "scheduled": "publication programmée",
    "published": "publiée",
    "closed": "close",
    "released": "décisions notifiées",
    "archived": "archivée",
}


@click.group()
def campaign() -> None:
    """Les campagnes d’un portail."""


@campaign.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@TENANT
@click.option("--dry-run", is_flag=True, help="Vérifie sans rien enregistrer.")
def import_(file: Path, tenant: str, dry_run: bool) -> int:
    """Crée ou met à jour la campagne décrite dans FILE (YAML)."""
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        saved = campaigns.save_campaign(inside(tenant), read_yaml(content), overwrite=True, rehearse=dry_run)
    except Refused as refused:
        _tell(refused.findings)
        click.echo(refused.sentence, err=True)
        return 1
    _tell(saved.findings)
    click.echo(("Essai, rien n’est enregistré. " if dry_run else "") + _outcome(saved))
    return 0


@campaign.command("export")
@click.argument("slug")
@TENANT
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Le fichier à écrire.")
def export(slug: str, tenant: str, output: Path | None) -> None:
    """Écrit le document de la campagne SLUG (YAML)."""
    text = campaigns.export_campaign(inside(tenant), slug)
    if output is None:
        click.echo(text.encode(), nl=False)
    else:
        output.write_bytes(text.encode())


@campaign.command("list")
@TENANT
@click.option("--json", "as_json", is_flag=True, help="Pour un programme.")
def list_(tenant: str, as_json: bool) -> None:
    """Les campagnes d’un portail, les plus récentes d’abord."""
    actor = inside(tenant)
    calls = reading.list_calls(actor)
    found = list(calls.items)
    while calls.after:
        calls = reading.list_calls(actor, calls.after)
        found += calls.items
    if as_json:
        fields = ("slug", "state", "kind", "title", "version")
        rows = [
            {**{field: getattr(one.campaign, field) for field in fields}, "window": one.moment.status} for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in found:
        words = f"{STATES[one.campaign.state]}, version {one.campaign.version}"
        click.echo(f"{one.campaign.slug:<40} {words:<36} {one.campaign.title}")
    if not found:
        click.echo(
            f"Aucune campagne sur {tenant}. La première\xa0: crrc campaign import FICHIER.yaml --tenant {tenant}"
        )


@campaign.command()
@click.argument("slug")
@TENANT
def publish(slug: str, tenant: str) -> int:
    """Publie la campagne SLUG maintenant."""
    actor = inside(tenant)
    try:
        outlook = publication.foresee_publication(actor, slug)
        _tell(outlook.findings)
        made = publication.publish_campaign(actor, slug)
    except Refused as refused:
        click.echo(refused.sentence, err=True)
        return 1
    click.echo(f"{made.slug} est publiée\xa0; elle retient l’édition {made.edition_id} du registre.")
    return 0


@campaign.command()
@click.argument("slug")
@TENANT
@click.option("--at", help="Instant local du portail, par exemple 2025-09-09T16:00\xa0; sinon celui du document.")
def schedule(slug: str, tenant: str, at: str | None) -> int:
    """Programme la publication de la campagne SLUG."""
    zone = portal(tenant).zone
    try:
        when = read_instant(at, zone) if at else None
        made = publication.schedule_campaign(inside(tenant), slug, when)
    except Unreadable as fault:
        raise Invalid(str(fault)) from fault
    except Refused as refused:
        _tell(refused.findings)
        click.echo(refused.sentence, err=True)
        return 1
    if made.publish_at:
        click.echo(f"{made.slug} sera publiée le {instant(made.publish_at, zone)}.")
    return 0


@campaign.command()
@click.argument("slug")
@TENANT
def unschedule(slug: str, tenant: str) -> None:
    """Renonce à la publication programmée de la campagne SLUG."""
    _say(publication.unschedule_campaign(inside(tenant), slug))


@campaign.command()
@click.argument("slug")
@TENANT
def hold(slug: str, tenant: str) -> None:
    """Suspend la notification automatique des décisions de la campagne SLUG."""
    made = upkeep.hold_release(inside(tenant), slug)
    click.echo(f"{made.slug}\xa0: la notification automatique est suspendue.")


@campaign.command()
@click.argument("slug")
@TENANT
def unhold(slug: str, tenant: str) -> None:
    """Rétablit la notification automatique des décisions de la campagne SLUG."""
    made = upkeep.unhold_release(inside(tenant), slug)
    click.echo(f"{made.slug}\xa0: décisions notifiées le {instant(made.notify_at, made.zone)}.")


@campaign.command()
@click.argument("slug")
@TENANT
@click.option("--dry-run", is_flag=True, help="Montre ce qui changerait, sans rien changer.")
def repin(slug: str, tenant: str, dry_run: bool) -> None:
    """Fait retenir à la campagne SLUG l’édition du registre en vigueur."""
    act = upkeep.foresee_repinning if dry_run else upkeep.repin_edition
    change = act(inside(tenant), slug)
    for sign, numbers in (("+", change.gained), ("-", change.lost)):
        for number in numbers:
            click.echo(f"{sign} {number}")
    dates = [day(edition.generated_at.date()) for edition in (change.before, change.after)]
    moved = f"{len(change.gained)} de plus, {len(change.lost)} de moins"
    click.echo(f"{slug}\xa0: registre du {dates[0]} → du {dates[1]}, organismes éligibles\xa0: {moved}.")


@campaign.command()
@click.argument("slug")
@TENANT
def archive(slug: str, tenant: str) -> None:
    """Archive la campagne SLUG."""
    _say(upkeep.archive_campaign(inside(tenant), slug))


@campaign.command()
@click.argument("slug")
@TENANT
def audience(slug: str, tenant: str) -> None:
    """Combien d’organismes la campagne SLUG peut toucher, par département."""
    reach = audiences.preview_audience(inside(tenant), slug, limit=1)
    if reach.audience is None:
        raise Invalid("Aucun registre FINESS n’a été importé\xa0: crrc finess import FICHIER.")
    found = reach.audience
    click.echo(f"{count(found.eligible, 'organisme éligible', 'organismes éligibles')}, ", nl=False)
    click.echo(f"{count(found.establishments, 'établissement')}, ", nl=False)
    click.echo(f"dont {count(reach.seated_elsewhere, 'siège')} hors de la région.")
    for code, figure in reach.by_department.items():
        click.echo(f"{code or '?':>4} {figure:>6}")


def _tell(findings: Iterable[Finding]) -> None:
    for finding in findings:
        click.echo(str(finding))


def _outcome(saved: campaigns.Saved) -> str:
    made, version = saved.campaign, saved.version
    warnings = len(saved.findings) - len(errors_of(saved.findings))
    remarks = f" {count(warnings, 'avertissement')} à relire." if warnings else ""
    if saved.outcome == "unchanged":
        return f"{made.slug}\xa0: rien n’a changé (version {version.number}).{remarks}"
    what = "créée" if saved.outcome == "created" else "mise à jour"
    numbers = f"version {version.number}, règle {version.rule_version}, formulaire {version.form_version}"
    return f"{made.slug}\xa0: campagne {what} ({numbers}).{remarks}"


def _say(made: Campaign) -> None:
    click.echo(f"{made.slug}\xa0: {STATES[made.state]}.")
