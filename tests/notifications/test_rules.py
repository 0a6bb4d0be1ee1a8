"""When a mail is tried again, what fits in a header, and how the pulse is read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.rules import pulse
from notifications.rules.mail import GIVE_UP_AFTER, is_address, next_attempt_at, one_line, split_subject
from notifications.rules.pulse import Beat

NOW = datetime(2025, 10, 1, 7, tzinfo=UTC)


def test_attempts_are_spaced_then_given_up() -> None:
    """1 min, 2 min, 4 min … 6 h; after five days, never."""
    waits = [(next_attempt_at(attempts, NOW, NOW) or NOW) - NOW for attempts in range(1, 12)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits[-1] == timedelta(hours=6)
    assert next_attempt_at(10_000, NOW, NOW) == NOW + timedelta(hours=6)
    assert next_attempt_at(3, NOW - GIVE_UP_AFTER, NOW) is None


@pytest.mark.parametrize("email", ["marie.le-goff@ehpad.fr", "a+b@x.y.bzh", "o'neil@sous.domaine.fr"])
def test_addresses(email: str) -> None:
    assert is_address(email)


@pytest.mark.parametrize(
    "email",
    [
        "", "marie", "marie@", "@ehpad.fr", "marie@ehpad", "ma rie@ehpad.fr", "marie@ehpad.fr, autre@x.fr",
        "é@ehpad.fr", "marie@ehpad.fr\r\nBcc: x@y.fr", "<marie@ehpad.fr>", '"a b"@ehpad.fr', "marie@ehpad.fr\n",
        f"{'a' * 250}@x.fr",
    ],
)  # fmt: skip
def test_what_is_no_address(email: str) -> None:
    assert not is_address(email)


@given(st.text())
def test_a_title_never_starts_another_header(text: str) -> None:
    """Whatever people wrote in the title of a call."""
    line = one_line(text)
    assert len(line) <= 200
    assert not set(line) & set("\r\n\0\x0b\x0c\x85\u2028\u2029")
    line.encode()


def test_the_first_line_is_the_subject() -> None:
    assert split_subject("\nSujet\N{NO-BREAK SPACE}: Votre dossier\n\nBonjour,\n\n") == ("Votre dossier", "Bonjour,\n")
    for text in ("Bonjour,", "Sujet : \nBonjour", ""):
        with pytest.raises(ValueError, match="Sujet"):
            split_subject(text)


def beat(ago: float = 1, **facts: Any) -> Beat:
    return Beat(NOW - timedelta(seconds=ago), facts)


def entries(error: str | None = None, ago: float = 1) -> dict[str, Any]:
    at = (NOW - timedelta(seconds=ago)).isoformat()
    fine = {"last_at": at, "every": 1, "error": None}
    return {name: fine | {"error": error if name == "relay" else None} for name in pulse.ENTRIES}


@pytest.mark.parametrize(
    ("beats", "state", "words"),
    [
        ([], "stopped", "Aucun processus"),
        ([beat(7200)], "stopped", "depuis 2\N{NO-BREAK SPACE}heures"),
        ([beat(done=3, failed=1)], "ok", "1\N{NO-BREAK SPACE}processus en marche."),
        ([beat(fault="Redis ne répond pas")], "late", "rien n’est perdu"),
        ([beat(), beat(3600)], "ok", "1\N{NO-BREAK SPACE}processus en marche."),
    ],
)
def test_workers(beats: list[Beat], state: str, words: str) -> None:
    gauge = pulse.workers(beats, NOW)
    assert gauge.state == state
    assert words in gauge.seen


def test_a_killed_worker_is_remembered_beside_a_living_one() -> None:
    assert "1\N{NO-BREAK SPACE}autre s’est arrêté sans prévenir" in pulse.workers([beat(), beat(3600)], NOW).facts


@pytest.mark.parametrize(
    ("beats", "state", "words"),
    [
        ([], "stopped", "Aucun processus"),
        ([beat(entries={})], "ok", "en marche"),
        ([beat(entries=entries())], "ok", "en marche"),
        ([beat(entries=entries(error="ConnectionError"))], "late", "l’annonce des nouvelles"),
        ([beat(entries=entries(ago=90))], "late", "le déclenchement des échéances"),
        ([beat(entries=entries(error="ConnectionError")), beat(entries=entries())], "ok", "2"),
    ],
)
def test_scheduler(beats: list[Beat], state: str, words: str) -> None:
    """One scheduler that runs an entry is enough."""
    gauge = pulse.scheduler(beats, NOW)
    assert gauge.state == state
    assert words in gauge.seen


def test_backlogs_are_late_after_a_while() -> None:
    """A second's delay is no alarm; a server's fault is, at once."""
    just, long = NOW - timedelta(seconds=5), NOW - timedelta(hours=2)
    assert [pulse.deadlines(2, since, NOW).state for since in (None, just, long)] == ["ok", "ok", "late"]
    assert [pulse.news(2, since, NOW).state for since in (None, just, long)] == ["ok", "ok", "late"]
    assert [pulse.mails(2, since, None, 0, NOW).state for since in (None, just, long)] == ["ok", "ok", "late"]
    assert pulse.mails(2, just, "connexion refusée", 1, NOW).state == "late"
    assert "connexion refusée 1" in pulse.mails(2, just, "connexion refusée", 1, NOW).facts
