"""The settings: what an installation on real servers sets, what nobody reads, what a proxy has to say."""

import os
import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

from app.doctor.finding import Asked, Finding, bad, good, warning
from app.well_known import SECURITY
from kit.french import NBSP
from kit.host import LOOPBACK
from kit.settings import PROJECT, settings

FLOORS = ("app", "kit", "tenants", "notifications", "finess", "campaigns", "bookings", "billing", "migrations")
READ = re.compile(r"CRRC_[A-Z0-9_]+")
# Read by what is beside the code: install scripts, the supervisor of processes, tests.
BESIDE = frozenset({"CRRC_DEBUG", "CRRC_CHROMIUM", "CRRC_TAG", "CRRC_USER"})
SHORTEST_TOKEN = 20


def is_desk() -> bool:
    """Whether people reach the portal on this very machine only: a demonstration, a developer's desk."""
    return (urlsplit(settings().base_url).hostname or "") in LOOPBACK


def look(asked: Asked) -> Iterator[Finding]:
    """Every setting that can be wrong by itself."""
    yield from _address()
    yield from _names()
    yield from _mail()
    yield from _servers()
    if 0 < len(settings().metrics_token) < SHORTEST_TOKEN:
        yield warning("Mesures", "CRRC_METRICS_TOKEN est court.", "Mettez-en un au hasard\xa0: openssl rand -hex 24")


@cache
def known_settings() -> frozenset[str]:
    """Every setting that the code names."""
    found = {
        name for floor in FLOORS for path in (PROJECT / floor).rglob("*.py") for name in READ.findall(path.read_text())
    }
    return frozenset(found) | BESIDE


def _address() -> Iterator[Finding]:
    url, subject = urlsplit(settings().base_url), "Adresse"
    if is_desk():
        yield good(subject, f"{settings().base_url}{NBSP}: sur cette machine seulement.")
    elif url.scheme != "https":
        yield bad(
            subject,
            f"{settings().base_url} n’est pas en https{NBSP}: sessions et dossiers passent en clair.",
            "Donnez à CRRC_BASE_URL l’adresse https que les gens ouvrent (docs/install.md).",
        )
    elif url.path or url.query:
        yield bad(subject, f"CRRC_BASE_URL a un chemin{NBSP}: {url.path}", "Laissez l’origine seule, https://nom.")
    else:
        yield good(subject, settings().base_url)
    if not is_desk() and not settings().trusted_proxies:
        yield warning(
            "Mandataires",
            f"CRRC_TRUSTED_PROXIES est à 0{NBSP}: derrière un mandataire, tout semble venir de lui.",
            "Mettez le nombre de mandataires devant le portail (1 avec nginx).",
        )


def _names() -> Iterator[Finding]:
    unknown = sorted(name for name in os.environ if name.startswith("CRRC_") and name not in known_settings())
    for name in unknown:
        yield warning(
            "Réglages", f"{name} n’est lu par rien.", "Corrigez son nom (README, «\xa0Settings\xa0») ou retirez-le."
        )
    if not unknown:
        number = sum(name.startswith("CRRC_") for name in os.environ)
        yield good("Réglages", f"{number} donnés, tous connus." if number > 1 else f"{number} donné.")


def _mail() -> Iterator[Finding]:
    subject = "Expéditeur"
    if settings().mail_from.endswith(".invalid"):
        seen = f"Les courriels partent de {settings().mail_from}, une adresse qui n’existe pas."
        say = good if is_desk() else None
        yield (
            say(subject, seen)
            if say
            else bad(subject, seen, "Donnez CRRC_MAIL_FROM, et SPF, DKIM et DMARC à son domaine.")
        )
    else:
        yield good(subject, settings().mail_from)
    if not settings().security_contact and not is_desk():
        yield warning(
            "Faille de sécurité",
            f"{SECURITY} donne le contact de chaque portail.",
            "Donnez CRRC_SECURITY_CONTACT, une adresse lue tous les jours.",
        )


def _servers() -> Iterator[Finding]:
    if is_desk():
        return
    embedded = [
        name
        for name, url in (
            ("CRRC_DATABASE_URL", settings().database_url),
            ("CRRC_REDIS_URL", settings().redis_url),
            ("CRRC_SMTP_URL", settings().smtp_url),
        )
        if url is None
    ]
    if embedded:
        yield bad(
            "Serveurs",
            f"{', '.join(embedded)} manque{'nt' if len(embedded) > 1 else ''}{NBSP}: les serveurs embarqués servent.",
            "Sur un vrai serveur, donnez PostgreSQL, Redis et le serveur de courrier (docs/install.md).",
        )
