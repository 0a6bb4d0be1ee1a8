"""docs/api.md tells the truth: its example verifies real calls and no others; its figures are those of the code."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.limits import GUESSES, STRANGERS
from kit.actor import operator
from kit.settings import Settings
from kit.strict_json import DEEPEST, LONGEST_NUMBER
from notifications.gateway import webhook as gateway
from notifications.jobs.webhooks import WEBHOOKS
from notifications.rules.webhook import DELAYS, GIVE_UP_AFTER, LAST_DELAY, OVERLAP
from notifications.service import webhook
from tenants.api.oauth import MOST_FAULTS, MOST_TOKENS
from tenants.models import Tenant
from tenants.rules import program
from tests.notifications.listener import a_listener
from tests.notifications.test_webhook_sending import KNOWN, happens

TEXT = (Path(__file__).resolve().parents[2] / "docs/api.md").read_text()


def example() -> Any:
    """The function `verify` that the page shows."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    found: dict[str, Any] = {}
    exec(compile(code, "docs/api.md", "exec"), found)
    return found["verify"]


@pytest.mark.usefixtures("database")
def test_the_example_believes_real_calls_and_no_others(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[dict[str, str], bytes]] = []
    real = gateway.post

    def listen(url: str, headers: dict[str, str], body: bytes) -> gateway.Outcome:
        calls.append((dict(headers), body))
        return real(url, headers, body)

    monkeypatch.setattr("notifications.service.webhook_sending.post", listen)
    boss = operator("tests", tenant.id)
    with a_listener() as listener:
        endpoint, secret = webhook.create_endpoint(
            boss, "Essai", listener.url, ["candidacy.submit"], known_topics=KNOWN
        )
        listener.secrets.append(secret)
        happens(tenant, "candidacy.submit")
        WEBHOOKS.run(tenant.id, lambda: False)
        _, newer = webhook.renew_secret(boss, endpoint.id)
        happens(tenant, "candidacy.submit")
        WEBHOOKS.run(tenant.id, lambda: False)
        assert (len(listener.heard), listener.refused) == (2, [])
    verify = example()
    (first, body), (second, other) = calls
    assert verify(secret, first, body)
    assert not verify(newer, first, body)
    assert verify(secret, second, other)
    assert verify(newer, second, other)
    assert not verify(secret, first, body + b" ")
    assert not verify(secret, first | {"webhook-id": second["webhook-id"]}, body)
    assert not verify(secret, first | {"webhook-timestamp": str(int(first["webhook-timestamp"]) - 1)}, body)
    assert not verify(secret, first | {"webhook-timestamp": "1"}, body)
    assert not verify(secret, first | {"webhook-signature": "v1,"}, body)
    assert body.startswith(b'{"type":"candidacy.submit","timestamp":"')


def test_its_figures_are_those_of_the_code() -> None:
    assert f"{Settings.__dataclass_fields__['api_per_minute'].default} calls a minute" in TEXT  # type: ignore[attr-defined]
    assert (STRANGERS, GUESSES, MOST_FAULTS, MOST_TOKENS) == (5, 10, 20, 120)
    assert (DEEPEST, LONGEST_NUMBER) == (64, 40)
    assert [one // timedelta(minutes=1) for one in DELAYS] == [1, 2, 5, 15, 30, 60, 120, 240]
    assert (timedelta(hours=6), timedelta(days=3), timedelta(days=1)) == (LAST_DELAY, GIVE_UP_AFTER, OVERLAP)
    assert (timedelta(days=7), timedelta(days=14)) == (program.OVERLAP, program.WARNED_BEFORE)
    assert f"within {gateway.PATIENCE:.0f} seconds" in TEXT
