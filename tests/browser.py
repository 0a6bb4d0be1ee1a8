"""A browser for tests: keeps its cookies, seals its forms as pages do, signs in by a real link."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from kit import signing
from kit.actor import operator
from kit.web import browser_cookie
from tenants.models import Tenant
from tenants.service.sign_in import make_sign_in_link
from tenants.web.cookie import session_cookie

NAME = "b" * 43


class Browser:
    """`get` and `post` inside one portal: paths are those after the portal's slug."""

    def __init__(self, app: Flask, tenant: Tenant) -> None:
        self.client = app.test_client()
        self.tenant = tenant
        self.client.set_cookie(browser_cookie(), NAME)

    def get(self, path: str = "/", **options: Any) -> TestResponse:
        return self.client.get(f"/{self.tenant.slug}{path}", **options)

    def post(self, path: str, data: dict[str, str] | None = None, **options: Any) -> TestResponse:
        sealed = {"csrf_token": signing.seal(f"csrf:{NAME}"), **(data or {})}
        return self.client.post(f"/{self.tenant.slug}{path}", data=sealed, **options)

    def sign_in(self, email: str) -> "Browser":
        """Use a link of the help desk."""
        secret = make_sign_in_link(operator("tests", self.tenant.id), email, f"/{self.tenant.slug}/account")
        assert self.post(f"/sign-in/{secret}").status_code == 303
        return self

    @property
    def session(self) -> str | None:
        """The session cookie."""
        cookie = self.client.get_cookie(session_cookie())
        return cookie.value if cookie else None


def text_of(response: TestResponse) -> str:
    """What a page says, without its tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())
