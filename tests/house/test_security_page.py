"""docs/security.md says the code as it is: figures, keys, ways in, calls to others, files, workers."""

import re

from flask import Flask

from app import factory, limits
from app.auth import view_permission
from app.errands import ERRANDS
from bookings.rules import file_type
from kit.settings import Settings
from services_catalog.gateway import spreadsheet
from tenants.gateway import picture
from tenants.rules import factor, proof_file
from tenants.rules.policy import SIGN_IN_METHODS
from tenants.rules.program import ACCESS_LIFETIME
from tenants.service import session, sign_in
from tests.house.imports import PROJECT, imported, sources

PAGE = PROJECT / "docs/security.md"
CRYPTOGRAPHY = {"cryptography", "joserfc", "authlib", "pyotp", "webauthn", "hmac", "ssl"}
TAKES_A_FILE = re.compile(r"request\.files[.\[]")
CALLS_OUT = {"kit.outgoing", "kit.guarded_session", "smtplib", "http.client", "urllib.request"}


def figures() -> list[str]:
    """The page's sentences, with the figures of the code."""
    return [
        f"lives {sign_in.LINK_LIFETIME.seconds // 60} minutes",
        f"{sign_in.MOST_BY_ADDRESS} mails to one address and {sign_in.MOST_BY_IP} from one network",
        f"{sign_in.MOST_TRIES} wrong codes kill",
        f"{factor.MOST_WRONG} wrong answers in {factor.WRONG_WINDOW.seconds // 60} minutes",
        f"{factor.MOST_WRONG_A_DAY} a day",
        f"code by mail lives {factor.EMAILED_FOR.seconds // 60} minutes",
        f"ends {session.SESSION_LIFETIME.seconds // 3600} hours after it began",
        f"{session.Policy().idle.seconds // 60} minutes without a request",
        f"older than {session.Policy().step_up.seconds // 60} minutes",
        f"{Settings.__dataclass_fields__['api_per_minute'].default} calls a minute",
        f"1/{limits.STRANGERS} of it for an address without a token, 1/{limits.GUESSES} for wrong tokens",
        f"token of {ACCESS_LIFETIME.seconds // 60} minutes",
        f"any request: {factory.LARGEST_BODY // 1024**2} MB; text: {factory.LARGEST_TEXT // 1024**2} MB",
        f"{file_type.MOST_BYTES // 10**6} MB, 500 MB opened",
        f"{proof_file.MOST_BYTES // 10**6} MB |",
        f"{picture.LARGEST_FILE // 10**6} MB, {picture.MOST_PIXELS // 10**6} million points",
        f"{spreadsheet.LARGEST // 1024**2} MB, {spreadsheet.LARGEST_UNZIPPED // 1024**2} MB opened",
    ]


def test_the_page_says_the_figures_of_the_code() -> None:
    page = " ".join(PAGE.read_text().split())
    assert [said for said in figures() if said not in page] == []


def test_every_use_of_cryptography_is_in_the_inventory() -> None:
    page = PAGE.read_text()
    using = {path for path, tree in sources() if {one.split(".")[0] for one in imported(tree)} & CRYPTOGRAPHY}
    assert [path for path in sorted(using) if f"`{path}`" not in page] == []
    assert len(using) > 10


def test_every_way_in_is_on_the_page(application: Flask) -> None:
    """Each method of sign-in, and each address where somebody or a program may prove who they are."""
    page = PAGE.read_text()
    assert [method for method in SIGN_IN_METHODS if f"`{method}`" not in page] == []
    opening = {"sign_in_link.use", "passkey.sign_in", "identity.finish", "access_token.ask"}
    doors = {
        rule.rule.removeprefix("/api/v1").removeprefix("/<tenant>")
        for rule in application.url_map.iter_rules()
        if view_permission(application, rule.endpoint, "POST") in opening
        or view_permission(application, rule.endpoint, "GET") in opening
    }
    assert [door for door in sorted(doors) if f"`{door}`" not in page] == []
    for path in (PROJECT / "app/templates").rglob("*.html"):
        assert "current-password" not in path.read_text(), path  # no page asks for a password of ours


def test_every_call_outside_is_on_the_page() -> None:
    page = PAGE.read_text()
    calling = {path for path, tree in sources() if imported(tree) & CALLS_OUT}
    assert [path for path in sorted(calling) if f"`{path}`" not in page] == []


def test_files_are_taken_where_the_page_says() -> None:
    page = PAGE.read_text()
    taking = {path for path, _ in sources() if TAKES_A_FILE.search((PROJECT / path).read_text())}
    taking -= {"tenants/web/confirm.py"}  # says which files must be chosen again, and keeps none
    assert [path for path in sorted(taking) if f"`{path}`" not in page] == []


def test_the_page_names_what_workers_do() -> None:
    """What takes long is an errand of the workers, never a request."""
    page = PAGE.read_text()
    assert [errand.name for errand in ERRANDS if f"`{errand.name}`" not in page] == []
