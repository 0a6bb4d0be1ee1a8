"""The code of a sign-in mail, typed in the browser that asked for it: five tries, then the link is dead too."""

import hmac
from datetime import timedelta

from kit import limits
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.permissions import permit
from kit.transaction import transaction
from tenants.permissions import PERMISSIONS
from tenants.queries.link import take_link, try_links
from tenants.service.entrance import enter
from tenants.service.session import Cookie
from tenants.service.sign_in import MOST_TRIES, browser_digest, link_code

# Somebody who asks for links to another's address and guesses: a chance in 3 millions a day, whatever their number.
MOST_BY_ADDRESS, WINDOW = 30, timedelta(days=1)
SHAPE = "Le code a 8 chiffres\N{NO-BREAK SPACE}: recopiez celui du message."
WRONG = f"Ce code n’est pas le bon. Après {MOST_TRIES} essais, il faut demander un autre message."
OVER = (
    "Aucun code n’est attendu dans ce navigateur\N{NO-BREAK SPACE}: il a déjà servi, il a plus de 20 minutes, ou "
    f"{MOST_TRIES} codes faux ont été saisis. Demandez un autre message."
)

TOO_MANY = "Trop de codes ont été essayés pour cette adresse\N{NO-BREAK SPACE}: ouvrez le lien d’un nouveau message."


def use_sign_in_code(
    actor: Actor, typed: str, browser: str, ended: str | None = None, agent: str = ""
) -> tuple[Cookie, str]:
    """Sign in, as sign_in.use_sign_in_link does. Raises Invalid (field `code`), Conflict, TooManyRequests."""
    permit(PERMISSIONS, actor, "sign_in_link.use")
    code = "".join(typed.split())
    if not (len(code) == 8 and code.isascii() and code.isdecimal()):
        raise Invalid(SHAPE, {"code": SHAPE})
    with transaction(actor) as tx:
        links = try_links(tx.session, tx.tenant_id, browser_digest(browser), tx.now, MOST_TRIES)
    if not links:
        raise Conflict(OVER)
    addresses = sorted({link.email for link in links})
    for address in addresses:
        limits.hit("sign-in-code", address, MOST_BY_ADDRESS, WINDOW, TOO_MANY)
    for link in links:
        if hmac.compare_digest(link_code(link.id), code):
            for address in addresses:
                limits.take_back("sign-in-code", address, WINDOW)
            with transaction(actor) as tx:
                taken = take_link(tx.session, tx.tenant_id, link.digest, link.browser or "", tx.now)
                if taken is None:
                    raise Conflict(OVER)
                return enter(tx, taken, ended, agent)
    raise Invalid(WRONG, {"code": WRONG})
