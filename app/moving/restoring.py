"""`crrc tenant restore`: a whole portal, from the archive of another installation into this one.

Identifiers stay, so that links, receipts and the audit log are what they were. The portal comes in suspended: nothing
leaves before its operator has looked at it and opened it.
"""

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from app.moving import loading
from app.moving.archive import Archive, opened
from app.moving.loading import Loaded, stage
from kit import servers, signing
from kit.actor import operator
from kit.chain import Fault
from kit.embedded.provision import conninfo
from kit.errors import Conflict
from kit.french import NBSP
from kit.storage import storage
from kit.transaction import transaction
from tenants.service import audit_proof
from tenants.service.portal import forget_portals

ELSEWHERE = "Cet export a été fait dans l’installation d’où vient ce portail."
WAITING = "Ce portail vient d’être installé ici. Il ouvrira bientôt."


@dataclass(frozen=True, slots=True)
class Moved:
    """What came in: the portal's address, rows by table, files, lines of its log, what is to be done by hand."""

    slug: str
    rows: Mapping[str, int]
    files: int
    known_people: int
    domain: str | None
    secrets: Mapping[str, int]
    left_behind: Mapping[str, int]
    audit_lines: int
    faults: tuple[Fault, ...]
    seconds: float


def restore(path: Path, key: str | None, who: str) -> Moved:
    """Put the portal of an archive into this installation. Raises Conflict or Invalid; nothing is there then.

    `key` is the public key of the installation that the archive comes from, as its operator said it.
    """
    began = time.perf_counter()
    with opened(path, key) as archive:
        loading.refuse_other_tables(archive.tables())
        left = {table: sum(1 for _ in archive.lines(table)) for table in loading.LEFT_BEHIND}
        address = conninfo(servers.database_owner_url())
        with psycopg.connect(address) as connection:
            connection.execute("set local lock_timeout = '15s'")
            slug, loaded = _load(connection, archive)
            signing.trust(archive.known_keys)
        forget_portals()
        actor = operator(who, archive.tenant_id)
        report = audit_proof.verify(actor)
        with transaction(actor) as tx:
            facts: dict[str, Any] = {"export": str(archive.export_id), "rows": sum(loaded.rows.values())}
            tx.audit("tenant.restore", archive.tenant_id, files=loaded.files, people=loaded.known_people, **facts)
    return Moved(
        slug,
        {name: number for name, number in loaded.rows.items() if number},
        loaded.files,
        loaded.known_people,
        loaded.domain,
        loaded.secrets,
        {name: number for name, number in left.items() if number},
        report.lines,
        tuple(report.faults),
        round(time.perf_counter() - began, 2),
    )


def _load(connection: psycopg.Connection[Any], archive: Archive) -> tuple[str, Loaded]:
    """Every row, in this transaction. Returns the portal's address and what came."""
    loaded = Loaded()
    stage(connection, "staged_tenant", "tenant", archive.lines("tenant"))
    stage(connection, "staged_user_account", "user_account", archive.lines("people"))
    for table in loading.known_tables():
        stage(connection, f"staged_{table}", table, archive.lines(table))
    loading.refuse_strangers(connection, archive.tenant_id, loading.known_tables())
    slug = _put_portal(connection, archive, loaded)
    # Files before the rows that name them, and before anything is locked: interrupted here, the portal is not there.
    loaded.files = _keep_files(archive)
    loaded.known_people = loading.match_people(connection)
    loading.match_registers(connection, archive.registers())
    # The export itself was under way while its rows were written: it is over, and was not made here.
    connection.execute(
        "update staged_tenant_export set state = 'failed', error = %s where state in ('asked', 'running')", [ELSEWHERE]
    )
    loading.put_in(connection, loaded)
    loading.chain(connection, archive.tenant_id, loaded)
    return slug, loaded


def _put_portal(connection: psycopg.Connection[Any], archive: Archive, loaded: Loaded) -> str:
    """The portal itself, suspended. Raises Conflict when it is here, or when its address is somebody else's."""
    found = connection.execute("select slug, domain from staged_tenant where id = %s", [archive.tenant_id]).fetchone()
    if found is None:
        raise Conflict("Cet export ne contient pas son portail.")
    slug, domain = found
    taken = connection.execute("select id from tenant where id = %s or slug = %s", [archive.tenant_id, slug]).fetchone()
    if taken:
        how = "est déjà dans cette installation" if taken[0] == archive.tenant_id else "a ici l’adresse d’un autre"
        raise Conflict(
            f"Le portail «{NBSP}{slug}{NBSP}» {how}. Son adresse est dans ce que signent ses accusés de "
            f"réception{NBSP}: elle ne change pas. Rien n’a été restauré."
        )
    if domain and connection.execute("select from tenant where domain = %s", [domain]).rowcount:
        loaded.domain = domain
        connection.execute("update staged_tenant set domain = null")
    connection.execute(
        "update staged_tenant set suspended_at = coalesce(suspended_at, now()), suspension = %s, delete_after = null",
        [WAITING],
    )
    connection.execute("insert into tenant select * from staged_tenant where id = %s", [archive.tenant_id])
    return str(slug)


def _keep_files(archive: Archive) -> int:
    number = 0
    for path, name in archive.files():
        with tempfile.NamedTemporaryFile() as copy:
            with archive.file.open(path) as content:
                shutil.copyfileobj(content, copy, 1 << 20)
            copy.flush()
            storage().keep(name, Path(copy.name))
        number += 1
    return number
