"""What a browser transfers is small, and says in which bytes it is written."""

import gzip

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rendering import asset
from tenants.models import Tenant
from tests.browser import Browser

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def browser(application: Flask, tenant: Tenant) -> Browser:
    return Browser(application, tenant)


def fetch(browser: Browser, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> TestResponse:
    """Read whole: a file that is sent is closed with its answer."""
    with browser.client.open(path, method=method, headers=headers or {}) as answer:
        answer.get_data()
        return answer


@pytest.mark.parametrize("name", ["app.css", "app.js", "htmx.js"])
def test_a_built_file_is_compressed_and_the_same(browser: Browser, name: str) -> None:
    plain, packed = fetch(browser, asset(name)), fetch(browser, asset(name), GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) * 2 < len(plain.data)
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert plain.get_etag()[0] == packed.get_etag()[0]
    assert packed.get_etag()[1], "other bytes: a weak tag"


def test_a_page_is_compressed(browser: Browser) -> None:
    plain, packed = browser.get("/sign-in"), browser.get("/sign-in", headers=GZIP)
    assert gzip.decompress(packed.data).decode().count("<h1") == plain.text.count("<h1") == 1
    assert {"Accept-Encoding", "Cookie"} <= {name.strip() for name in packed.headers["Vary"].split(",")}
    assert browser.get("/sign-in", headers={"Accept-Encoding": "gzip;q=0"}).headers.get("Content-Encoding") is None


@pytest.mark.parametrize("name", ["font", "/static/icons/favicon.svg", "/static/icons/favicon-32.png", "/healthz"])
def test_what_is_small_or_no_text_stays_as_it_is(browser: Browser, name: str) -> None:
    path = asset("radio-canada-latin.woff2") if name == "font" else name
    assert "Content-Encoding" not in fetch(browser, path, GZIP).headers


def test_the_head_of_an_answer_is_the_same(browser: Browser) -> None:
    seen, told = (fetch(browser, asset("app.css"), GZIP, method) for method in ("GET", "HEAD"))
    for name in ("Content-Length", "Content-Encoding", "ETag", "Vary"):
        assert told.headers[name] == seen.headers[name], name
    assert told.data == b""


def test_an_unchanged_file_is_not_sent_again(browser: Browser) -> None:
    """And what is said of it is what was: a cache that took a strong tag would mix these bytes with others."""
    whole = fetch(browser, asset("app.css"), GZIP)
    same = fetch(browser, asset("app.css"), GZIP | {"If-None-Match": whole.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert [same.headers[name] for name in ("ETag", "Vary")] == [whole.headers[name] for name in ("ETag", "Vary")]
