"""What tests of the roof share."""

from typing import Any

import pytest
from flask import Flask


@pytest.fixture
def failing(application: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the account page, or the API's portal view, fail with an exception."""

    def fail(error: Exception) -> None:
        def raising(**values: Any) -> None:
            raise error

        raising.permission = "public.view"  # type: ignore[attr-defined]
        for endpoint in ("brand.css", "portal.view"):
            monkeypatch.setitem(application.view_functions, endpoint, raising)

    return fail
