"""Schedules as files: the one that was sent, one to take away, one to fill in."""

from typing import Literal
from uuid import UUID

from kit.actor import Actor
from kit.errors import NotFound
from kit.permissions import permit
from kit.storage import storage
from kit.transaction import transaction
from services_catalog.gateway import schedule_file as files
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import market as queries
from services_catalog.service.schedule import first_place, place, view_schedule


def read_original(actor: Actor, schedule_id: UUID) -> tuple[str, bytes]:
    """The file as it was sent: its name and its bytes."""
    with transaction(actor) as tx:
        schedule = queries.get_schedule(tx.session, schedule_id)
        permit(PERMISSIONS, actor, "price_schedule.view", schedule)
    try:
        with storage().open(place(schedule.tenant_id, schedule_id)) as file:
            return schedule.file_name, file.read()
    except NotFound:
        with storage().open(first_place(schedule)) as file:
            return schedule.file_name, file.read()


def export_schedule(actor: Actor, schedule_id: UUID, kind: Literal["csv", "xlsx"]) -> tuple[str, bytes]:
    """The lines of a schedule, as a file that imports back as it is: its name and its bytes."""
    found = view_schedule(actor, schedule_id)
    slugs = {service_id: slug for service_id, (slug, _) in found.titles.items()}
    write = files.write_csv if kind == "csv" else files.write_xlsx
    name = f"bordereau-lot-{found.lot.number}-{found.schedule.number}.{kind}"
    return name, write(found.lines, slugs)


def write_template(actor: Actor) -> bytes:
    """A file to fill in (XLSX), with the words to use and the catalogue's services."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "price_schedule.import")
        slugs = queries.service_slugs(tx.session)
        return files.write_template(sorted(queries.service_titles(tx.session, slugs.values()).values()))
