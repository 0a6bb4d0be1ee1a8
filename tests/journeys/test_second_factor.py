"""A second factor in a real browser, with Chromium's own authenticator: added, shown, asked again where it matters."""

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pyotp
import pytest
from playwright.sync_api import Page, expect

from kit import clock
from kit.actor import operator
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.journeys.conftest import accessible
from tests.journeys.people import sign_in
from tests.journeys.portal import Portal
from tests.kit.crew import eventually
from tests.notifications.post import Post

GRADES, OWNER = "marc.riou@esante.test", "claire.legoff@ehpad-les-ajoncs.fr"
CODE = re.compile(r"\b(\d{4}\N{NO-BREAK SPACE}\d{4})\b")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def region(make_tenant: Callable[..., Tenant], portal: Portal) -> Tenant:
    """A portal that asks its GRADeS for a second factor, at an address that has a name: passkeys want one."""
    tenant = make_tenant()
    grant_role(operator("tests", tenant.id), GRADES, "grades_manager")
    with transaction(operator("tests", tenant.id)) as tx:
        tx.session.get_one(Tenant, tenant.id).second_factor_roles = ["grades_manager"]
    portal.address = f"http://localhost:{portal.port}"
    portal.environment["CRRC_BASE_URL"] = portal.address
    portal.start_web()
    portal.start("worker")
    portal.start("scheduler")
    return tenant


def test_from_the_first_factor_to_a_confirmation(
    region: Tenant, portal: Portal, own: str, post: Post, visitor: Callable[..., Page]
) -> None:
    page = visitor()
    device = plug(page)
    secret, codes = add_an_application(page, post, region, portal)
    add_a_key(page, region, portal)
    come_in_with_link_and_key(page, post, region, portal)
    come_in_with_the_key_alone(page, region, portal)
    give_a_role(page, own, secret, region, portal)
    look_at_sessions(page, region, portal)
    come_in_with_a_code(visitor(phone=True), post, region, portal, codes[0])
    told = {str(mail["Subject"]) for mail in post.mails if GRADES in str(mail["To"])}
    assert {"Nouveau second facteur sur votre compte", "Un code de secours a servi"} <= told
    assert device


