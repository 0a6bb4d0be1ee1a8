"""Rotation of keys: every sealed column of every portal, while people work, and killed in the middle."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from app import rotation
from app.cli import run
from billing.models import ChannelAccount, PaymentAccount
from kit import sealed, vault
from kit.actor import operator, system
from kit.audit import AuditLine
from kit.db import Base, uuid7
from kit.errors import Conflict
from kit.sealed import sealed_columns
from kit.settings import settings
from kit.transaction import transaction
from kit.vault import lock_away, take_out
from tenants.models import Tenant, TotpSecret, User

NAMES = ("premier", "second")


@pytest.fixture
def keys(own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of keys of the test's own, in a database of the module's own."""
    monkeypatch.delenv("CRRC_SECRETS_KEYS", raising=False)
    monkeypatch.setattr(vault, "settings", lambda: replace(settings(), home=tmp_path))
    return tmp_path / "keys" / "secrets.keys"


@pytest.fixture
def tenants(keys: Path, make_tenant: Callable[..., Tenant]) -> Iterator[list[Tenant]]:
    """Two portals with secrets of other systems, and people with theirs; all sealed with the first key."""
    made = [make_tenant() for _ in range(2)]
    for tenant in made:
        with transaction(system(tenant.id, "tests")) as tx:
            for channel in ("chorus_pro", "platform"):
                secrets = lock_away(f"{channel} {tenant.slug}")
                tx.add(ChannelAccount(channel=channel, secrets=secrets, changed_at=tx.now))
            account = PaymentAccount(
                mode="own_key", secret_key=lock_away(f"rk {tenant.slug}"), webhook_secret="", changed_at=tx.now
            )
            tx.add(account)
    with transaction(operator("tests")) as tx:
        for number in range(5):
            user = tx.add(a_user(f"p{number}@{made[0].slug}.invalid", tx.now))
            tx.session.flush()
            secret = lock_away(f"totp {number}")
            tx.add(TotpSecret(user_id=user.id, secret=secret, created_at=tx.now, last_step=0))
    yield made
    with transaction(operator("tests")) as tx:
        for one in tx.session.scalars(select(TotpSecret)):
            tx.session.delete(one)
    for tenant in made:
        with transaction(system(tenant.id, "tests")) as tx:
            for table in (ChannelAccount, PaymentAccount):
                for row in tx.session.scalars(select(table)):
                    tx.session.delete(row)


def a_user(email: str, at: datetime) -> User:
    """Somebody."""
    return User(id=uuid7(), email=email, email_norm=email, name="P", created_at=at)


def opened(tenants: list[Tenant]) -> set[str]:
    """Every secret, as whoever needs it reads it."""
    found: set[str] = set()
    for tenant in tenants:
        with transaction(system(tenant.id, "tests")) as tx:
            found |= {take_out(one.secrets) for one in tx.session.scalars(select(ChannelAccount))}
            found |= {take_out(one.secret_key) for one in tx.session.scalars(select(PaymentAccount))}
    with transaction(operator("tests")) as tx:
        found |= {take_out(one.secret) for one in tx.session.scalars(select(TotpSecret))}
    return found


def test_every_secret_has_the_new_key_and_opens_as_before(tenants: list[Tenant], keys: Path) -> None:
    before = opened(tenants)
    assert len(before) == 11
    done = rotation.rotate_secrets(operator("tests"))
    assert (done.is_new, done.sealed["channel_account.secrets"], done.sealed["payment_account.secret_key"]) == (
        True,
        4,
        2,
    )
    assert done.sealed["totp_secret.secret"] == 5
    assert opened(tenants) == before
    assert {key for found in rotation.use_of_keys(operator("tests")).values() for key in found} == {done.key}
    with pytest.raises(Conflict, match="cinq minutes"):
        rotation.forget_keys(operator("tests"))
    os.utime(keys, (1, 1))
    assert len(rotation.forget_keys(operator("tests"))) == 1
    assert len(keys.read_text().split()) == 1
    assert opened(tenants) == before


def test_every_portal_is_told_and_no_secret_is_in_the_line(tenants: list[Tenant]) -> None:
    done = rotation.rotate_secrets(operator("tests"))
    for tenant in tenants:
        with transaction(system(tenant.id, "tests")) as tx:
            line = tx.session.scalars(select(AuditLine).where(AuditLine.action == "secret.rotate")).one()
        assert (line.actor_kind, line.facts) == ("operator", {"key": done.key, "sealed": 11})


