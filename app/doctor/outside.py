"""Other machines: the certificate that browsers are shown, the mail server, the hour of the network."""

import socket
import ssl
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from app.doctor.finding import Asked, Finding, bad, good, skipped, warning
from kit import servers
from kit.french import NBSP, count, day, duration
from kit.settings import settings
from notifications.gateway import smtp
from notifications.gateway.mailer import address_of
from tenants.service.portal import list_portals

PATIENCE = 5.0
SOON, VERY_SOON = timedelta(days=21), timedelta(days=7)
APART, TOO_FAR = 1.0, 30.0  # seconds; a deadline is written with a granularity of one
NTP_BEFORE_UNIX = 2208988800  # seconds from 1900 to 1970 (RFC 5905 §6)


def certificates(asked: Asked) -> Iterator[Finding]:
    """The certificate of the installation's address and of every portal's own, as a browser checks them."""
    url = urlsplit(settings().base_url)
    if url.scheme != "https":
        yield skipped("Certificat", "Le portail n’est pas en https.")
        return
    hosts = dict.fromkeys([url.hostname or "", *(portal.domain for portal in list_portals() if portal.domain)])
    for host in hosts:
        yield _certificate(host, url.port or 443) if asked.outside else skipped(f"Certificat de {host}", "Pas demandé.")


def _certificate(host: str, port: int) -> Finding:
    subject = f"Certificat de {host}"
    try:
        with (
            socket.create_connection((host, port), PATIENCE) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            said = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return bad(
            subject, f"Les navigateurs le refusent{NBSP}: {error.verify_message}.", "Renouvelez-le, chaîne comprise."
        )
    except OSError as error:
        advice = "Vérifiez le nom dans le DNS et le mandataire\xa0; d’ici, le pare-feu peut aussi l’interdire."
        return warning(subject, f"Pas de réponse sur le port {port} ({type(error).__name__}).", advice)
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said["notAfter"])), UTC)
    left = ends - datetime.now(UTC)
    seen = f"Valable jusqu’au {day(ends.date())} ({count(left.days, 'jour')})."
    if left < SOON:
        return (bad if left < VERY_SOON else warning)(
            subject, seen, "Le renouvellement devait être automatique\xa0: regardez-le."
        )
    return good(subject, seen)


def mail(asked: Asked) -> Iterator[Finding]:
    """Greet the mail server, enter as a sender does, and leave without sending anything."""
    subject, url = "Serveur de courrier", servers.smtp_url()
    if url.startswith("null:"):
        yield warning(subject, "CRRC_SMTP_URL est null:", "Aucun courriel ne part. Donnez un serveur.")
        return
    if not asked.outside and settings().smtp_url is not None:
        yield skipped(subject, "Pas demandé.")
        return
    where = address_of(url)
    try:
        conversation = smtp.Conversation(where)
    except smtp.Unreachable as error:
        say = bad if settings().smtp_url is not None else warning
        yield say(subject, f"{error.reason}.", "Vérifiez CRRC_SMTP_URL\xa0: machine, port, mot de passe, pare-feu.")
        return
    conversation.leave()
    entered = "entré avec le mot de passe" if where.user else "sans mot de passe"
    clear = where.security == "smtp" and where.user is None and where.host not in ("localhost", "127.0.0.1", "::1")
    if clear:
        yield warning(subject, f"{conversation.name}, en clair.", "Préférez smtps:// ou smtp+starttls://.")
    else:
        yield good(subject, f"{conversation.name} répond, {entered}.")


def hour(asked: Asked) -> Iterator[Finding]:
    """How far our clock is from the network's: receipts carry its hour."""
    subject = "Heure du réseau"
    if not asked.outside:
        yield skipped(subject, "Pas demandée.")
        return
    try:
        apart = ntp_offset(asked.ntp)
    except (OSError, ValueError) as error:
        yield skipped(
            subject, f"{asked.ntp} ne répond pas ({type(error).__name__}). Comparez autrement\xa0: timedatectl."
        )
        return
    if abs(apart) < APART:
        yield good(subject, f"Moins d’une seconde d’écart avec {asked.ntp}.")
    else:
        seen = f"{duration(timedelta(seconds=abs(apart)))} d’{'avance' if apart < 0 else 'retard'} sur {asked.ntp}."
        say = bad if abs(apart) >= TOO_FAR else warning
        yield say(subject, seen, "Les accusés portent cette heure\xa0: timedatectl set-ntp true")


def ntp_offset(host: str, port: int = 123) -> float:
    """Seconds to add to our clock (SNTP, RFC 5905 §14). Raises OSError, ValueError for an answer that is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(PATIENCE / 2)
        link.connect((host, port))
        sent = time.time()
        link.send(b"\x23" + bytes(47))  # version 4, client
        answer = link.recv(512)
        received = time.time()
    if len(answer) < 48 or answer[0] & 7 != 4 or not 0 < answer[1] < 16:
        raise ValueError("not an answer of NTP")
    there = [whole - NTP_BEFORE_UNIX + part / 2**32 for whole, part in struct.iter_unpack("!II", answer[32:48])]
    return ((there[0] - sent) + (there[1] - received)) / 2
