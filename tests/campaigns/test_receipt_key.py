"""The signing key is rotated: receipts of before go on holding, and those of another's key still do not."""

from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.service.receipt import view_receipt
from kit import signing
from kit.actor import anonymous
from kit.settings import settings
from tenants.models import Tenant
from tests.campaigns.test_receipt import submitted


def test_a_receipt_holds_after_the_key_was_changed(
    tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "settings", lambda: replace(settings(), home=tmp_path))
    submission = submitted(tenant)
    signing.rotate()
    signing.rotate()
    found = view_receipt(anonymous(tenant.id), submission.code)
    assert found.verification.holds, found.verification.faults
    assert found.submission.key != signing.public_key()


def test_a_receipt_of_a_key_that_was_never_ours_does_not(
    tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same installation without its list of old keys: nobody can tell it from a forger."""
    monkeypatch.setattr(signing, "settings", lambda: replace(settings(), home=tmp_path))
    submission = submitted(tenant)
    signing.rotate()
    (tmp_path / "keys" / "signing.old").unlink()
    found = view_receipt(anonymous(tenant.id), submission.code)
    assert found.verification.faults == ["La signature n’est pas celle de ce portail."]