@pytest.mark.parametrize("survives", [0, 1, 2, 4], ids=["at-once", "first", "second", "fourth"])
def test_killed_in_the_middle_it_is_finished_by_running_it_again(
    tenants: list[Tenant], keys: Path, survives: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever batch it died in: both keys open meanwhile, no old key goes, and the same new key is used up."""
    before, left = opened(tenants), [survives]

    class Killed(BaseException):
        pass

    def seal_batch(*arguments: object) -> object:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return sealed.seal_batch(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sealed, "BATCH", 2)
    monkeypatch.setattr(rotation, "seal_batch", seal_batch)
    with pytest.raises(Killed):
        rotation.rotate_secrets(operator("tests"))
    newest = vault.key_names()[0]
    assert opened(tenants) == before
    os.utime(keys, (1, 1))
    with pytest.raises(Conflict, match="secrets rotate"):
        rotation.forget_keys(operator("tests"))
    monkeypatch.setattr(rotation, "seal_batch", sealed.seal_batch)
    done = rotation.rotate_secrets(operator("tests"))
    assert (done.key, done.is_new, len(vault.key_names())) == (newest, False, 2)
    assert {key for found in rotation.use_of_keys(operator("tests")).values() for key in found} == {newest}
    assert opened(tenants) == before


def test_while_it_runs_the_application_reads_and_writes(tenants: list[Tenant], monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rotations, while two threads read every secret and one writes its own again and again."""
    monkeypatch.setattr(sealed, "BATCH", 1)
    before, over, faults = opened(tenants), threading.Event(), []

    def read() -> None:
        while not over.is_set():
            try:
                assert opened(tenants) >= before - {f"rk {tenants[0].slug}"}
            except BaseException as fault:
                faults.append(fault)
                return

    def write() -> None:
        while not over.is_set():
            try:
                with transaction(system(tenants[0].id, "tests")) as tx:
                    tx.session.get_one(PaymentAccount, (tx.tenant_id,)).secret_key = lock_away("écrit pendant")
            except BaseException as fault:
                faults.append(fault)
                return

    threads = [threading.Thread(target=act) for act in (read, read, write)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        rotation.rotate_secrets(operator("tests"))
    over.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert opened(tenants) == before - {f"rk {tenants[0].slug}"} | {"écrit pendant"}


def test_what_no_key_opens_is_told_and_left_as_it_is(
    tenants: list[Tenant], keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    with transaction(system(tenants[0].id, "tests")) as tx:
        tx.session.get_one(PaymentAccount, (tx.tenant_id,)).secret_key = lost
    rotation.rotate_secrets(operator("tests"))
    with transaction(system(tenants[0].id, "tests")) as tx:
        assert tx.session.get_one(PaymentAccount, (tx.tenant_id,)).secret_key == lost
    assert run(["secrets", "check"]) == 1
    said = capsys.readouterr()
    assert ("illisible" in said.out, "1\xa0secret qu’aucune clé n’ouvre" in said.err) == (True, True)


def test_the_command_says_what_it_did(tenants: list[Tenant], keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["secrets", "rotate"]) == 0
    assert "Nouvelle clé" in capsys.readouterr().out
    assert run(["secrets", "rotate", "--forget-old"]) == 1
    assert "cinq minutes" in capsys.readouterr().err
    os.utime(keys, (1, 1))
    assert run(["secrets", "rotate", "--forget-old"]) == 0
    assert "1\xa0ancienne clé oubliée" in capsys.readouterr().out
    assert run(["secrets", "check", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["columns"]["totp_secret.secret"] == {told["keys"][0]: 5}
    assert run(["secrets", "rotate", "--signing", "--forget-old"]) == 2


def test_keys_of_the_environment_rotate_by_hand(
    tenants: list[Tenant], keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Several machines: whoever runs them changes the list, then everything is sealed again."""
    before, old, new = opened(tenants), keys.read_text().strip(), Fernet.generate_key().decode()
    monkeypatch.setenv("CRRC_SECRETS_KEYS", old)
    assert run(["secrets", "rotate"]) == 1
    assert "en tête de cette liste" in capsys.readouterr().err
    monkeypatch.setenv("CRRC_SECRETS_KEYS", f"{new} {old}")
    assert rotation.rotate_secrets(operator("tests")).is_new is False
    monkeypatch.setenv("CRRC_SECRETS_KEYS", new)
    assert opened(tenants) == before


def test_every_column_that_is_sealed_says_so_and_is_a_text() -> None:
    """A column named as a secret is sealed, or a digest, or listed here with its reason."""
    marked = {one.name for one in sealed_columns()}
    assert {"channel_account.secrets", "payment_account.secret_key", "totp_secret.secret"} <= marked
    assert all(one.column.type.python_type is str for one in sealed_columns())
    suspect = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(word in column.name for word in ("secret", "password", "private", "id_token"))
    }
    assert suspect - marked == set()
