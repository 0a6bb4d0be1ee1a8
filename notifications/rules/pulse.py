"""Reading the pulse: what runs, what is late, what has gone silent, in sentences. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from kit.french import NBSP, count, duration

State = Literal["ok", "late", "stopped"]
SILENT_AFTER = timedelta(seconds=30)
# Beyond these, somebody should look: the ticker runs every second, a mail server may be slow for a while.
LATE_NEWS = timedelta(minutes=1)
LATE_MAILS = timedelta(minutes=5)
ENTRIES = {
    "relay": "l’annonce des nouvelles",
    "deadlines": "le déclenchement des échéances",
    "mails": "l’envoi des courriels",
    "retries": "la reprise des tâches en échec",
    "errands": "les travaux de facturation",
    "clean": "l’entretien de la file",
    "forget": "l’oubli des liens et des sessions terminés",
}


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of one process, with its own figures."""

    beat_at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gauge:
    """One thing to look at: its state, the sentence that says it, and figures worth a glance ("" for none)."""

    name: str
    state: State
    seen: str
    facts: str = ""


def workers(beats: Sequence[Beat], now: datetime) -> Gauge:
    """The processes that react to news and send mails."""
    name, alive = "Automates", _alive(beats, now)
    if not alive:
        return Gauge(name, "stopped", _silence(beats, now))
    done, failed = (sum(int(beat.facts.get(key, 0)) for beat in alive) for key in ("done", "failed"))
    figures = f"{count(done, 'tâche faite', 'tâches faites')}, {count(failed, 'essai en échec', 'essais en échec')}."
    fault = next((str(beat.facts["fault"]) for beat in alive if beat.facts.get("fault")), None)
    if fault:
        return Gauge(name, "late", f"{fault}{NBSP}: les nouvelles attendent, rien n’est perdu.", figures)
    return Gauge(name, "ok", f"{count(len(alive), 'processus', 'processus')} en marche.", figures + _lost(beats, now))


def scheduler(beats: Sequence[Beat], now: datetime) -> Gauge:
    """The clock: deadlines, relay, retries. Each entry must have run lately in one of the schedulers."""
    name, alive = "Horloge", _alive(beats, now)
    if not alive:
        return Gauge(name, "stopped", _silence(beats, now))
    ill = [words for entry, words in ENTRIES.items() if not any(_ran(beat, entry, now) for beat in alive)]
    young = all(not beat.facts.get("entries") for beat in alive)
    if ill and not young:
        return Gauge(name, "late", f"En difficulté{NBSP}: {', '.join(ill)}.", _fault(alive))
    return Gauge(name, "ok", f"{count(len(alive), 'processus', 'processus')} en marche.", _lost(beats, now).strip())


def deadlines(late: int, since: datetime | None, now: datetime) -> Gauge:
    """Deadlines that are due and not done."""
    if since is None or now - since < LATE_NEWS:
        return Gauge("Échéances", "ok", "Aucune échéance en retard.")
    sentence = (
        f"{count(late, 'échéance attend', 'échéances attendent')}, depuis {duration(now - since)} pour la première."
    )
    return Gauge("Échéances", "late", sentence, "Elles se déclencheront dans l’ordre, une seule fois.")


def news(waiting: int, since: datetime | None, now: datetime) -> Gauge:
    """What was decided and has not been told to every listener."""
    if since is None or now - since < LATE_NEWS:
        return Gauge("Nouvelles à transmettre", "ok", f"{count(waiting, 'nouvelle', 'nouvelles')} en cours.")
    sentence = f"{count(waiting, 'nouvelle attend', 'nouvelles attendent')}, depuis {duration(now - since)}."
    return Gauge("Nouvelles à transmettre", "late", sentence, "Chacune sera transmise une seule fois.")


def mails(waiting: int, since: datetime | None, error: str | None, failed: int, now: datetime) -> Gauge:
    """Mails that wait, and those that were refused for good."""
    refused = f"{count(failed, 'courriel refusé', 'courriels refusés')}." if failed else ""
    if since is not None and (now - since >= LATE_MAILS or error):
        sentence = f"{count(waiting, 'courriel attend', 'courriels attendent')}, depuis {duration(now - since)}."
        reason = f"Dernière réponse du serveur de courrier{NBSP}: {error}" if error else ""
        return Gauge("Courriels", "late", sentence, " ".join(filter(None, [reason, refused])))
    return Gauge("Courriels", "ok", f"{count(waiting, 'courriel', 'courriels')} en cours d’envoi.", refused)


def _alive(beats: Sequence[Beat], now: datetime) -> list[Beat]:
    return [beat for beat in beats if now - beat.beat_at <= SILENT_AFTER]


def _ran(beat: Beat, entry: str, now: datetime) -> bool:
    facts = beat.facts.get("entries", {}).get(entry, {})
    if facts.get("error") or not facts.get("last_at"):
        return False
    return now - datetime.fromisoformat(facts["last_at"]) <= SILENT_AFTER + timedelta(seconds=facts.get("every", 0))


def _fault(beats: Sequence[Beat]) -> str:
    found = [facts.get("error") for beat in beats for facts in beat.facts.get("entries", {}).values()]
    return next((str(error) for error in found if error), "")


def _silence(beats: Sequence[Beat], now: datetime) -> str:
    if not beats:
        return "Aucun processus n’a donné signe de vie depuis un jour."
    return f"Plus de signe de vie depuis {duration(now - max(beat.beat_at for beat in beats))}."


def _lost(beats: Sequence[Beat], now: datetime) -> str:
    """Those that went silent without saying goodbye, while others go on."""
    silent = [beat for beat in beats if now - beat.beat_at > SILENT_AFTER]
    if not silent:
        return ""
    last = duration(now - max(beat.beat_at for beat in silent))
    return f" {count(len(silent), 'autre s’est arrêté', 'autres se sont arrêtés')} sans prévenir, il y a {last}."
