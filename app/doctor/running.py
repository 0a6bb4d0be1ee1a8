"""What runs: processes, queue, portals, register, backups. The same figures as /metrics, with what to do."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from app.doctor.configuration import is_desk
from app.doctor.finding import Asked, Finding, bad, good, warning
from app.watching.portals import Portal, read_portals
from finess.queries.edition import find_current_edition
from finess.rules.edition import age
from kit import backup_run, clock, pulse, queue
from kit.db import engine
from kit.french import NBSP, count, duration
from kit.settings import settings

BACKUP_AFTER, DRILL_AFTER = timedelta(hours=26), timedelta(days=31)
LATE = 60.0  # seconds
MAILS_LATE = 900.0
NAMES = {"worker": ("Automates", "crrc worker"), "scheduler": ("Horloge", "crrc scheduler")}


def processes(asked: Asked) -> Iterator[Finding]:
    """Workers and schedulers, by their pulse."""
    now = clock.now()
    with Session(engine()) as session:
        pulses = pulse.list_pulses(session)
    for sort, (subject, command) in NAMES.items():
        alive = [one for one in pulses if one.sort == sort and not one.is_silent(now)]
        if not alive:
            yield bad(subject, "Aucun processus ne donne signe de vie.", f"Lancez-en un{NBSP}: {command}")
            continue
        ill = sorted({fault for one in alive for fault in _faults(one.facts)})
        said = f"{count(len(alive), 'processus', 'processus')} en marche"
        if ill:
            yield warning(subject, f"{said}, en difficulté{NBSP}: {'; '.join(ill)}.", "Lisez son journal.")
        else:
            yield good(subject, f"{said}.")


def _faults(facts: dict[str, Any]) -> Iterator[str]:
    if facts.get("fault"):
        yield str(facts["fault"])
    for name, entry in facts.get("entries", {}).items():
        if entry.get("error"):
            yield f"{name} ({entry['error']})"


def bell(asked: Asked) -> Iterator[Finding]:
    """Redis and its queue. It holds no truth: losing it makes things late, never lost."""
    try:
        queue.redis().ping()
        said: Any = queue.redis().info()
    except (RedisError, OSError) as error:
        yield bad(
            "Redis",
            f"Ne répond pas ({type(error).__name__}).",
            "Relancez-le\xa0: les nouvelles attendent, rien n’est perdu.",
        )
        return
    most, policy = int(said.get("maxmemory", 0)), str(said.get("maxmemory_policy", "noeviction"))
    persists = "avec" if said.get("aof_enabled") or said.get("rdb_last_save_time") else "sans"
    yield good("Redis", f"Répond, {persists} persistance (il peut être vidé{NBSP}: tout est dans la base).")
    if most and policy != "noeviction":
        yield warning(
            "Redis", f"Il jette des clés quand il est plein ({policy}).", "CONFIG SET maxmemory-policy noeviction"
        )
    if most and int(said.get("used_memory", 0)) > most * 0.8:
        yield warning("Redis", "Sa mémoire est presque pleine.", "Augmentez maxmemory, ou cherchez ce qui s’accumule.")
    yield _queue()


def _queue() -> Finding:
    waiting, failed = queue.queue().count, queue.queue().failed_job_registry.get_job_count(cleanup=False)
    said = f"{count(waiting, 'tâche')} en attente, {count(failed, 'échec')}."
    if failed:
        return warning("File", said, "Le journal des automates dit pourquoi\xa0; la base relancera ce qui manque.")
    if waiting > 1000:
        return warning("File", said, f"Ajoutez des automates{NBSP}: crrc worker")
    return good("File", said)


def portals(asked: Asked) -> Iterator[Finding]:
    """Deadlines, news, mails and webhooks, where something is late."""
    found = list(read_portals())
    late = [finding for one in found for finding in _portal(one)]
    yield from late
    if not late:
        yield good("Portails", f"{count(len(found), 'portail ouvert', 'portails ouverts')}, rien n’est en retard.")


def _portal(one: Portal) -> Iterator[Finding]:
    subject = f"Portail {one.slug}"
    for number, words, lag, most, advice in (
        (one.deadlines_late, ("échéance", "échéances"), one.deadlines_lag, LATE, "Regardez l’horloge."),
        (one.outbox, ("nouvelle", "nouvelles"), one.outbox_lag, LATE, "Regardez les automates."),
        (
            one.mails["pending"],
            ("courriel", "courriels"),
            one.mails_lag,
            MAILS_LATE,
            "Regardez le serveur de courrier.",
        ),
        (
            one.webhooks,
            ("appel de webhook", "appels de webhook"),
            one.webhooks_lag,
            3600.0,
            "L’autre système ne répond pas.",
        ),
    ):
        if lag > most:
            since = duration(timedelta(seconds=lag))
            yield warning(subject, f"{count(number, *words)} en attente, depuis {since}.", advice)
    if one.mails["failed"]:
        refused = count(one.mails["failed"], "courriel refusé", "courriels refusés")
        yield warning(subject, f"{refused}.", "Le GRADeS les voit sur «\xa0Fonctionnement\xa0».")


def register(asked: Asked) -> Iterator[Finding]:
    """The national register."""
    with Session(engine()) as session:
        edition = find_current_edition(session)
    found = age(edition.generated_at if edition else None, clock.now())
    if found.level == "fresh":
        yield good("Registre", found.sentence)
    else:
        say = bad if edition is None else warning
        yield say("Registre", found.sentence, "crrc finess import (docs/register.md)")


def backups(asked: Asked) -> Iterator[Finding]:
    """That there are some, lately, and that one was restored for a drill."""
    subject, say = "Sauvegardes", warning if is_desk() else bad
    if settings().backup_url is None:
        yield say(subject, "CRRC_BACKUP_URL ne dit pas où les garder.", "docs/backups.md, puis crrc backup create")
        return
    if not settings().backup_recipients:
        yield say(subject, "CRRC_BACKUP_RECIPIENTS ne dit pas qui peut les ouvrir.", "crrc backup key")
    with Session(engine()) as session:
        made, drilled = backup_run.newest(session), backup_run.newest(session, "drill")
    now = clock.now()
    if made is None:
        yield say(subject, "Aucune n’a été faite.", "crrc backup create")
    elif now - made.finished_at > BACKUP_AFTER:
        yield say(
            subject,
            f"La dernière a {duration(now - made.finished_at)}.",
            "crrc backup create, et regardez ce qui la lance.",
        )
    else:
        yield good(subject, f"La dernière a {duration(now - made.finished_at)}.")
    if made is not None and (drilled is None or now - drilled.finished_at > DRILL_AFTER):
        yield warning("Restauration", "Aucun exercice depuis un mois.", "crrc backup drill (docs/backups.md)")
