"""The register of processings: the product's own, then what the GRADeS made of it, every version kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kit.actor import Actor
from kit.errors import NotFound, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction
from privacy.models import ProcessingVersion
from privacy.permissions import PERMISSIONS
from privacy.queries import register as queries
from privacy.queries.retention import find_policy
from privacy.rules.processings import BY_KEY, PROCESSINGS
from privacy.rules.register import Processing, kept_for, own_key
from privacy.rules.retention import in_force
from tenants.models import Tenant, TenantProfile
from tenants.service.standing import lock_portal


@dataclass(frozen=True, slots=True)
class Line:
    """A processing in force, with how long it keeps things here. `number` is 0 for the product's own words."""

    processing: Processing
    number: int
    saved_at: datetime | None
    retired: bool
    kept: Sequence[str]


@dataclass(frozen=True, slots=True)
class Register:
    """The register of a portal, and who answers for it."""

    tenant: Tenant
    profile: TenantProfile | None
    lines: Sequence[Line]
    now: datetime

    @property
    def in_force(self) -> list[Line]:
        """What the register says today."""
        return [line for line in self.lines if not line.retired]


def view_register(actor: Actor) -> Register:
    """Everything, retired processings last."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "processing.view")
        lines = sorted(_lines(tx), key=lambda line: line.retired)
        profile = tx.session.get(TenantProfile, tx.tenant_id)
        return Register(tx.session.get_one(Tenant, tx.tenant_id), profile, lines, tx.now)


def _lines(tx: Tx) -> list[Line]:
    policy = find_policy(tx.session, tx.tenant_id)
    months = in_force(policy.months if policy else None)
    changed = queries.last_versions(tx.session)
    keys = [*(one.key for one in PROCESSINGS), *(key for key in changed if key not in BY_KEY)]
    return [_line(key, changed.get(key), months) for key in keys]


def _line(key: str, version: ProcessingVersion | None, months: Mapping[str, int]) -> Line:
    if version is None:
        return Line(BY_KEY[key], 0, None, False, kept_for(BY_KEY[key], months))
    processing = Processing.of(version.content)
    return Line(processing, version.number, version.saved_at, version.retired, kept_for(processing, months))


def view_processing(actor: Actor, key: str) -> tuple[Line, Sequence[tuple[ProcessingVersion, str]]]:
    """One processing and its versions: (version, who wrote it), the last first. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "processing.view")
        found = next((line for line in _lines(tx) if line.processing.key == key), None)
        if found is None:
            raise NotFound()
        return found, queries.list_versions(tx.session, key)


def save_processing(
    actor: Actor, key: str | None, typed: Mapping[str, str], number: int = 0, retire: bool = False
) -> str:
    """Write the next version of a processing, or a new one (`key` None); returns its key.

    `number` is the version that was read. Raises Invalid, Stale when somebody wrote another meanwhile, NotFound.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "processing.edit")
        lock_portal(tx)
        last = queries.last_versions(tx.session)
        if key is not None and key not in last and key not in BY_KEY:
            raise NotFound()
        if key is not None and number != (last[key].number if key in last else 0):
            raise Stale(
                "Quelqu’un d’autre a modifié ce traitement pendant que vous écriviez\N{NO-BREAK SPACE}: relisez."
            )
        before = Processing.of(last[key].content) if key in last else BY_KEY.get(key or "")
        written = Processing.read(key or "", typed, before.kinds if before else ())
        name = key or _free(own_key(written.title), last)
        content = {**written.as_json(), "key": name}
        tx.add(
            ProcessingVersion(
                key=name,
                number=last[name].number + 1 if name in last else 1,
                content=content,
                retired=retire,
                author_id=actor.user_id,
                saved_at=tx.now,
            )
        )
        tx.audit("processing.edit", tx.tenant_id, key=name, retired=retire)
        return name


def _free(key: str, taken: Mapping[str, object]) -> str:
    return next(name for name in (key, *(f"{key}-{rank}" for rank in range(2, 1000))) if name not in taken)
