"""ProConnect and Pro Santé Connect in a real browser, with npm's certified provider in their two shapes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from kit.actor import operator, system
from kit.transaction import transaction
from kit.vault import lock_away
from tenants.models import IdentityProvider, Tenant
from tenants.rules.identity import PSC_LEVELS, SECOND_FACTOR
from tenants.service.role import grant_role
from tests.journeys.conftest import accessible
from tests.journeys.people import sign_in
from tests.journeys.portal import Portal
from tests.kit.crew import eventually
from tests.notifications.post import Post
from tests.peers.oidc.real import CAMILLE, Peer, open_peer

GRADES = "marc.riou@esante.test"
CODE = re.compile(r"\b(\d{4})\N{NO-BREAK SPACE}(\d{4})\b")
MOST_PROMPTS = 3

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def region(make_tenant: Callable[..., Tenant], portal: Portal) -> Tenant:
    """A portal that answers, and its GRADeS."""
    tenant = make_tenant()
    grant_role(operator("tests", tenant.id), GRADES, "grades_manager")
    portal.start_web()
    portal.start("worker")
    portal.start("scheduler")
    return tenant


@contextmanager
def opened(kind: str, portal: Portal, tenant: Tenant, levels: list[str] | None = None) -> Iterator[Peer]:
    """A provider where the portal is registered."""
    with open_peer(kind, f"{portal.address}/{tenant.slug}") as peer:
        with transaction(system(tenant.id, "tests")) as tx:
            tx.add(
                IdentityProvider(
                    kind=kind,
                    discovery_url=peer.discovery_url,
                    client_id=peer.client_id,
                    client_secret=lock_away(peer.client_secret),
                    acr_values=levels or [],
                    enabled=True,
                    updated_at=tx.now,
                )
            )
        yield peer


def code_of(post: Post, email: str) -> str:
    """The code of the last mail to `email`, as it is written."""
    found: list[str] = []

    def arrived() -> bool:
        mails = [mail for mail in post.mails if email in str(mail["To"])]
        texts = [str(mail.get_body(("plain",)).get_content()) for mail in mails]  # type: ignore[union-attr]
        found[:] = [" ".join(code.groups()) for text in texts if (code := CODE.search(text))]
        return bool(found)

    eventually(arrived)
    return found[-1]


def identify(page: Page, login: str, acr: str = "eidas1") -> None:
    """At the provider's."""
    page.get_by_label("Identifiant").fill(login)
    page.get_by_label("Niveau").fill(acr)
    page.get_by_role("button", name="S’identifier").click()


def test_an_agent_comes_in_with_proconnect_and_goes_out(
    region: Tenant, portal: Portal, post: Post, visitor: Callable[..., Page]
) -> None:
    """First by the code of our mail, then directly; the sign-out is there too. On a phone, then without scripts."""
    email = str(CAMILLE["email"])
    with opened("proconnect", portal, region) as peer:
        page = visitor(phone=True)
        page.goto(f"/{region.slug}/candidacies")
        expect(page.get_by_role("heading", name="Avec ProConnect")).to_be_visible()
        accessible(page)
        page.get_by_role("button", name="S’identifier avec ProConnect").click()
        identify(page, peer.login)
        expect(page.get_by_role("heading", name="Vérifiez votre boîte de réception")).to_be_visible()
        accessible(page)
        page.get_by_label("Code à 8 chiffres").fill("0000 0000")
        page.get_by_role("button", name="Se connecter avec le code").click()
        expect(page.get_by_role("alert")).to_contain_text("pas le bon")
        accessible(page)
        page.get_by_label("Code à 8 chiffres").fill(code_of(post, email))
        page.get_by_role("button", name="Se connecter avec le code").click()
        expect(page).to_have_url(f"{portal.address}/{region.slug}/candidacies")
        page.goto(f"/{region.slug}/account/identities")
        expect(page.locator("main")).to_contain_text("Statut non précisé")
        accessible(page)
        sign_out(page, peer)
        expect(page.locator("main")).to_contain_text("Vous êtes déconnecté du portail et de ProConnect")
        bare = visitor(script=False)
        bare.goto(f"/{region.slug}/sign-in?next=/{region.slug}/account")
        bare.get_by_role("button", name="S’identifier avec ProConnect").click()
        identify(bare, peer.login)
        expect(bare).to_have_url(f"{portal.address}/{region.slug}/account")
        expect(bare.get_by_text("Camille Durand").first).to_be_visible()
    codes = [mail for mail in post.mails if email in str(mail["To"]) and "Votre lien de connexion" in mail["Subject"]]
    assert len(codes) == 1


