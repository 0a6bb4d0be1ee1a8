"""No secret goes where it may be read: one story uses each kind of them, then every log, every row of every table and
all of Redis are searched for each.

A secret may be in the page that shows it once, in the mail that carries it, and nowhere else in clear.
"""

import base64
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pyotp
import pytest
from flask import Flask
from psycopg import sql

from app import logs
from billing.rules.channel_form import DEFAULTS
from billing.service.channel import set_channel
from kit import clock, queue
from kit.actor import operator
from kit.db import Base
from kit.sealed import sealed_columns
from kit.vault import lock_away
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.browser import Browser
from tests.tenants.doors import last_mail

pytestmark = pytest.mark.usefixtures("no_limits")
# What carries a secret in clear to the person it is for, until it has left.
CARRIED_BY = {"notification"}
# A provider's token inside what waits some minutes for an address to be proved. A key forgotten meanwhile loses only
# the sign-out there (tenants/service/entrance.py).
PASSING = {"challenge.facts", "sign_in_link.identity"}


@dataclass
class Story:
    """Somebody's browser, and the secrets they met: what it is → the secret."""

    browser: Browser
    secrets: dict[str, str] = field(default_factory=dict)

    def page(self, path: str, data: dict[str, str] | None = None) -> str:
        """A page, or what a form answers, with the page it leads to."""
        answer = self.browser.get(path) if data is None else self.browser.post(path, data)
        assert answer.status_code < 500, f"{path}: {answer.status_code}"
        if answer.status_code == 303 and data is not None:
            answer = self.browser.client.get(answer.headers["Location"])
        return answer.get_data(as_text=True)

    def keep(self, name: str, found: "re.Match[str] | None") -> str:
        """A secret that a page showed."""
        assert found is not None, name
        self.secrets[name] = found[found.lastindex or 0]
        return self.secrets[name]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Everything that was logged, at every level, once the test asks."""
    logs.configure()
    heard: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for name in ("sqlalchemy.engine", "sqlalchemy.pool", "werkzeug", "rq", "urllib3"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        yield heard
    for name in ("sqlalchemy.engine", "sqlalchemy.pool"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def story(application: Flask, tenant: Tenant) -> Story:
    """A manager of the GRADeS, who has just asked for their sign-in mail."""
    email = f"chef@{tenant.slug}.fr"
    grant_role(operator("tests", tenant.id), email, "grades_manager")
    story = Story(Browser(application, tenant))
    story.page("/sign-in", {"email": email})
    mail = last_mail(tenant)
    story.secrets |= {"link": mail.secret, "code of the mail": mail.code}
    story.page(f"/sign-in/{mail.secret}")
    story.page(f"/sign-in/{mail.secret}", {})
    assert story.browser.session
    story.secrets["first session"] = story.browser.session
    return story


def act(story: Story) -> None:
    """Each kind of secret is made, used, and tried wrongly."""
    _second_factor(story)
    _programs(story)
    _other_systems(story)
    story.secrets["last session"] = story.browser.session or ""
    story.secrets["csrf seal"] = re.search(r'name="csrf_token" value="([^"]+)"', story.page("/account"))[1]  # type: ignore[index]
    story.page("/sign-in/" + "f" * 64)
    story.browser.client.get(f"/{story.browser.tenant.slug}/", headers={"Cookie": "crrc_session=" + "s" * 43})
    story.secrets |= {"a link that is none": "f" * 64, "a session that is none": "s" * 43}


def _second_factor(story: Story) -> None:
    page = story.page("/account/security/totp")
    sealed = re.search(r'name="offer" value="([^"]+)"', page)
    shown = re.search(r"secret=([A-Z2-7]{16,})", page) or re.search(r">\s*((?:[A-Z2-7]{4}\s*){4,})<", page)
    assert sealed is not None
    assert shown is not None
    secret = re.sub(r"\s", "", shown[1])
    story.secrets["totp"] = secret
    wrong = story.page("/account/security/totp", {"offer": sealed[1], "code": "000000"})
    offer = re.search(r'name="offer" value="([^"]+)"', wrong)
    code = pyotp.TOTP(secret).at(clock.now(), counter_offset=-1)
    codes = story.page("/account/security/totp", {"offer": (offer or sealed)[1], "code": code})
    found = re.findall(r"\b[a-z0-9]{4,5}-[a-z0-9]{4,5}(?:-[a-z0-9]{4,5})*\b", codes)
    assert len(found) >= 8, "recovery codes are shown once"
    story.secrets |= {f"recovery code {number}": code for number, code in enumerate(found[:10])}


def _programs(story: Story) -> None:
    good = {"name": "Entrepôt", "place": "portal", "part-billing": "read", "lifetime": "90"}
    token = story.keep("token", re.search(r"crrc_[A-Za-z0-9_-]{43}", story.page("/staff/tokens/new", good)))
    client = story.page("/staff/clients/new", good)
    secret = story.keep("client", re.search(r"crrcs_[A-Za-z0-9_-]{43}", client))
    identifier = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", client.partition(secret)[0][-2000:])
    asker, slug = story.browser.client.application.test_client(), story.browser.tenant.slug
    for bearer in (token, token[:-1] + "x", "crrc_" + "n" * 43):
        asker.get(f"/api/v1/{slug}/me", headers={"Authorization": f"Bearer {bearer}"})
        asker.get(f"/api/v1/{slug}/me?access_token={bearer}")
    story.secrets["a token that is none"] = "n" * 43
    if identifier is not None:
        basic = base64.b64encode(f"{identifier[0]}:{secret}".encode()).decode()
        asked = {"grant_type": "client_credentials"}
        for header in (basic, basic[:-4] + "AAAA"):
            given = asker.post(f"/api/v1/{slug}/oauth/token", data=asked, headers={"Authorization": f"Basic {header}"})
            if given.status_code == 200:
                story.secrets["access token"] = given.get_json()["access_token"]
        story.secrets["basic"] = basic
    hook = {
        "name": "Entrepôt",
        "url": "https://hooks.example/crrc?key=UnMotDePasseDansLAdresse",
        "topics": "invoice.issue",
    }
    story.keep("webhook", re.search(r"whsec_([A-Za-z0-9+/]{43}=)", story.page("/staff/webhooks/new", hook)))


def _other_systems(story: Story) -> None:
    provider = {
        "discovery_url": "",
        "other_url": "https://auth.invalid/.well-known/openid-configuration",
        "client_id": "crrc",
        "client_secret": "SecretChezLeFournisseur9",
        "level": "factor",
    }
    story.page("/staff/settings/sign-in/proconnect", provider)
    story.secrets["provider"] = provider["client_secret"]
    boss = operator("tests", story.browser.tenant.id)
    today = clock.now().date()
    typed = {
        **DEFAULTS["chorus_pro"],
        "client_id": "piste",
        "client_secret": "SecretChezPiste77",
        "login": "TECH_1@cpro.fr",
        "password": "MotDePasseChorus88",
    }
    set_channel(boss, "chorus_pro", typed, today + timedelta(days=30), True)
    story.secrets |= {"chorus secret": typed["client_secret"], "chorus password": typed["password"]}


def held_in_clear(database: str, secrets: dict[str, str]) -> list[str]:
    """Table → secret, wherever a row of any table holds one: as it is, or in another writing of it."""
    found = []
    with psycopg.connect(database.replace("+psycopg", "")) as root:
        tables = root.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            if table in CARRIED_BY:
                continue
            for name, secret in secrets.items():
                query = sql.SQL("select count(*) from {} row where position(%s in row::text) > 0")
                ((count,),) = root.execute(query.format(sql.Identifier(table)), [secret]).fetchall()
                found += [f"{table}: {name}"] if count else []
    return found


def held_in_redis() -> str:
    """Every key and value of this process's Redis database."""
    redis = queue.redis()
    readers: dict[bytes, Any] = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        b"stream": redis.xrange,
    }
    return " ".join(f"{key!r} {readers[redis.type(key)](key)!r}" for key in redis.scan_iter())


