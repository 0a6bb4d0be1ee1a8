"""Which pictures the guides show: whose page, which address, and what is clicked to come there.

Heights leave out what Chromium itself says (choosers of files, days): it is in English without its package of words.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page
from pypdf import PdfWriter

ESMS, INSTRUCTOR, ARS = "Gestionnaire d’ESMS", "Instructrice à l’ARS", "Responsable à l’ARS"
GRADES, PROVIDER, VISITOR = "Gestionnaire du GRADeS", "Prestataire", ""
OPEN, INSTRUCTED = "bretagne-2026-exercice", "bretagne-2026-automne-exercice"

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/campaigns/bretagne-2025-exercice.yaml"

Way = Callable[[Page], object]


def stay(page: Page) -> None:
    """The address is the page."""


def follow(*names: str) -> Way:
    """Click, one after the other, the first link of the page's content that bears each name."""

    def go(page: Page) -> None:
        for name in names:
            page.get_by_role("main").get_by_role("link", name=name).first.click()

    return go


def check_name(page: Page) -> None:
    """Look one's organisation up by its name, as anybody may."""
    page.get_by_role("main").get_by_role("textbox").fill("canton de Baguer Morvan")
    page.get_by_role("main").get_by_role("button", name="Vérifier").click()


def third(*names: str) -> Way:
    """Open the third thing of the list, then follow the links."""

    def go(page: Page) -> None:
        page.get_by_role("main").get_by_role("link").nth(2).click()
        follow(*names)(page)

    return go


def checked(page: Page) -> None:
    """A call whose text contradicts its dates, looked at before it is saved."""
    page.get_by_label("Document").fill(EXAMPLE.read_text().replace("bretagne-2025", "bretagne-2027"))
    page.get_by_role("main").get_by_role("button", name="Vérifier").click()


def joined(page: Page) -> None:
    """The section of papers with one joined: pages of a demonstration that was pictured before have it already."""
    follow("Exercice de gestion de crise cyber", "Vos pièces")(page)
    if not page.get_by_role("button", name="Retirer").count():
        paper = {"name": "organigramme-2026.pdf", "mimeType": "application/pdf", "buffer": _pdf()}
        page.locator("input[type=file]").first.set_input_files([paper])  # type: ignore[list-item]
    page.get_by_role("button", name="Retirer").wait_for()
    page.reload()  # as one who comes back sees it


def _pdf() -> bytes:
    """A page that stands for an organisation chart."""
    writer, content = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(content)
    return content.getvalue()


def menu(name: str) -> Way:
    """A page of the second menu."""
    return lambda page: page.get_by_role("link", name=name).first.click()


@dataclass(frozen=True, slots=True)
class Picture:
    """`height` pixels from the top of `path`, or from the element `top` (CSS), once `way` was gone."""

    name: str
    role: str
    path: str
    way: Way = stay
    height: int = 860
    top: str = ""


ALBUM = (
    Picture("esms-appel", VISITOR, f"/campaigns/{OPEN}"),
    Picture("esms-dossiers", ESMS, "/candidacies", height=760),
    Picture("esms-dossier", ESMS, "/candidacies", follow("Exercice de gestion de crise cyber")),
    Picture("esms-verifier", VISITOR, "/check", check_name),
    Picture("esms-pieces", ESMS, "/candidacies", joined, height=610),
    Picture("esms-relire", ESMS, "/candidacies", follow("Exercice de gestion de crise cyber", "Relire et déposer")),
    Picture("esms-accuse", ESMS, "/candidacies", third("Voir l’accusé de réception")),
    Picture("esms-parcours", ESMS, "/candidacies", third("Voir le parcours")),
    Picture("esms-droits", ESMS, "/orders"),
    Picture("esms-reserver", ESMS, "/orders", follow("Réserver en un clic")),
    Picture("esms-mission", ESMS, "/missions", follow("Sensibilisation des équipes")),
    Picture("esms-factures", ESMS, "/invoices"),
    Picture("esms-payer", ESMS, "/invoices", follow("Payer, contester…")),
    Picture("ars-campagnes", ARS, "/staff/campaigns"),
    Picture("ars-appel", ARS, f"/staff/campaigns/{OPEN}"),
    Picture("ars-public", ARS, f"/staff/campaigns/{OPEN}/audience"),
    Picture("ars-dossiers", INSTRUCTOR, f"/staff/campaigns/{INSTRUCTED}/candidacies"),
    Picture(
        "ars-instruire",
        INSTRUCTOR,
        f"/staff/campaigns/{INSTRUCTED}/candidacies",
        follow("Association la Colline"),
        height=1000,
    ),
    Picture("ars-document", ARS, "/staff/new-campaign", checked),
    Picture("ars-decisions", ARS, f"/staff/campaigns/{INSTRUCTED}/decisions"),
    Picture("ars-notifier", ARS, f"/staff/campaigns/{INSTRUCTED}/release"),
    Picture("grades-missions", GRADES, "/staff/missions"),
    Picture("grades-attribuer", GRADES, "/staff/missions", follow("Attribuer")),
    Picture("grades-catalogue", GRADES, "/staff/services"),
    Picture("grades-marche", GRADES, "/staff/market", follow("Marché cyber-résilience")),
    Picture("grades-prestataires", GRADES, "/staff/providers/validity"),
    Picture("grades-facturation", GRADES, "/staff/billing"),
    Picture("grades-brouillons", GRADES, "/staff/billing/drafts"),
    Picture("grades-releves", GRADES, "/staff/billing/bank", height=570),
    Picture("grades-reglages", GRADES, "/staff/settings"),
    Picture("grades-organismes", GRADES, "/staff/organisations"),
    Picture("prestataire-missions", PROVIDER, "/missions"),
    Picture("prestataire-mission", PROVIDER, "/missions", follow("Exercice de crise cyber")),
    Picture("prestataire-date", PROVIDER, "/missions", third("Choisir une date")),
    Picture("prestataire-disponibilites", PROVIDER, "/missions", menu("Disponibilités"), height=640),
    Picture("prestataire-agenda", PROVIDER, "/calendar"),
    Picture("exploitant-etat", VISITOR, "/status", height=780),
)