def sign_out(page: Page, peer: Peer) -> None:
    """By the portal, then at the provider's, which asks."""
    page.goto(f"{page.url.rsplit('/', 1)[0]}")
    page.locator("main").get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{peer.issuer}/**")
    page.get_by_role("button", name=re.compile("Yes")).click()


def test_a_level_that_is_not_reached_opens_nothing(
    region: Tenant, portal: Portal, visitor: Callable[..., Page]
) -> None:
    """The provider asks again each time: we stop after three, renounce, and are told another way in."""
    with opened("proconnect", portal, region, list(SECOND_FACTOR)) as peer:
        page = visitor()
        page.goto(f"/{region.slug}/sign-in")
        page.get_by_role("button", name="S’identifier avec ProConnect").click()
        for _ in range(MOST_PROMPTS):
            identify(page, peer.login)
            page.wait_for_url(f"{peer.issuer}/interaction/**")
        page.get_by_role("button", name="Renoncer").click()
        expect(page.get_by_role("heading", name="La connexion avec ProConnect n’a pas abouti")).to_be_visible()
        expect(page.locator("main")).to_contain_text("interrompue")
        accessible(page)
        page.get_by_role("link", name="Recevoir un lien par courriel").click()
        expect(page.get_by_label("Adresse électronique")).to_be_visible()


def test_a_health_professional_says_for_which_place_they_come(
    region: Tenant, portal: Portal, post: Post, visitor: Callable[..., Page]
) -> None:
    with opened("psc", portal, region, [PSC_LEVELS[0]]) as peer:
        page = visitor()
        page.goto(f"/{region.slug}/sign-in?next=/{region.slug}/account/identities")
        page.get_by_role("button", name="S’identifier avec Pro Santé Connect").click()
        identify(page, peer.login)
        expect(page.get_by_role("heading", name="À quelle adresse vous écrire")).to_be_visible()
        accessible(page)
        page.get_by_label("Adresse électronique").fill("robert@cabinet.test")
        page.get_by_role("button", name="Recevoir le code").click()
        page.get_by_label("Code à 8 chiffres").fill(code_of(post, "robert@cabinet.test"))
        page.get_by_role("button", name="Se connecter avec le code").click()
        accessible(page)
        page.get_by_label("Cabinet du Port").check()
        page.get_by_role("button", name="Continuer").click()
        expect(page).to_have_url(f"{portal.address}/{region.slug}/account/identities")
        expect(page.locator("main")).to_contain_text("Cabinet du Port")
        accessible(page)
        sign_out(page, peer)
        expect(page.locator("main")).to_contain_text("déconnecté du portail et de Pro Santé Connect")


def test_the_grades_registers_tries_and_opens_a_provider(
    region: Tenant, portal: Portal, post: Post, visitor: Callable[..., Page]
) -> None:
    with open_peer("proconnect", f"{portal.address}/{region.slug}") as peer:
        page = visitor()
        page.goto(f"/{region.slug}/staff/settings/sign-in")
        sign_in(page, post, GRADES)
        accessible(page)
        page.get_by_role("link", name="ProConnect").click()
        expect(page.locator("main")).to_contain_text(f"{portal.address}/{region.slug}/sign-in/proconnect/callback")
        accessible(page)
        page.get_by_label("Environnement").select_option(label="Une autre adresse (essai)")
        page.get_by_label("Autre adresse de description").fill(peer.discovery_url)
        page.get_by_label("Identifiant (client_id)").fill(peer.client_id)
        page.get_by_label("Secret (client_secret)").fill(peer.client_secret)
        page.get_by_label("Tous les niveaux").check()
        page.get_by_role("button", name="Enregistrer").click()
        page.get_by_role("button", name="Essayer").click()
        expect(page.locator("main")).to_contain_text(peer.issuer)
        accessible(page)
        page.get_by_role("button", name="Ouvrir à vos utilisateurs").click()
        expect(page.locator("main")).to_contain_text("est proposé sur la page de connexion")
        agent = visitor()
        agent.goto(f"/{region.slug}/sign-in")
        agent.get_by_role("button", name="S’identifier avec ProConnect").click()
        agent.wait_for_url(f"{peer.issuer}/**")
    page.get_by_role("button", name="Essayer").click()
    expect(page.get_by_role("alert")).to_contain_text("connexion impossible")
    accessible(page)
