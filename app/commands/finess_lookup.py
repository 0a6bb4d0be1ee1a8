"""`crrc finess show | search`: looking things up in the register."""

import json
from dataclasses import asdict

import click

from app.commands.finess import AS_JSON, finess
from app.operator import my_name
from finess.models import Establishment, LegalEntity
from finess.rules import wording
from finess.rules.geography import department_name
from finess.rules.nomenclature import category_name, legal_statuses
from finess.service import reading
from kit.actor import operator
from kit.errors import Conflict, NotFound
from kit.french import NBSP, count, day

OF_EDITION = click.option("--edition", "wanted", type=int, help="Une édition passée (sinon celle en vigueur).")
INNER = {"search_text", "first_edition", "last_edition"}


@finess.command()
@click.argument("typed", metavar="NUMERO")
@OF_EDITION
@AS_JSON
def show(typed: str, wanted: int | None, as_json: bool) -> None:
    """Montre l’entité juridique d’un numéro FINESS, d’un SIREN ou d’un SIRET, et ses établissements."""
    found = reading.look_up(operator(my_name()), typed, wanted)
    edition, answer, entity, inside = found.edition, found.answer, found.legal_entity, found.establishments
    if entity is None:
        raise Conflict(answer.sentence) if answer.candidates else NotFound(answer.sentence)
    if as_json:
        shown = {"edition": edition.id, "outcome": answer.outcome, "sentence": answer.sentence}
        facts = {"legal_entity": _row(entity), "establishments": [_row(one) for one in inside]}
        click.echo(json.dumps(shown | facts, ensure_ascii=False, default=str))
        return
    status = legal_statuses().get(entity.legal_status_code or "")
    click.echo(answer.sentence)
    click.echo(f"  statut  {status.label if status else 'inconnu'} ({entity.legal_status_code or '—'})")
    click.echo(f"  SIREN   {entity.siren or '—'}")
    click.echo(f"  registre {wording.title(edition.source, edition.generated_at)} (édition {edition.id})")
    opened = sum(one.is_open for one in inside)
    click.echo(f"{count(len(inside), 'établissement')}, dont {count(opened, 'ouvert')}")
    for one in inside:
        shut = "" if one.is_open else f"  fermé{f' le {day(one.closed_on)}' if one.closed_on else ''}"
        place = f"{one.town or '—'} ({department_name(one.department)})"
        click.echo(f"  {one.finess_et}  {category_name(one.category_code)}  {one.name or '—'}  {place}{shut}")


@finess.command("search")
@click.argument("typed", metavar="TEXTE...", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@OF_EDITION
@AS_JSON
def search_names(typed: tuple[str, ...], limit: int, wanted: int | None, as_json: bool) -> None:
    """Cherche des structures par les mots de leur nom et de leur commune, ou par un numéro."""
    hits = reading.search_register(operator(my_name()), " ".join(typed), limit, wanted).hits
    if as_json:
        click.echo(json.dumps([asdict(hit) for hit in hits], ensure_ascii=False, default=str))
        return
    if not hits:
        raise NotFound(f"Rien de tel dans le registre{NBSP}: {' '.join(typed)}")
    for hit in hits:
        kind = "EJ" if hit.kind == "ej" else "ET"
        what = "" if hit.kind == "ej" else f"  {category_name(hit.category_code)}, entité juridique {hit.finess_ej}"
        shut = "" if hit.is_open else "  (fermé)"
        click.echo(f"{kind} {hit.number}  {hit.name or '—'}  {hit.town or '—'} ({hit.department or '—'}){what}{shut}")


def _row(held: LegalEntity | Establishment) -> dict[str, object]:
    return {column.name: getattr(held, column.name) for column in held.__table__.columns if column.name not in INNER}