def plug(page: Page) -> str:
    """An authenticator of the machine itself, which recognises its person."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    options |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    return str(session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


def at(portal: Portal, region: Tenant, path: str) -> str:
    return f"{portal.address}/{region.slug}{path}"


def add_an_application(page: Page, post: Post, region: Tenant, portal: Portal) -> tuple[str, list[str]]:
    """On the way in, since the role wants a second factor. Returns its secret and the recovery codes."""
    page.goto(at(portal, region, "/staff/people"))
    sign_in(page, post, GRADES)
    expect(page.get_by_role("heading", name="Ajoutez un second facteur")).to_be_visible()
    accessible(page)
    page.goto(at(portal, region, "/staff/people"))
    expect(page.get_by_role("heading", name="Ajoutez un second facteur")).to_be_visible()
    page.get_by_role("link", name="Ajouter une application").click()
    accessible(page)
    page.get_by_text("Je ne peux pas le photographier").click()
    secret = page.locator(".crrc-enrol__secret").inner_text().replace(" ", "")
    page.get_by_label("Code à 6 chiffres").fill("000000")
    page.get_by_role("button", name="Ajouter l’application").click()
    expect(page.get_by_text("n’est pas celui que l’application devrait montrer").first).to_be_visible()
    accessible(page)
    page.get_by_label("Code à 6 chiffres").fill(pyotp.TOTP(secret).at(clock.now(), counter_offset=-1))
    page.get_by_role("button", name="Ajouter l’application").click()
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    accessible(page)
    codes = page.locator(".crrc-codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="J’ai gardé mes codes").click()
    expect(page.get_by_role("heading", name="Équipe du portail")).to_be_visible()
    return secret, codes


def add_a_key(page: Page, region: Tenant, portal: Portal) -> None:
    page.goto(at(portal, region, "/account/security"))
    accessible(page)
    page.get_by_role("link", name="Ajouter une clé").click()
    accessible(page)
    page.get_by_label("Nom de la clé").fill("")
    page.get_by_role("button", name="Créer la clé d’accès").click()
    expect(page.get_by_text("Donnez un nom à cette clé").first).to_be_visible()
    page.get_by_label("Nom de la clé").fill("Ce portable")
    page.get_by_role("button", name="Créer la clé d’accès").click()
    expect(page.get_by_text("Votre clé d’accès est ajoutée")).to_be_visible()
    expect(page.get_by_text("Ce portable", exact=True)).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Ajouter une clé").click()
    page.get_by_label("Nom de la clé").fill("La même")
    page.get_by_role("button", name="Créer la clé d’accès").click()
    expect(page.get_by_text("Cet appareil a déjà une clé")).to_be_visible()


def leave(page: Page) -> None:
    page.locator("header summary").click()
    page.locator("header").get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté")).to_be_visible()


def come_in_with_link_and_key(page: Page, post: Post, region: Tenant, portal: Portal) -> None:
    leave(page)
    page.goto(at(portal, region, "/staff/people"))
    accessible(page)
    sign_in(page, post, GRADES)
    expect(page.get_by_role("heading", name="Encore une étape")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    expect(page.get_by_role("heading", name="Équipe du portail")).to_be_visible()


def come_in_with_the_key_alone(page: Page, region: Tenant, portal: Portal) -> None:
    leave(page)
    page.goto(at(portal, region, "/staff/people"))
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    expect(page.get_by_role("heading", name="Équipe du portail")).to_be_visible()


def make_stale(own: str) -> None:
    """Twenty minutes pass for every session."""
    with psycopg.connect(own.replace("+psycopg", ""), autocommit=True) as connection:
        for column in ("proved_at", "factor_at", "seen_at"):
            connection.execute(f"update session set {column} = {column} - interval '20 minutes'")  # type: ignore[call-overload]


def give_a_role(page: Page, own: str, secret: str, region: Tenant, portal: Portal) -> None:
    """Sensitive, and the last proof is old: asked in place, wrong then right, and nothing typed is lost."""
    page.goto(at(portal, region, "/staff/people"))
    page.get_by_label("Adresse électronique professionnelle").fill("yann.kervella@ars.test")
    page.get_by_label("Instructeur à l’ARS").check()
    make_stale(own)
    page.get_by_role("button", name="Donner ce rôle").click()
    expect(page.get_by_role("heading", name="Confirmez que c’est vous")).to_be_visible()
    accessible(page)
    page.get_by_label("Code à 6 chiffres").fill("000000")
    page.get_by_role("button", name="Confirmer", exact=True).click()
    expect(page.get_by_text("Il reste 4").first).to_be_visible()
    accessible(page)
    page.get_by_label("Code à 6 chiffres").fill(pyotp.TOTP(secret).at(clock.now()))
    page.get_by_role("button", name="Confirmer", exact=True).click()
    expect(page.get_by_text("yann.kervella@ars.test a maintenant ce rôle")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="yann.kervella@ars.test")
    expect(row).to_contain_text("Instructeur à l’ARS")
    make_stale(own)
    row.get_by_role("button", name=re.compile("Retirer")).click()
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    expect(page.get_by_text("n’a plus ce rôle")).to_be_visible()


def look_at_sessions(page: Page, region: Tenant, portal: Portal) -> None:
    page.goto(at(portal, region, "/account"))
    accessible(page)
    page.get_by_role("link", name="Mes connexions").click()
    expect(page.locator("main")).to_contain_text("Chrome sur Linux")
    accessible(page)


def come_in_with_a_code(page: Page, post: Post, region: Tenant, portal: Portal, code: str) -> None:
    """On a borrowed phone: the telephone and the computer are at home."""
    page.goto(at(portal, region, "/account/sessions"))
    sign_in(page, post, GRADES)
    accessible(page)
    page.get_by_text("Utiliser un code de secours").click()
    page.get_by_label("Code de secours").fill(code.lower())
    page.get_by_role("button", name="Confirmer avec ce code").click()
    expect(page.get_by_text("Il vous reste 9\N{NO-BREAK SPACE}codes de secours")).to_be_visible()
    page.get_by_role("button", name="Fermer toutes les autres").click()
    expect(page.get_by_text("autre connexion fermée")).to_be_visible()
    accessible(page)
    eventually(lambda: any("Un code de secours a servi" in str(mail["Subject"]) for mail in post.mails), seconds=60)


def test_without_a_script_nor_a_factor(
    region: Tenant, portal: Portal, own: str, post: Post, visitor: Callable[..., Page]
) -> None:
    """A phone, no JavaScript, nothing but a mailbox: a code by mail, in place."""
    page = visitor(script=False, phone=True)
    page.goto(at(portal, region, "/account"))
    sign_in(page, post, OWNER)
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    make_stale(own)
    page.get_by_role("link", name="Second facteur").click()
    page.get_by_role("link", name="Ajouter une application").click()
    expect(page.get_by_role("heading", name="Confirmez que c’est vous")).to_be_visible()
    page.get_by_role("button", name="Recevoir un code par courriel").click()
    page.get_by_label("Code reçu par courriel").fill(mailed_code(post, OWNER))
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", name="Ajouter une application de codes")).to_be_visible()


def mailed_code(post: Post, email: str) -> str:
    """The code of the mail that confirms."""
    found: list[str] = []

    def arrived() -> bool:
        mails = [mail for mail in post.mails if email in str(mail["To"]) and "confirmation" in str(mail["Subject"])]
        texts = [str(mail.get_body(("plain",)).get_content()) for mail in mails]  # type: ignore[union-attr]
        found[:] = [code[1] for text in texts if (code := CODE.search(text))]
        return bool(found)

    eventually(arrived, seconds=60)
    return found[-1]
