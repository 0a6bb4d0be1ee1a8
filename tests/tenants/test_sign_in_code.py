"""The code of a mail: in the browser that asked, eight digits, five tries, once."""

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from kit import clock
from kit.actor import anonymous, operator
from kit.errors import Conflict, Invalid, TooManyRequests
from tenants.models import Tenant
from tenants.service import sign_in_code
from tenants.service.session import Cookie, find_signed_in
from tenants.service.sign_in import ask_sign_in_link, make_sign_in_link, use_sign_in_link
from tenants.service.sign_in_code import use_sign_in_code
from tests.tenants.doors import last_mail

pytestmark = pytest.mark.usefixtures("no_limits")
BROWSER, OTHER = "b" * 43, "o" * 43


def ask(tenant: Tenant, email: str = "code@x.fr", browser: str = BROWSER) -> str:
    """Ask for a mail; its code."""
    ask_sign_in_link(anonymous(tenant.id), email, f"/{tenant.slug}/account", "10.1.0.1", browser)
    return last_mail(tenant).code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


@pytest.mark.parametrize(
    "shape", ["{0}", " {0} ", "{1}\N{NO-BREAK SPACE}{2}", "{1} {2}"], ids=["plain", "blanks", "nbsp", "two"]
)
def test_the_code_signs_in_once(shape: str, tenant: Tenant) -> None:
    code, secret = ask(tenant), last_mail(tenant).secret
    typed = shape.format(code, code[:4], code[4:])
    cookie, landing = use_sign_in_code(anonymous(tenant.id), typed, BROWSER, agent="Firefox sur Windows")
    assert landing == f"/{tenant.slug}/account"
    actor = find_signed_in(tenant.id, cookie.secret, None)
    assert actor is not None
    assert actor.email == "code@x.fr"
    with pytest.raises(Conflict, match="déjà servi"):
        use_sign_in_code(anonymous(tenant.id), code, BROWSER)
    with pytest.raises(Conflict, match="déjà servi"):
        use_sign_in_link(anonymous(tenant.id), secret, browser=BROWSER)


@pytest.mark.parametrize(
    "typed",
    ["", "1234567", "123456789", "abcdefgh", "١٢٣٤٥٦٧٨", "12 34"],
    ids=["nothing", "short", "long", "letters", "arabic", "two pairs"],
)
def test_what_is_no_code_costs_no_try(typed: str, tenant: Tenant) -> None:
    code = ask(tenant)
    for _ in range(6):
        with pytest.raises(Invalid) as refused:
            use_sign_in_code(anonymous(tenant.id), typed, BROWSER)
        assert refused.value.fields.keys() == {"code"}
    assert use_sign_in_code(anonymous(tenant.id), code, BROWSER)


def test_five_wrong_codes_kill_the_code_and_the_link(tenant: Tenant) -> None:
    code = ask(tenant)
    secret = last_mail(tenant).secret
    for _ in range(5):
        with pytest.raises(Invalid, match="pas le bon"):
            use_sign_in_code(anonymous(tenant.id), wrong(code), BROWSER)
    with pytest.raises(Conflict, match="codes faux"):
        use_sign_in_code(anonymous(tenant.id), code, BROWSER)
    with pytest.raises(Conflict, match="codes faux"):
        use_sign_in_link(anonymous(tenant.id), secret, browser=BROWSER)


def test_the_fifth_try_may_be_the_right_one(tenant: Tenant) -> None:
    code = ask(tenant)
    for _ in range(4):
        with pytest.raises(Invalid):
            use_sign_in_code(anonymous(tenant.id), wrong(code), BROWSER)
    assert use_sign_in_code(anonymous(tenant.id), code, BROWSER)


def test_a_code_is_of_one_browser_and_of_one_portal(tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    code = ask(tenant)
    theirs = make_tenant()
    for place, browser in ((tenant, OTHER), (theirs, BROWSER), (tenant, "")):
        with pytest.raises(Conflict, match="Aucun code n’est attendu"):
            use_sign_in_code(anonymous(place.id), code, browser)
    assert use_sign_in_code(anonymous(tenant.id), code, BROWSER)


def test_a_code_dies_with_its_link(tenant: Tenant) -> None:
    start = clock.now()
    with clock.frozen(start):
        code = ask(tenant)
    with clock.frozen(start + timedelta(minutes=20)), pytest.raises(Conflict):
        use_sign_in_code(anonymous(tenant.id), code, BROWSER)


def test_the_help_desk_s_link_has_no_code(tenant: Tenant) -> None:
    """It works in any browser: eight digits would be too few."""
    make_sign_in_link(operator("tests", tenant.id), "aide@x.fr", "/")
    for browser in ("", BROWSER):
        with pytest.raises(Conflict):
            use_sign_in_code(anonymous(tenant.id), "12345678", browser)


def test_the_first_of_two_mails_serves_too(tenant: Tenant) -> None:
    first, second = ask(tenant), ask(tenant)
    assert first != second
    assert use_sign_in_code(anonymous(tenant.id), first, BROWSER)
    assert use_sign_in_code(anonymous(tenant.id), second, BROWSER)


def test_guessing_for_an_address_is_limited_whatever_the_number_of_mails(
    tenant: Tenant, make_tenant: Callable[..., Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From several networks, portals and browsers. Right codes are not counted."""
    monkeypatch.setattr(sign_in_code, "MOST_BY_ADDRESS", 7)
    with clock.frozen(clock.now()):
        for place, browser in ((tenant, BROWSER), (make_tenant(), OTHER)):
            code = ask(place, "visee@x.fr", browser)
            for _ in range(3):
                with pytest.raises(Invalid):
                    use_sign_in_code(anonymous(place.id), wrong(code), browser)
            use_sign_in_code(anonymous(place.id), code, browser)
        code = ask(tenant, "visee@x.fr", OTHER)
        with pytest.raises(Invalid):
            use_sign_in_code(anonymous(tenant.id), wrong(code), OTHER)
        with pytest.raises(TooManyRequests, match="cette adresse"):
            use_sign_in_code(anonymous(tenant.id), code, OTHER)
        assert use_sign_in_link(anonymous(tenant.id), last_mail(tenant).secret, browser=OTHER)


def test_of_many_who_type_it_together_one_signs_in(tenant: Tenant) -> None:
    code, line = ask(tenant), threading.Barrier(4)
    cookies: list[Cookie] = []

    def type_it() -> None:
        line.wait()
        with contextlib.suppress(Conflict):
            cookies.append(use_sign_in_code(anonymous(tenant.id), code, BROWSER)[0])

    threads = [threading.Thread(target=type_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cookies) == 1


def test_many_wrong_codes_together_are_all_counted(tenant: Tenant) -> None:
    code, line = ask(tenant), threading.Barrier(5)
    refused: list[Exception] = []

    def guess() -> None:
        line.wait()
        try:
            use_sign_in_code(anonymous(tenant.id), wrong(code), BROWSER)
        except (Invalid, Conflict) as error:
            refused.append(error)

    threads = [threading.Thread(target=guess) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
    with pytest.raises(Conflict):
        use_sign_in_code(anonymous(tenant.id), code, BROWSER)
