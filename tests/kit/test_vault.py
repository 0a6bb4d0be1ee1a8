"""Secrets at rest: what the database holds says nothing, and only this installation opens it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from kit import keyfile, signing, vault
from kit.errors import Conflict, Invalid
from kit.settings import PROJECT, settings
from kit.vault import lock_away, take_out


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
    monkeypatch.setenv("CRRC_SECRETS_KEYS", f"{new} {old}")
    assert take_out(sealed) == "mot de passe"
    assert Fernet(new).decrypt(lock_away("autre").encode()) == b"autre"


def test_another_installation_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRC_SECRETS_KEYS", Fernet.generate_key().decode())
    sealed = lock_away("mot de passe")
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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one's own, where no key was made yet."""
    monkeypatch.delenv("CRRC_SECRETS_KEYS", raising=False)
    monkeypatch.delenv("CRRC_SIGNING_KEY", raising=False)
    monkeypatch.setattr(vault, "settings", lambda: replace(settings(), home=tmp_path))
    monkeypatch.setattr(signing, "settings", lambda: replace(settings(), home=tmp_path))
    return tmp_path


def test_a_new_key_is_known_to_a_process_that_runs(home: Path) -> None:
    """Whoever read the keys before reads them again: nothing that is sealed meanwhile is lost."""
    before = lock_away("avant")
    program = "from kit import vault; vault.add_key(); print(vault.lock_away('ailleurs'))"
    environment = {"CRRC_HOME": str(home), "PATH": "/usr/bin"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert (take_out(before), take_out(elsewhere)) == ("avant", "ailleurs")
    newest, old = vault.key_names()
    assert (vault.sealed_with(before), vault.sealed_with(elsewhere), vault.sealed_with(lock_away("après"))) == (
        old,
        newest,
        newest,
    )


def test_sealed_again_it_is_the_same_secret_with_the_newest_key_and_then_stays(home: Path) -> None:
    before = lock_away("mot de passe")
    old = vault.sealed_with(before)
    vault.add_key()
    again = vault.seal_again(before)
    assert (take_out(again), vault.sealed_with(again)) == ("mot de passe", vault.key_names()[0])
    assert vault.seal_again(again) == again
    assert vault.forget_keys() == [old]
    assert take_out(again) == "mot de passe"
    with pytest.raises(Conflict):
        take_out(before)


def test_keys_of_the_environment_are_not_ours_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRC_SECRETS_KEYS", Fernet.generate_key().decode())
    for change in (vault.add_key, vault.forget_keys):
        with pytest.raises(Conflict, match="CRRC_SECRETS_KEYS"):
            change()


def test_a_key_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRRC_SECRETS_KEYS", "pas-une-clé")
    with pytest.raises(Invalid, match="CRRC_SECRETS_KEYS"):
        lock_away("x")


def test_the_names_of_keys_say_nothing_of_them(home: Path) -> None:
    lock_away("x")
    text = (home / "keys" / "secrets.keys").read_text()
    assert all(name not in text for name in vault.key_names())


def test_what_the_old_key_signed_stays_signed_and_seals_stay(home: Path) -> None:
    """Receipts of years ago, calendars people follow, codes on paper: a rotation breaks none."""
    old, signature, sealed = signing.public_key(), signing.sign(b"receipt"), signing.seal("calendar")
    new = signing.rotate()
    assert new == signing.public_key() != old
    assert signing.known_keys() == {old, new}
    assert signing.verify(b"receipt", signature, old)
    assert not signing.verify(b"receipt", signature, new)
    assert signing.verify(b"later", signing.sign(b"later"), new)
    assert signing.seal("calendar") == sealed
    third = signing.rotate()
    assert signing.known_keys() == {old, new, third}
    assert signing.seal("calendar") == sealed
    assert {path.stat().st_mode & 0o777 for path in (home / "keys").iterdir()} == {0o600}


def test_many_rotations_at_once_lose_no_key(home: Path) -> None:
    first = signing.public_key()
    environment = {"CRRC_HOME": str(home), "PATH": "/usr/bin"}

    def rotate(_: int) -> str:
        program = "from kit import signing; print(signing.rotate())"
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(rotate, range(4)))
    # Each says the key at work when it ended, which may be the next one's.
    assert made | {first} <= signing.known_keys()
    assert len(signing.known_keys()) == 5


def test_killed_at_any_moment_a_rotation_leaves_a_key_that_signs_and_is_known(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are replaced one after the other: stop after the first, then after the second, and go on."""
    old, sealed = signing.public_key(), signing.seal("calendar")

    class Killed(BaseException):
        pass

    for survives in (0, 1):
        written: list[Path] = []

        def put(path: Path, content: bytes, written: list[Path] = written, survives: int = survives) -> None:
            if len(written) == survives:
                raise Killed
            written.append(path)
            keyfile.put(path, content)

        monkeypatch.setattr(signing, "put", put)
        with pytest.raises(Killed):
            signing.rotate()
        assert signing.public_key() == old
        assert old in signing.known_keys()
        assert signing.seal("calendar") == sealed
    monkeypatch.setattr(signing, "put", keyfile.put)
    assert signing.rotate() != old
    assert (old in signing.known_keys(), signing.seal("calendar")) == (True, sealed)
