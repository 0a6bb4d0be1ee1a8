"""Codes by their shape, steps, hosts, browsers' words: pure."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.rules import totp
from tenants.rules.factor import (
    RECOVERY_CODES,
    RECOVERY_LENGTH,
    SIGNS,
    Answer,
    digits_of,
    new_recovery_codes,
    read_code,
    shown,
)
from tenants.rules.site import Site, site_at

NOW = datetime(2026, 11, 3, 8, 12, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("123456", Answer("totp", "123456")),
        (" 123 456 ", Answer("totp", "123456")),
        ("123\N{NO-BREAK SPACE}456", Answer("totp", "123456")),
        ("1234 5678", Answer("emailed", "12345678")),
        ("1234-5678", Answer("emailed", "12345678")),
        ("7K4MQ-X9RTP", Answer("recovery", "7K4MQX9RTP")),
        ("7k4mq x9rtp", Answer("recovery", "7K4MQX9RTP")),
        ("OIL4Q-X9RTP", Answer("recovery", "0114QX9RTP")),
        ("0123456789", Answer("recovery", "0123456789")),
        ("", None),
        ("12345", None),
        ("1234567", None),
        ("١٢٣٤٥٦", None),
        ("12345６", None),
        ("7K4MQ-X9RTU", None),
        ("x" * 10_000, None),
        ("\x00" * 6, None),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_code_is_known_by_its_shape(typed: str, answer: Answer | None) -> None:
    assert read_code(typed) == answer


@given(st.text())
def test_no_text_makes_reading_fail(typed: str) -> None:
    found = read_code(typed)
    assert found is None or found.text.isascii()


def test_an_answer_says_nothing_of_itself() -> None:
    assert "123456" not in repr(Answer("totp", "123456"))


def test_recovery_codes_are_read_as_they_are_shown() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    assert all(len(code) == RECOVERY_LENGTH and set(code) <= set(SIGNS) for code in codes)
    assert [read_code(shown(code)) for code in codes] == [Answer("recovery", code) for code in codes]
    assert shown("12345678") == "1234\N{NO-BREAK SPACE}5678"
    assert set(codes).isdisjoint(new_recovery_codes())


@pytest.mark.parametrize(
    ("seal", "digits"), [("0" * 64, "00000000"), ("f" * 64, digits_of("f" * 64)), ("ff", "00000255")]
)
def test_a_seal_makes_eight_digits(seal: str, digits: str) -> None:
    assert digits_of(seal) == digits
    assert len(digits) == 8


@pytest.mark.parametrize(
    ("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)], ids=lambda value: str(value)
)
def test_a_clock_may_be_thirty_seconds_off(off: int, taken: bool) -> None:
    secret = totp.new_secret()
    code = pyotp.TOTP(secret).at(NOW, counter_offset=off)
    step = int(NOW.timestamp()) // 30
    assert totp.step_of(secret, code, NOW, 0) == (step + off if taken else None)


def test_a_code_works_once_and_none_before_it() -> None:
    secret = totp.new_secret()
    first = totp.step_of(secret, pyotp.TOTP(secret).at(NOW), NOW, 0)
    assert first is not None
    assert totp.step_of(secret, pyotp.TOTP(secret).at(NOW), NOW, first) is None
    assert totp.step_of(secret, pyotp.TOTP(secret).at(NOW - timedelta(seconds=30)), NOW, first) is None
    later = NOW + timedelta(seconds=30)
    assert totp.step_of(secret, pyotp.TOTP(secret).at(later), later, first) == first + 1


def test_the_known_codes_of_the_standard() -> None:
    """RFC 6238, appendix B (SHA-1), cut to six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert totp.step_of(secret, code, at, 0) == seconds // 30


def test_a_secret_is_long_and_its_address_names_the_portal() -> None:
    secret = totp.new_secret()
    assert len(secret) == 32
    assert totp.grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"
    said = totp.address(secret, "marie@lilas.fr", "GIP e-santé Bretagne")
    assert said.startswith("otpauth://totp/GIP%20e-sant%C3%A9%20Bretagne:marie%40lilas.fr?secret=")


@pytest.mark.parametrize(
    ("asked", "base", "domain", "site"),
    [
        ("crrc.fr", "https://crrc.fr", None, Site("crrc.fr", "https://crrc.fr")),
        ("evil.fr", "https://crrc.fr", None, Site("crrc.fr", "https://crrc.fr")),
        ("cyber.fr", "https://crrc.fr", "cyber.fr", Site("cyber.fr", "https://cyber.fr")),
        ("crrc.fr", "https://crrc.fr", "cyber.fr", Site("crrc.fr", "https://crrc.fr")),
        ("x.cyber.fr", "https://crrc.fr", "cyber.fr", Site("crrc.fr", "https://crrc.fr")),
        ("crrc.fr", "https://crrc.fr:8443", None, Site("crrc.fr", "https://crrc.fr:8443")),
        ("localhost", "http://localhost:8000", None, Site("localhost", "http://localhost:8000")),
        ("localhost", "http://127.0.0.1:8000", None, Site("localhost", "http://localhost:8000")),
        ("127.0.0.1", "http://127.0.0.1:8000", None, None),
        ("evil.fr", "http://127.0.0.1:8000", None, None),
        ("localhost", "http://192.0.2.1", None, None),
        ("", "https://crrc.fr", None, Site("crrc.fr", "https://crrc.fr")),
    ],
    ids=str,
)
def test_a_passkey_belongs_to_a_host_of_ours(asked: str, base: str, domain: str | None, site: Site | None) -> None:
    assert site_at(asked, base, domain) == site
