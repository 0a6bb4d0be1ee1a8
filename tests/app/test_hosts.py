"""Under which names the portal answers, and what it makes of those it does not know."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app import logs
from kit.actor import operator
from kit.host import address_of, host_name, origin_of, our_hosts
from kit.settings import settings
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.portal import forget_portals
from tests.browser import Browser

STRANGERS = {
    "another": "evil.example",
    "longer": "portail.example.evil.example",
    "prefix": "evilportail.example",
    "with port": "evil.example:443",
    "userinfo": "portail.example@evil.example",
    "space": "portail.example evil.example",
    "comma": "portail.example, evil.example",
    "empty": "",
    "address": "10.0.0.1",
    "loopback": "localhost",
    "path": "portail.example/evil",
    "bracket": "[portail.example",
    "newline": "portail.example%0d%0aX: y",
}


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The installation as the world sees it."""
    monkeypatch.setenv("CRRC_BASE_URL", "https://portail.example")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def named(make_tenant: Callable[..., Tenant]) -> Tenant:
    """A portal with a host of its own."""
    tenant = make_tenant()
    with transaction(operator("tests")) as tx:
        mine = tx.session.get_one(Tenant, tenant.id)
        mine.domain = f"cyber.{tenant.slug}.example"
    forget_portals()
    return mine


def ask(app: Flask, host: str, path: str) -> tuple[int, str]:
    answer = app.test_client().get(path, headers={"Host": host}, base_url="https://portail.example")
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("host", STRANGERS.values(), ids=STRANGERS)
def test_a_host_that_is_not_ours_is_told_so(application: Flask, tenant: Tenant, host: str) -> None:
    for path in ("/", f"/{tenant.slug}/", f"/api/v1/{tenant.slug}/portal", "/static/icons/favicon.svg", "/robots.txt"):
        status, text = ask(application, host, path)
        assert status in (400, 421), path
        assert tenant.name not in text
        assert "evil" not in text


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("host", ["portail.example", "PORTAIL.example", "portail.example.", "portail.example:8443"])
def test_our_own_name_is_ours_however_it_is_written(application: Flask, tenant: Tenant, host: str) -> None:
    assert ask(application, host, f"/{tenant.slug}/")[0] == 200


@pytest.mark.usefixtures("public")
def test_probes_are_answered_anywhere(application: Flask) -> None:
    assert ask(application, "10.1.2.3:8000", "/healthz")[0] == 200


@pytest.mark.usefixtures("public")
def test_no_forwarded_host_is_believed(application: Flask, tenant: Tenant) -> None:
    """Neither a link nor a redirection is made of what a request says of its host."""
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Host": "evil.example"}
    client = application.test_client()
    for path in (f"/{tenant.slug}/account", f"/{tenant.slug}", f"/{tenant.slug}/sign-in"):
        answer = client.get(path, headers=headers, base_url="https://portail.example")
        assert "evil" not in answer.headers.get("Location", "") + answer.get_data(as_text=True)


@pytest.mark.usefixtures("public")
def test_a_portal_answers_under_its_own_name_and_no_other_does(
    application: Flask, named: Tenant, tenant: Tenant
) -> None:
    assert named.domain is not None
    assert ask(application, named.domain, f"/{named.slug}/")[0] == 200
    assert ask(application, "portail.example", f"/{named.slug}/")[0] == 200
    assert ask(application, named.domain, f"/{tenant.slug}/")[0] == 421
    assert ask(application, named.domain, f"/api/v1/{tenant.slug}/portal")[0] == 421
    front = application.test_client().get("/", base_url=f"https://{named.domain}")
    assert (front.status_code, front.headers["Location"]) == (302, f"/{named.slug}/")


@pytest.mark.usefixtures("public")
def test_what_leaves_names_the_portals_own_host(named: Tenant, tenant: Tenant) -> None:
    assert address_of(named) == f"https://{named.domain}/{named.slug}"
    assert address_of(tenant) == f"https://portail.example/{tenant.slug}"
    assert origin_of(tenant) == "https://portail.example"


def test_on_a_desk_every_name_of_the_machine_is_ours(application: Flask, tenant: Tenant) -> None:
    assert our_hosts() == {"localhost", "127.0.0.1", "::1"}
    client = application.test_client()
    for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
        assert client.get(f"/{tenant.slug}/", headers={"Host": host}).status_code == 200
    assert client.get(f"/{tenant.slug}/", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    ("header", "name"),
    [("A.example:80", "a.example"), ("[::1]:8", "::1"), ("", ""), ("[", ""), ("a.example.", "a.example")],
)
def test_the_name_in_a_header(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.usefixtures("public")
def test_security_txt_names_whom_to_tell(application: Flask, named: Tenant, browser: Browser) -> None:
    def lines(host: str) -> dict[str, str]:
        answer = application.test_client().get("/.well-known/security.txt", base_url=f"https://{host}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        return dict(line.split(": ", 1) for line in answer.text.splitlines())

    ours, theirs = lines("portail.example"), lines(named.domain or "")
    assert theirs["Contact"] == f"mailto:{named.contact_email}"
    assert theirs["Canonical"] == f"https://{named.domain}/.well-known/security.txt"
    assert ours["Canonical"] == "https://portail.example/.well-known/security.txt"
    until = datetime.fromisoformat(ours["Expires"])
    assert timedelta(days=170) < until - datetime.now(UTC) < timedelta(days=365)


def test_robots_are_told_what_to_leave_alone(application: Flask) -> None:
    said = application.test_client().get("/robots.txt")
    assert said.mimetype == "text/plain"
    assert {"Disallow: /*/staff/", "Disallow: /api/", "Allow: /"} <= set(said.text.splitlines())


@pytest.mark.usefixtures("public")
def test_no_redirection_is_made_of_a_host(application: Flask, tenant: Tenant) -> None:
    """Two slashes lead nowhere: Werkzeug would send to one, at the host and port that the request says."""
    for path in (f"/{tenant.slug}//services", f"//{tenant.slug}/services", "/static//icons/favicon.svg", "/api//v1"):
        answer = application.test_client().get(
            path, headers={"Host": "portail.example:1"}, base_url="https://portail.example"
        )
        assert (answer.status_code, answer.headers.get("Location")) == (404, None)


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("host", ["a b", "x" * 300, "é", "a_b:port", "["], ids=range(5))
def test_a_host_that_is_no_name_is_no_fault_of_ours(
    application: Flask, tenant: Tenant, host: str, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    status, text = ask(application, host, f"/{tenant.slug}/")
    assert status in (400, 421)
    assert tenant.name not in text
    assert "fault.page" not in capfd.readouterr().err
