"""What people do in a browser, in their words."""

import re

from playwright.sync_api import Page

from tests.kit.crew import eventually
from tests.notifications.post import Post

LINK = re.compile(r"http://\S+/sign-in/[0-9a-f]{64}")


def sign_in(page: Page, post: Post, email: str) -> None:
    """Ask for a link on the page that asks to sign in, open the mail, follow the link, press its button."""
    before = len(links(post, email))
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_role("button", name="Recevoir un lien de connexion").click()
    eventually(lambda: len(links(post, email)) > before)
    page.goto(links(post, email)[-1])
    page.get_by_role("button", name="Se connecter").click()


def links(post: Post, email: str) -> list[str]:
    """The sign-in links that were mailed to `email`, oldest first."""
    mails = [mail for mail in post.mails if email in str(mail["To"])]
    found = [LINK.search(str(mail.get_body(("plain",)).get_content())) for mail in mails]  # type: ignore[union-attr]
    return [one[0] for one in found if one]


def fill_section(page: Page) -> None:
    """Answer everything the section asks, whatever it is, and go on."""
    form = page.locator("main form[data-autosave]")
    for name in dict.fromkeys(radio.get_attribute("name") for radio in form.locator("input[type=radio]").all()):
        form.locator(f"input[type=radio][name='{name}']").first.check()
    for box in form.locator("input[type=checkbox]").all():
        box.check()
    for area in form.locator("textarea").all():
        area.fill("L’EHPAD et le service de soins à domicile.")
    for field in form.locator("input:not([type=hidden]):not([type=radio]):not([type=checkbox])").all():
        field.fill(_typed(field.get_attribute("name") or "", field.get_attribute("inputmode") or ""))
    page.get_by_role("button", name="Enregistrer et continuer").click()


def _typed(name: str, mode: str) -> str:
    if name.endswith("_on"):
        return "12/06/2025"
    if "email" in name:
        return "referente@ehpad-les-ajoncs.fr"
    if "phone" in name:
        return "02 99 12 34 56"
    return "12" if mode in ("numeric", "decimal") else "Gwenaëlle Le Bihan"
