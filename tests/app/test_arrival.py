"""The instant that counts: the request's arrival at our door, by the proxy's clock when it stamps what it hears."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.arrival import LONGEST_QUEUE, Arrival, told_by_proxy
from kit import clock
from kit.settings import settings

NOW = datetime(2025, 9, 23, 22, 0, 3, tzinfo=UTC)
HEARD = datetime(2025, 9, 23, 21, 59, 59, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("said", [f"t={HEARD.timestamp():.3f}", f"{HEARD.timestamp():.6f}"])
def test_what_the_proxy_heard_in_time_was_in_time(said: str) -> None:
    assert told_by_proxy(said, NOW) == HEARD


@pytest.mark.parametrize(
    "said",
    [
        "",
        "t=",
        "t=hier",
        "t=1758664799",  # no milliseconds: another proxy's words
        "t=99999999999.000",
        "t=-758664799.250",
        f"t={(NOW + timedelta(seconds=1)).timestamp():.3f}",
        f"t={(NOW - LONGEST_QUEUE - timedelta(seconds=1)).timestamp():.3f}",
        f"t={HEARD.timestamp():.3f}, t={NOW.timestamp():.3f}",
        "t=٠١٢٣٤٥٦٧٨٩.000",
    ],
)
def test_what_no_clock_of_ours_says_is_not_believed(said: str) -> None:
    assert told_by_proxy(said, NOW) == NOW


@pytest.mark.parametrize(("stamps", "expected"), [("1", HEARD), ("0", NOW)], ids=["stamped", "not"])
def test_a_visitor_alone_changes_no_instant(monkeypatch: pytest.MonkeyPatch, stamps: str, expected: datetime) -> None:
    """Without a proxy that writes the header over, whoever asks could say when they asked: it is not read."""
    monkeypatch.setenv("CRRC_PROXY_STAMPS", stamps)
    settings.cache_clear()
    seen: list[datetime] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(clock.now())
        return []

    with clock.frozen(NOW):
        Arrival(application)({"HTTP_X_REQUEST_START": f"t={HEARD.timestamp():.3f}"}, lambda *_: None)
    monkeypatch.undo()
    settings.cache_clear()
    assert seen == [expected]
