"""The doctor: what it says of an installation that is well, of each thing that is not, and how it ends."""

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app import cli
from app.doctor import configuration, database, machine, outside, running
from app.doctor.examine import examine
from app.doctor.finding import Asked, Check, Finding
from kit import backup_run, clock, pulse, queue
from kit.settings import settings
from tenants.models import Tenant
from tests.notifications.post import Post, open_post

HERE = Asked(outside=False)


@pytest.fixture(autouse=True)
def _anew(database: str) -> Iterator[None]:
    """Settings are read again."""
    yield
    settings.cache_clear()


def set_to(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Settings, for this test."""
    for name, value in values.items():
        monkeypatch.setenv(f"CRRC_{name}", value)
    settings.cache_clear()


def said(check: Check, asked: Asked = HERE) -> dict[str, Finding]:
    return {finding.subject: finding for finding in check(asked)}


def levels(check: Check, asked: Asked = HERE) -> dict[str, str]:
    return {subject: finding.level for subject, finding in said(check, asked).items()}


@pytest.fixture
def alive() -> Iterator[None]:
    """A worker and a scheduler that beat."""
    pulse.beat("worker", clock.now(), done=0, failed=0)
    pulse.beat("scheduler", clock.now(), entries={})
    yield
    pulse.stop("worker")
    pulse.stop("scheduler")


@pytest.mark.usefixtures("alive")
def test_of_an_installation_that_is_well_it_says_so(tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    queue.redis().flushdb()
    assert cli.run(["doctor", "--offline", "--json"]) in (0, 1)
    told = json.loads(capsys.readouterr().out)
    by_subject = {one["subject"]: one for one in told["findings"]}
    for subject in (
        "Base de données",
        "Rôle",
        "Heure",
        "Stockage",
        "Redis",
        "Automates",
        "Horloge",
        "Fuseaux horaires",
    ):
        assert by_subject[subject]["level"] == "good", by_subject[subject]
    assert by_subject["Écriture"]["level"] == "bad"  # the tests' own server does without the disk
    for one in told["findings"]:
        assert one["seen"].endswith((".", "000", "invalid")), one
        assert bool(one["advice"]) == (one["level"] in ("warning", "bad")), one


def test_it_ends_with_1_when_something_is_wrong_and_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["doctor", "--offline"]) == 1
    text = capsys.readouterr().out
    assert "✗ Automates" in text
    assert "→ Lancez-en un\xa0: crrc worker" in text
    assert "Chaque flèche dit quoi faire." in text


def test_a_name_that_nothing_reads_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(configuration.look)["Réglages"].level == "good"
    set_to(monkeypatch, DATBASE_URL="postgresql://x")
    assert "CRRC_DATBASE_URL" in said(configuration.look)["Réglages"].seen
    assert {"CRRC_DATABASE_URL", "CRRC_METRICS_TOKEN", "CRRC_POOL_SIZE"} <= configuration.known_settings()


def test_a_real_address_wants_real_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch, BASE_URL="http://cyber.example.fr")
    assert levels(configuration.look) == {
        "Adresse": "bad",
        "Mandataires": "warning",
        "Réglages": "good",
        "Expéditeur": "bad",
        "Faille de sécurité": "warning",
        "Serveurs": "bad",
    }
    set_to(monkeypatch, BASE_URL="https://cyber.example.fr", TRUSTED_PROXIES="1", MAIL_FROM="portail@example.fr")
    set_to(monkeypatch, SECURITY_CONTACT="securite@example.fr", METRICS_TOKEN="court")
    found = levels(configuration.look)
    assert (found["Adresse"], found["Expéditeur"], found["Mesures"]) == ("good", "good", "warning")


def test_the_hour_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    apart = {0: "good", 2: "warning", 3700: "bad"}
    for seconds, level in apart.items():
        assert database._hour(now + timedelta(seconds=seconds), now, now).level == level
        assert database._hour(now - timedelta(seconds=seconds), now, now).level == level


def test_a_database_that_is_away_ends_the_examination(monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.db import close_engine

    close_engine()
    set_to(monkeypatch, DATABASE_URL="postgresql+psycopg://crrc_app:tres-secret@127.0.0.1:1/x")
    try:
        found = list(examine(HERE))
    finally:
        close_engine()
        monkeypatch.undo()
        settings.cache_clear()
    assert (found[-1].subject, found[-1].level) == ("Base de données", "bad")
    assert "tres-secret" not in " ".join(one.seen for one in found)


def answer_ntp(offset: float, stratum: int = 2) -> int:
    """A time server that answers once; its port."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.bind(("127.0.0.1", 0))

    def answer() -> None:
        with link:
            _, whom = link.recvfrom(512)
            at = time.time() + offset + outside.NTP_BEFORE_UNIX
            stamp = struct.pack("!II", int(at), int(at % 1 * 2**32))
            link.sendto(bytes([0x24, stratum]) + bytes(30) + stamp + stamp, whom)

    threading.Thread(target=answer, daemon=True).start()
    port: int = link.getsockname()[1]
    return port


def test_the_hour_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outside.ntp_offset("127.0.0.1", answer_ntp(0)) == pytest.approx(0, abs=0.5)
    assert outside.ntp_offset("127.0.0.1", answer_ntp(90)) == pytest.approx(90, abs=0.5)
    with pytest.raises(ValueError, match="NTP"):
        outside.ntp_offset("127.0.0.1", answer_ntp(0, stratum=0))  # « go away »
    for offset, level in ((0.1, "good"), (-5.0, "warning"), (3600.0, "bad")):
        monkeypatch.setattr(outside, "ntp_offset", lambda host, offset=offset: offset)
        assert levels(outside.hour, Asked()) == {"Heure du réseau": level}
    assert levels(outside.hour) == {"Heure du réseau": "skipped"}


@pytest.fixture
def post() -> Iterator[Post]:
    with open_post() as opened:
        yield opened


def test_the_mail_server_is_greeted_and_sent_nothing(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    set_to(monkeypatch, SMTP_URL=post.url)
    assert levels(outside.mail, Asked()) == {"Serveur de courrier": "good"}
    assert post.mails == []
    set_to(monkeypatch, SMTP_URL="smtp://robot:tres-secret@127.0.0.1:1")
    away = said(outside.mail, Asked())["Serveur de courrier"]
    assert away.level == "bad"
    assert "tres-secret" not in away.seen


def certificate(folder: Path, days: int) -> Path:
    """A self-signed certificate of localhost, with its key, that ends in so many days."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days, minutes=5))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{days}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.mark.parametrize(("days", "level"), [(60, "good"), (15, "warning"), (3, "bad"), (-1, "bad")])
def test_the_days_left_of_a_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, level: str) -> None:
    path = certificate(tmp_path, days)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    real = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: real(cafile=str(path)))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            plain, _ = listening.accept()
            try:
                server.wrap_socket(plain, server_side=True).close()
            except OSError:
                plain.close()

        threading.Thread(target=answer, daemon=True).start()
        found = outside._certificate("localhost", listening.getsockname()[1])
    assert found.level == level, found
    assert (f"{days}\xa0jours" in found.seen) == (days > 0)


def test_a_disk_that_fills(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = type("Usage", (), {"total": 100 * machine.GIB, "free": 50 * machine.GIB})
    for free, level in ((50, "good"), (10, "warning"), (2, "bad")):
        usage.free = free * machine.GIB
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage)
        assert machine._room(tmp_path).level == level


def test_a_key_that_others_may_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert levels(machine.keys) == {"Clés": "good"}
    key = settings().home / "keys" / f"essai-{uuid4()}"
    key.write_text("secret")
    key.chmod(0o644)
    try:
        found = said(machine.keys)["Clés"]
    finally:
        key.unlink()
    assert (found.level, found.advice) == ("bad", f"chmod 600 {key}")


def test_files_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert levels(machine.files) == {"Stockage": "good"}

    def full() -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine, "storage", full)
    assert levels(machine.files) == {"Stockage": "bad"}


@pytest.mark.usefixtures("alive")
def test_a_scheduler_whose_entry_fails_is_told() -> None:
    pulse.beat("scheduler", clock.now(), entries={"mails": {"error": "OSError: disque"}})
    found = said(running.processes)["Horloge"]
    assert (found.level, "mails (OSError: disque)" in found.seen) == ("warning", True)


def test_backups_and_drills(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert levels(running.backups) == {"Sauvegardes": "warning"}
    set_to(monkeypatch, BACKUP_URL=tmp_path.as_uri(), BACKUP_RECIPIENTS="age1x", BASE_URL="https://cyber.example.fr")
    later = clock.now() + timedelta(days=400)  # past what other tests have noted
    with clock.frozen(later):
        assert levels(running.backups)["Sauvegardes"] == "bad"
        backup_run.note("backup", "essai", clock.now(), 1)
        assert levels(running.backups) == {"Sauvegardes": "good", "Restauration": "warning"}
        backup_run.note("drill", "essai", clock.now(), 1)
        assert levels(running.backups) == {"Sauvegardes": "good"}
    with clock.frozen(later + timedelta(hours=27)):
        assert levels(running.backups) == {"Sauvegardes": "bad"}


def test_the_operator_announces_everywhere(tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        cli.run(["incident", "open", tenant.slug, "--title", "Panne", "--words", "Une page.", "--impact", "down"]) == 0
    )
    number = capsys.readouterr().out.split()[-1]
    assert cli.run(["incident", "tell", tenant.slug, number, "On cherche."]) == 0
    assert cli.run(["incident", "resolve", tenant.slug, number, "Réparé."]) == 0
    assert cli.run(["incident", "resolve", tenant.slug, number, "Réparé."]) == cli.REFUSED
    assert cli.run(["incident", "open", "--title", "Panne", "--words", "Où ?"]) == cli.REFUSED
    capsys.readouterr()
    assert cli.run(["incident", "list", tenant.slug]) == 0
    assert "Panne – clos" in capsys.readouterr().out
