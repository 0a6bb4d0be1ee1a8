"""Registering a portal with a provider: by the GRADeS, with a fresh proof, to places the installation trusts."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from kit import clock
from kit.actor import Actor, anonymous, operator, system
from kit.audit import AuditLine
from kit.errors import Conflict, Forbidden, Invalid, Unconfirmed
from kit.settings import settings
from kit.transaction import transaction
from kit.vault import take_out
from tenants.gateway.oidc import forget_providers
from tenants.models import IdentityProvider, Tenant
from tenants.models import Session as SignedIn
from tenants.rules.provider import PLACES, SANDBOXES
from tenants.service.identity_provider import (
    close_provider,
    open_provider,
    set_provider,
    trusted_places,
    try_provider,
    view_providers,
)
from tenants.service.role import grant_role
from tenants.service.session import find_signed_in
from tests.browser import Browser, text_of
from tests.peers.oidc.forger import CLIENT, SECRET, Forger, Lies, open_forger

pytestmark = pytest.mark.usefixtures("no_limits")
PATH = "/staff/settings/sign-in"


@pytest.fixture
def forger() -> Iterator[Forger]:
    forget_providers()
    with open_forger("proconnect") as opened:
        yield opened


@pytest.fixture
def manager(application: Flask, tenant: Tenant) -> Browser:
    """The GRADeS."""
    email = f"gestion@{tenant.slug}.test"
    grant_role(operator("tests", tenant.id), email, "grades_manager")
    return Browser(application, tenant).sign_in(email)


def typed(forger: Forger, **others: str) -> dict[str, str]:
    return {
        "discovery_url": "",
        "other_url": forger.discovery_url,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "level": "factor",
    } | others


def row_of(tenant: Tenant) -> IdentityProvider:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalars(select(IdentityProvider)).one()


def test_from_nothing_to_an_open_door(manager: Browser, forger: Forger) -> None:
    tenant = manager.tenant
    assert "À enregistrer" in text_of(manager.get(PATH))
    page = manager.get(f"{PATH}/proconnect")
    for back in ("callback", "signed-out"):
        assert f"http://127.0.0.1:8000/{tenant.slug}/sign-in/proconnect/{back}" in page.text
    assert manager.post(f"{PATH}/proconnect/open").status_code == 409
    assert manager.post(f"{PATH}/proconnect/try").status_code == 409
    assert manager.post(f"{PATH}/proconnect/close").status_code == 409
    assert manager.post(f"{PATH}/proconnect", typed(forger)).status_code == 303
    assert "ProConnect" not in text_of(Browser(manager.client.application, tenant).get("/sign-in"))
    tried = text_of(manager.post(f"{PATH}/proconnect/try"))
    assert f"Émetteur {forger.issuer} " in tried
    assert manager.post(f"{PATH}/proconnect/open").status_code == 303
    shown = Browser(manager.client.application, tenant).get("/sign-in").text
    assert shown.index("S’identifier avec") < shown.index("Recevoir un lien de connexion")
    assert shown.index("numéro SIRET") < shown.index("S’identifier avec") < shown.index("Qu’est-ce que ProConnect")
    assert manager.post(f"{PATH}/proconnect/close").status_code == 303
    assert row_of(tenant).enabled is False


def test_the_secret_is_sealed_and_never_shown(manager: Browser, forger: Forger) -> None:
    manager.post(f"{PATH}/proconnect", typed(forger))
    assert take_out(row_of(manager.tenant).client_secret) == SECRET
    assert SECRET not in row_of(manager.tenant).client_secret
    refused = manager.post(f"{PATH}/proconnect", typed(forger, client_id=""))
    for answer in (
        manager.get(f"{PATH}/proconnect"),
        manager.get(PATH),
        manager.post(f"{PATH}/proconnect/try"),
        refused,
    ):
        assert SECRET not in answer.text
    assert manager.post(f"{PATH}/proconnect", typed(forger, client_secret="")).status_code == 303
    assert take_out(row_of(manager.tenant).client_secret) == SECRET
    with transaction(system(manager.tenant.id, "tests")) as tx:
        lines = tx.session.scalars(select(AuditLine).where(AuditLine.action == "identity_provider.set")).all()
    assert len(lines) == 2
    assert SECRET not in str([line.facts for line in lines])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"client_id": " "}, "client_id"),
        ({"client_secret": ""}, "client_secret"),
        ({"level": "eidas9"}, "level"),
        ({"other_url": "nulle part"}, "discovery_url"),
    ],
    ids=["client_id", "client_secret", "level", "discovery_url"],
)
def test_what_is_wrong_is_named(change: dict[str, str], field: str, manager: Browser, forger: Forger) -> None:
    answer = manager.post(f"{PATH}/proconnect", typed(forger, **change))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_another_place_closes_the_door(manager: Browser, forger: Forger) -> None:
    root = system(manager.tenant.id, "tests")
    set_provider(root, "proconnect", typed(forger) | {"discovery_url": forger.discovery_url})
    assert not open_provider(root, "proconnect").fault
    set_provider(
        root, "proconnect", typed(forger, level="any", client_secret="") | {"discovery_url": forger.discovery_url}
    )
    assert row_of(manager.tenant).enabled
    set_provider(root, "proconnect", typed(forger, client_id="other") | {"discovery_url": forger.discovery_url})
    assert not row_of(manager.tenant).enabled


def test_a_provider_that_does_not_answer_is_not_opened(manager: Browser, forger: Forger) -> None:
    manager.post(f"{PATH}/proconnect", typed(forger))
    forger.lies = Lies(discovery={"issuer": "https://other.example"})
    answer = manager.post(f"{PATH}/proconnect/open")
    assert answer.status_code == 409
    assert "n’est pas celle de" in text_of(answer)
    assert not row_of(manager.tenant).enabled


def test_only_the_grades_and_lately_proved(manager: Browser, forger: Forger, person: Callable[..., Actor]) -> None:
    tenant = manager.tenant
    for email, role in ((f"ars@{tenant.slug}.test", "ars_manager"), (f"rien@{tenant.slug}.test", None)):
        if role:
            grant_role(operator("tests", tenant.id), email, role)
        actor = person(email)
        with pytest.raises(Forbidden):
            view_providers(actor)
        with pytest.raises(Forbidden):
            set_provider(actor, "psc", {})
        for act in (try_provider, open_provider, close_provider):
            with pytest.raises(Forbidden):
                act(actor, "psc")
    with transaction(anonymous(None)) as tx:
        tx.session.execute(update(SignedIn).values(proved_at=clock.now() - timedelta(hours=1)))
    stale = person_of(manager)
    with pytest.raises(Unconfirmed):
        set_provider(stale, "proconnect", typed(forger) | {"discovery_url": forger.discovery_url})
    assert view_providers(stale)


def person_of(browser: Browser) -> Actor:
    found = find_signed_in(browser.tenant.id, browser.session or "", None)
    assert found is not None
    return found


def test_an_installation_that_is_no_trial_trusts_production_and_what_it_names(
    tenant: Tenant, forger: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs a provider could be anybody in every portal: no manager brings their own."""
    root = system(tenant.id, "tests")
    monkeypatch.setenv("CRRC_BASE_URL", "https://crrc.example")
    settings.cache_clear()
    try:
        assert trusted_places("proconnect") == PLACES["proconnect"]
        for place in (
            forger.discovery_url,
            SANDBOXES["proconnect"],
            "https://evil.example/.well-known/openid-configuration",
        ):
            with pytest.raises(Invalid):
                set_provider(root, "proconnect", typed(forger) | {"discovery_url": place})
        set_provider(root, "proconnect", typed(forger) | {"discovery_url": next(iter(PLACES["proconnect"]))})
        monkeypatch.setenv("CRRC_IDENTITY_SANDBOXES", "psc")
        assert SANDBOXES["psc"] in trusted_places("psc")
        assert SANDBOXES["proconnect"] not in trusted_places("proconnect")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    with pytest.raises(Conflict):
        try_provider(root, "psc")
