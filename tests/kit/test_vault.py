"""Secrets at rest: what the database holds says nothing, and only this installation opens it."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from kit import vault
from kit.errors import Conflict
from kit.settings import PROJECT
from kit.vault import lock_away, take_out


@pytest.fixture(autouse=True)
def _keys_read_anew() -> Iterator[None]:
    vault._keys.cache_clear()
    yield
    vault._keys.cache_clear()


def test_what_is_locked_away_comes_back_and_shows_nothing() -> None:
    sealed = lock_away("rk_test_secret")
    assert "secret" not in sealed
    assert sealed != lock_away("rk_test_secret"), "equal secrets must not be seen to be equal"
    assert take_out(sealed) == "rk_test_secret"
    assert (lock_away(""), take_out("")) == ("", "")


def test_the_newest_key_seals_and_the_older_ones_still_open(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("CRRC_SECRETS_KEYS", old)
    sealed = lock_away("mot de passe")
    vault._keys.cache_clear()
    monkeypatch.setenv("CRRC_SECRETS_KEYS", f"{new} {old}")
    assert take_out(sealed) == "mot de passe"
    assert Fernet(new).decrypt(lock_away("autre").encode()) == b"autre"


def test_another_installation_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRC_SECRETS_KEYS", Fernet.generate_key().decode())
    sealed = lock_away("mot de passe")
    vault._keys.cache_clear()
    monkeypatch.setenv("CRRC_SECRETS_KEYS", Fernet.generate_key().decode())
    with pytest.raises(Conflict, match="saisissez-le de nouveau"):
        take_out(sealed)


def test_two_first_processes_make_one_key(tmp_path: Path) -> None:
    program = "from kit.vault import lock_away; print(lock_away('x'))"

    def seal(_: int) -> str:
        environment = {"CRRC_HOME": str(tmp_path), "PATH": "/usr/bin"}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(seal, range(4)))
    path = tmp_path / "keys" / "secrets.keys"
    assert path.stat().st_mode & 0o777 == 0o600
    assert {Fernet(path.read_bytes()).decrypt(one.encode()) for one in sealed} == {b"x"}
