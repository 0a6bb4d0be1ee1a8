"""The portal's settings: who may, what is refused and beside which field, and two people on one page."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image, PngImagePlugin
from sqlalchemy import select

from kit.actor import operator, system
from kit.audit import AuditLine
from kit.errors import Invalid
from kit.transaction import transaction
from tenants.gateway.picture import BOX, logo_png
from tenants.models import Tenant
from tenants.rules.portal import nearest_readable
from tenants.service import logo, profile
from tenants.service.portal import find_portal
from tenants.service.role import grant_role
from tests.browser import Browser, text_of

PAGES = ("", "/identity", "/domain", "/territory", "/brand", "/legal", "/policy")
LEGAL = {
    "publisher": "GIP e-santé Ici\n1 rue du Port\n35000 Rennes",
    "publication_director": "Anne Le Goff, directrice",
    "host_name": "Hébergeur SAS",
    "host_address": "8 rue de la Ville-l’Évêque\n75008 Paris",
    "host_phone": "+33 1 84 13 00 00",
    "dpo_name": "Yann Bihan",
    "dpo_email": "dpo@ici.fr",
    "security_contact": "https://ici.fr/securite",
    "accessibility_state": "partial",
    "accessibility_audited_on-day": "3",
    "accessibility_audited_on-month": "2",
    "accessibility_audited_on-year": "2026",
    "accessibility_notes": "Le calendrier.",
}


@pytest.fixture
def staff(application: Flask, tenant: Tenant) -> Callable[[str], Browser]:
    """Somebody with a role, in a browser."""

    def make(role: str) -> Browser:
        email = f"{role}@{tenant.slug}.fr"
        grant_role(operator("tests", tenant.id), email, role)
        return Browser(application, tenant).sign_in(email)

    return make


@pytest.fixture
def grades(staff: Callable[[str], Browser]) -> Browser:
    return staff("grades_manager")


def version_of(browser: Browser, path: str, name: str = "version") -> str:
    found = re.search(rf'name="{name}" value="([0-9a-f]+)"', browser.get(f"/staff/settings{path}").text)
    assert found is not None
    return found[1]


def save(browser: Browser, path: str, data: dict[str, Any], version: str | None = None) -> Any:
    return browser.post(f"/staff/settings{path}", data | {"version": version or version_of(browser, path)})


def acts(tenant: Tenant) -> list[tuple[str, list[str]]]:
    with transaction(system(tenant.id, "t")) as tx:
        lines = tx.session.scalars(select(AuditLine).where(AuditLine.action.like("tenant%")).order_by(AuditLine.number))
        return [(line.action, line.facts["changed"]) for line in lines]


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0b4f6c").save(out, kind, **options)
    return out.getvalue()


def test_managers_read_and_the_grades_writes(
    application: Flask, tenant: Tenant, staff: Callable[[str], Browser]
) -> None:
    ars, instructor, visitor = staff("ars_manager"), staff("ars_instructor"), Browser(application, tenant)
    for path in PAGES:
        assert ars.get(f"/staff/settings{path}").status_code == 200, path
        assert instructor.get(f"/staff/settings{path}").status_code == 403, path
        assert visitor.get(f"/staff/settings{path}").status_code == 303, path
    for path in (*PAGES[1:], "/brand/logo"):
        assert ars.post(f"/staff/settings{path}", {"version": "0"}).status_code == 403, path
    assert "Vous pouvez lire ces réglages" in text_of(ars.get("/staff/settings/policy"))
    assert acts(tenant) == []


def test_what_is_missing_is_said_to_managers_alone(grades: Browser) -> None:
    said = text_of(grades.get("/staff/settings"))
    assert "Il manque le directeur ou la directrice de la publication" in said
    assert "Il manque les départements" in said
    public = text_of(grades.get("/legal-notice"))
    assert "Il manque" not in public
    assert "Direction de la publication" not in public


def test_identity(grades: Browser, tenant: Tenant) -> None:
    wrong = save(grades, "/identity", {"name": "", "ars": "A", "contact_email": "x", "zone": "Mars/Base"})
    assert wrong.status_code == 422
    assert {"#name", "#ars", "#contact_email", "#zone"} <= set(re.findall(r'<a href="(#\w+)"', wrong.text))
    good = {"name": "GIP  Ici", "ars": "ARS d’Ici", "contact_email": "Contact@Ici.fr", "zone": "Indian/Reunion"}
    assert save(grades, "/identity", good).status_code == 303
    found = find_portal(tenant.slug)
    assert found is not None
    assert (found.name, found.contact_email, found.zone) == ("GIP Ici", "contact@ici.fr", "Indian/Reunion")
    assert acts(tenant) == [("tenant_profile.set", ["ars", "contact_email", "name", "zone"])]
    assert save(grades, "/identity", good).status_code == 303
    assert len(acts(tenant)) == 1


def test_two_on_one_page_lose_nothing(grades: Browser, staff: Callable[[str], Browser], tenant: Tenant) -> None:
    seen = version_of(grades, "/identity")
    theirs = {"name": "Le nom de l’autre", "ars": tenant.ars, "contact_email": "c@ici.fr", "zone": "Europe/Paris"}
    mine = theirs | {"name": "Mon nom à moi"}
    assert save(grades, "/identity", theirs, seen).status_code == 303
    late = save(grades, "/identity", mine, seen)
    assert late.status_code == 412
    assert "Mon nom à moi" in late.text
    assert "Le nom de l’autre" in late.text
    again = re.search(r'name="version" value="([0-9a-f]+)"', late.text)
    assert again is not None
    assert save(grades, "/identity", mine, again[1]).status_code == 303
    assert save(grades, "/legal", LEGAL, version_of(grades, "/legal")).status_code == 303


def test_another_page_saved_meanwhile_is_no_conflict(grades: Browser) -> None:
    seen = version_of(grades, "/legal")
    assert save(grades, "/brand", {"colour": "#123456", "letter_head": ""}).status_code == 303
    assert save(grades, "/legal", LEGAL, seen).status_code == 303


@pytest.mark.parametrize("version", ["", "0", "x" * 16, "é"])
def test_a_form_without_its_version_changes_nothing(grades: Browser, tenant: Tenant, version: str) -> None:
    answer = grades.post("/staff/settings/identity", {"version": version, "name": "Faux nom"} | {"zone": tenant.zone})
    assert answer.status_code in (412, 422)
    assert acts(tenant) == []


def test_legal_pages_say_what_is_written(grades: Browser, browser: Browser) -> None:
    assert save(grades, "/legal", LEGAL).status_code == 303
    notice = text_of(browser.get("/legal-notice"))
    for words in ("1 rue du Port", "Anne Le Goff, directrice", "Hébergeur SAS", "+33 1 84 13 00 00"):
        assert words in notice
    statement = text_of(browser.get("/accessibility"))
    assert "partiellement conforme" in statement
    assert "Le calendrier." in statement
    assert "l’audit du 3 février 2026" in statement
    assert "Accessibilité : partiellement conforme" in text_of(browser.get("/"))
    rights = browser.get("/personal-data").text
    assert "Yann Bihan" in rights
    assert "mailto:dpo@ici.fr" in rights
    security = browser.client.get("/.well-known/security.txt").text
    assert "https://ici.fr/securite" in security


def test_what_people_write_is_text(grades: Browser, browser: Browser) -> None:
    hostile = LEGAL | dict.fromkeys(("publisher", "dpo_name", "accessibility_notes"), "<script>alert(1)</script>")
    assert save(grades, "/legal", hostile).status_code == 303
    for path in ("/legal-notice", "/personal-data", "/accessibility"):
        assert "<script>alert" not in browser.get(path).text
        assert "&lt;script&gt;" in browser.get(path).text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"dpo_email": "personne"}, "dpo_email"),
        ({"host_phone": "appelez-nous"}, "host_phone"),
        ({"security_contact": "http://ici.fr"}, "security_contact"),
        ({"security_contact": "https://ici.fr/\nContact: x"}, "security_contact"),
        ({"security_contact": "javascript:alert(1)"}, "security_contact"),
        ({"publisher": "x" * 2001}, "publisher"),
        ({"publisher": "a\x00b"}, "publisher"),
        ({"accessibility_state": "perfect"}, "accessibility_state"),
        ({"accessibility_audited_on-day": "31"}, "accessibility_audited_on"),
        ({"accessibility_audited_on-year": "2999"}, "accessibility_audited_on"),
        ({"accessibility_audited_on-year": "²026"}, "accessibility_audited_on"),
        ({f"accessibility_audited_on-{part}": "" for part in ("day", "month", "year")}, "accessibility_audited_on"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_is_wrong_is_said_beside_it(grades: Browser, change: dict[str, str], field: str) -> None:
    answer = save(grades, "/legal", LEGAL | change)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Yann Bihan" in answer.text  # what was typed is still there


def test_a_pale_colour_is_refused_and_another_proposed(grades: Browser, tenant: Tenant) -> None:
    tried = grades.post("/staff/settings/brand", {"act": "try", "colour": "#ffcc00", "version": "x"})
    nearest = nearest_readable("#ffcc00")
    assert tried.status_code == 422
    assert f"Essayer {nearest}" in tried.text
    assert "--preview:#ffcc00" in tried.text
    proposed = grades.get(f"/staff/settings/brand?colour=%23{nearest[1:]}")
    assert proposed.status_code == 200
    assert f'value="{nearest}"' in proposed.text
    assert save(grades, "/brand", {"colour": "#ffcc00", "letter_head": ""}).status_code == 422
    assert (
        save(grades, "/brand", {"colour": nearest, "letter_head": "1 rue du Port\r\n\r\n\r\n\r\nRennes"}).status_code
        == 303
    )
    assert profile.view_portal(system(tenant.id, "t")).profile.letter_head == "1 rue du Port\n\nRennes"


@pytest.mark.parametrize("colour", ["red;}body{display:none", "#12345", "#gggggg", "</style><script>", "é" * 7, ""])
def test_a_colour_that_is_none_reaches_no_style(grades: Browser, colour: str) -> None:
    for answer in (
        grades.get("/staff/settings/brand", query_string={"colour": colour}),
        grades.post("/staff/settings/brand", {"act": "try", "colour": colour, "version": "x"}),
    ):
        assert answer.status_code in (200, 422)
        assert re.findall(r"--preview:([^;]*);--proposed:([^}]*)}", answer.text) == [("#0b4f6c",) * 2]


def send(browser: Browser, content: bytes, **more: str) -> Any:
    data = {"logo": (io.BytesIO(content), "logo.png"), "logo_version": version_of(browser, "/brand", "logo_version")}
    return browser.post("/staff/settings/brand/logo", data | more, content_type="multipart/form-data")  # type: ignore[arg-type]


def test_a_logo_is_written_again_and_shown(grades: Browser, browser: Browser, tenant: Tenant) -> None:
    assert browser.get("/logo.png").status_code == 404
    meta = PngImagePlugin.PngInfo()
    meta.add_text("Comment", "secret-note")
    assert send(grades, picture(size=(3000, 500), pnginfo=meta)).status_code == 303
    home = browser.get("/").text
    found = re.search(r'<img class="crrc-brand__logo" src="([^"]+)" alt="">', home)
    assert found is not None
    shown = browser.client.get(found[1])
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert b"secret-note" not in shown.data
    with Image.open(io.BytesIO(shown.data)) as kept:
        assert kept.format == "PNG"
        assert kept.size[0] <= BOX[0]
        assert kept.size[1] <= BOX[1]
    stale = grades.post("/staff/settings/brand/logo", {"act": "remove", "logo_version": "0" * 16})
    assert stale.status_code == 412
    assert send(grades, b"", act="remove").status_code == 303
    assert browser.get("/logo.png").status_code == 404
    assert acts(tenant) == [("tenant.brand", ["logo"])] * 2


def bomb() -> bytes:
    """A few kilobytes that would open into 900 megapixels."""
    content = bytearray(picture("PNG", (10, 10)))
    content[16:24] = (30000).to_bytes(4, "big") * 2
    import zlib

    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    return bytes(content)


HOSTILE = {
    "empty": b"",
    "text": b"hello",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<html><script>alert(1)</script>",
    "pdf": b"%PDF-1.7\n",
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "cut": picture()[:60],
    "bomb": bomb(),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_picture_is_refused(grades: Browser, content: bytes) -> None:
    answer = send(grades, content)
    assert answer.status_code == 422
    assert 'id="logo-error"' in answer.text


def test_a_heavy_file_is_not_looked_into() -> None:
    with pytest.raises(Invalid) as caught:
        logo_png(picture() + b"0" * 4_000_000)
    assert "4 Mo" in caught.value.fields["logo"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_kinds_are_taken(kind: str) -> None:
    assert logo_png(picture(kind)).startswith(b"\x89PNG\r\n\x1a\n")


def test_a_picture_sent_twice_is_kept_once(tenant: Tenant) -> None:
    boss = operator("root", tenant.id)
    assert logo.set_logo(boss, picture()) == logo.set_logo(boss, picture())
    assert acts(tenant) == [("tenant.brand", ["logo"])]


def test_the_territory_is_of_the_region(grades: Browser, tenant: Tenant) -> None:
    def choose(*codes: str) -> int:
        data = {"departments": list(codes), "version": version_of(grades, "/territory")}
        return int(grades.post("/staff/settings/territory", data).status_code)  # type: ignore[arg-type]

    assert (choose("14"), choose(), choose("35", "x")) == (422, 422, 422)
    assert choose("56", "35") == 303
    assert profile.view_portal(system(tenant.id, "t")).profile.departments == ["35", "56"]
    assert "Ille-et-Vilaine, Morbihan" in text_of(grades.get("/legal-notice"))
