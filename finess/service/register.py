"""Importing the national register: one command, one transaction, whatever the size of the files."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from finess.gateway.errors import BrokenRegister
from finess.gateway.register_file import ETALAB, RegisterFile, recognise
from finess.models import RegistryEdition
from finess.permissions import PERMISSIONS
from finess.queries.edition import find_current_edition
from finess.rules import edition as rules
from finess.rules.records import Record, Remark
from finess.rules.sifting import sift
from finess.service.edition import count_staged, difference, replace_edition
from finess.service.staging import Staging
from kit import french
from kit.actor import Actor
from kit.errors import Conflict
from kit.french import NBSP
from kit.permissions import permit
from kit.storage import storage
from kit.transaction import Tx, transaction

Progress = Callable[[int, int, int], None]
"""Called with records staged, bytes read (on disk), and bytes in all."""

_CLOCK_SKEW = timedelta(days=1)
_LOCK = 0x46_49_4E_45_53_53  # "FINESS": one import at a time


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `is_new` is False when the file is the edition in force already: nothing changed."""

    edition: RegistryEdition
    is_new: bool
    warnings: tuple[str, ...]


def import_register(
    actor: Actor, paths: Sequence[Path], *, allow_shrink: bool = False, progress: Progress | None = None
) -> Imported:
    """Make the files one edition: a FINESS+ file, or legacy extracts of one day (501 with 502 or 507).

    All or nothing: raises BrokenRegister (with the record where a file stops), Conflict when another import is under
    way or the register would shrink by more than a tenth, and changes nothing.
    """
    permit(PERMISSIONS, actor, "register.import")
    files = _together([recognise(path) for path in paths])
    done = _import(actor, files, allow_shrink, progress)
    # After the commit: an edition that others may cite can be proved by the bytes it came from.
    for file in files:
        storage().keep(f"register/{file.sha256}", file.path)
    return done


def _import(actor: Actor, files: list[RegisterFile], allow_shrink: bool, progress: Progress | None) -> Imported:
    with transaction(actor) as tx:
        _take_turn(tx)
        current = find_current_edition(tx.session)
        digest = _digest(files)
        if current and current.sha256 == digest:
            return Imported(current, False, ())
        staging = Staging(tx.session)
        staging.fill(sift(_read(files, staging, progress)))
        counts = count_staged(tx.session, staging.rejected, staging.warnings)
        _check(counts, current, allow_shrink)
        edition = _begin(tx, files, digest, counts)
        previous = current.id if current else None
        replace_edition(tx.session, previous, edition.id)
        edition.difference = difference(tx.session, previous, edition.id)
        return Imported(edition, True, tuple(_warnings(edition, current, files)))


def register_age(
    tx: Tx, warning_after: timedelta = rules.WARNING_AFTER, alarm_after: timedelta = rules.ALARM_AFTER
) -> rules.Age:
    """How old the register in force is, for pages and the pulse."""
    current = find_current_edition(tx.session)
    return rules.age(current.generated_at if current else None, tx.now, warning_after, alarm_after)


def _together(files: list[RegisterFile]) -> list[RegisterFile]:
    if not files:
        raise BrokenRegister("Aucun fichier à importer.")
    if len(files) > 1 and any(file.source != ETALAB for file in files):
        raise BrokenRegister(
            f"Un fichier FINESS+ fait une édition à lui seul{NBSP}: importez-le sans autre fichier. "
            "Seuls des extraits etalab (501 et 502) s’importent ensemble."
        )
    return files


def _take_turn(tx: Tx) -> None:
    if not tx.session.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}):
        raise Conflict(f"Un autre import du registre est en cours{NBSP}: attendez sa fin. Rien n’a été modifié.")
    # The only command that may take minutes, and that sorts a whole register.
    for setting, value in (("statement_timeout", "0"), ("work_mem", "64MB")):
        tx.session.execute(text("select set_config(:setting, :value, true)"), {"setting": setting, "value": value})


def _digest(files: Sequence[RegisterFile]) -> str:
    """The file's SHA-256; of several, that of their sorted SHA-256s."""
    if len(files) == 1:
        return files[0].sha256
    return hashlib.sha256("".join(sorted(file.sha256 for file in files)).encode()).hexdigest()


def _begin(tx: Tx, files: Sequence[RegisterFile], digest: str, counts: rules.Counts) -> RegistryEdition:
    edition = RegistryEdition(
        source=files[0].source,
        generated_at=max(file.generated_at for file in files),
        sha256=digest,
        file_name=" + ".join(file.path.name for file in files),
        imported_at=tx.now,
        imported_by=tx.actor.name,
        counts=counts.as_json(),
        difference={},
    )
    tx.add(edition)
    tx.session.flush()
    return edition


def _read(files: Sequence[RegisterFile], staging: Staging, progress: Progress | None) -> Iterator[Record | Remark]:
    total = sum(file.path.stat().st_size for file in files)
    before = 0

    def tell(done: int, size: int) -> None:
        if progress:
            progress(staging.records, before + done, total)

    for file in files:
        yield from file.records(tell)
        before += file.path.stat().st_size


def _check(counts: rules.Counts, current: RegistryEdition | None, allow_shrink: bool) -> None:
    if not counts.et and not counts.ej:
        raise BrokenRegister(f"Aucun enregistrement à importer{NBSP}: ce fichier n’est pas un registre.")
    lost = current and rules.shrink(rules.counts(current.counts), counts)
    if lost and not allow_shrink:
        raise Conflict(
            f"Ce fichier ferait perdre plus de 10{NBSP}% du registre{NBSP}: {lost}. Rien n’a été modifié. "
            f"S’il est complet, relancez l’import avec --allow-shrink."
        )


def _warnings(
    edition: RegistryEdition, current: RegistryEdition | None, files: Sequence[RegisterFile]
) -> Iterator[str]:
    if current and edition.generated_at < current.generated_at:
        yield (
            f"ATTENTION{NBSP}: ce fichier ({french.day(edition.generated_at.date())}) est plus ancien que l’édition "
            f"qu’il remplace ({french.day(current.generated_at.date())})."
        )
    if edition.generated_at > edition.imported_at + _CLOCK_SKEW:
        yield f"ATTENTION{NBSP}: ce fichier se dit du {french.day(edition.generated_at.date())}, une date à venir."
    if len({file.generated_at for file in files}) > 1:
        yield f"Les fichiers ne sont pas du même jour{NBSP}: l’édition prend la date du plus récent."
    if edition.source == ETALAB:
        yield (
            f"Format historique{NBSP}: il ne connaît ni fermetures ni dates de fermeture, "
            "et n’est plus publié depuis mai 2026."
        )