def test_no_secret_is_where_it_may_be_read(
    story: Story, said: list[str], database: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    act(story)
    logged = caplog.text + "".join(capsys.readouterr())
    assert "request" in logged, "something was logged"
    kinds = {
        "link",
        "first session",
        "totp",
        "recovery code 7",
        "token",
        "client",
        "access token",
        "webhook",
        "provider",
    }
    assert kinds <= story.secrets.keys()
    assert all(len(secret) >= 8 for secret in story.secrets.values())
    assert [name for name, secret in story.secrets.items() if secret in logged] == []
    assert held_in_clear(database, story.secrets) == []
    kept = held_in_redis()
    assert [name for name, secret in story.secrets.items() if secret in kept] == []


def test_what_is_sealed_is_in_a_column_that_says_so(story: Story, database: str) -> None:
    """`crrc secrets rotate` finds the columns by their mark: one without it would be lost with the old key."""
    act(story)
    marked = {one.name for one in sealed_columns()}
    found = set()
    with psycopg.connect(database.replace("+psycopg", "")) as root:
        for table in Base.metadata.tables.values():
            for column in table.columns:
                query = sql.SQL("select count(*) from {} where {}::text like '%%gAAAAA%%'")
                names = sql.Identifier(table.name), sql.Identifier(column.name)
                ((count,),) = root.execute(query.format(*names)).fetchall()
                found |= {f"{table.name}.{column.name}"} if count else set()
    assert {"totp_secret.secret", "identity_provider.client_secret", "channel_account.secrets"} <= found
    assert found - marked - PASSING == set()


def test_the_search_finds_what_is_there(database: str, tenant: Tenant) -> None:
    """Or the test above would say nothing."""
    assert held_in_clear(database, {"its name": tenant.name}) == ["tenant: its name"]
    assert held_in_clear(database, {"sealed": lock_away(tenant.name)}) == []
    queue.redis().set("crrc:test:secret", "trouvé-ici", ex=60)
    assert "trouv" in held_in_redis()


def test_a_fault_tells_no_local_variable(
    application: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program's own fault, with a secret in its hands: in a variable, an argument, a statement's parameters."""
    from sqlalchemy import text

    from kit.transaction import transaction

    def view() -> None:
        secret = "SecretDansUneVariable"
        with transaction(operator("tests", tenant.id)) as tx:
            tx.session.execute(text("select no_such_function(cast(:secret as text))"), {"secret": secret})

    view.permission = "public.view"  # type: ignore[attr-defined]
    monkeypatch.setitem(application.view_functions, "brand.css", view)
    logs.configure()
    rule = next(one for one in application.url_map.iter_rules() if one.endpoint == "brand.css")
    path = application.url_map.bind("localhost").build(
        "brand.css", {"tenant": tenant.slug} | dict.fromkeys(rule.arguments - {"tenant"}, "x")
    )
    answer = application.test_client().get(path)
    logged = "".join(capsys.readouterr())
    assert answer.status_code == 500
    assert "no_such_function" in logged
    assert "SecretDansUneVariable" not in logged + answer.get_data(as_text=True)
