"""The application as a web server loads it: `granian --interface wsgi app.wsgi:app`."""

import gc
import sys

from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from app import logs
from app.factory import create_app
from app.upgrading import bring_up_to_date
from app.watching import sharing, traces
from kit import servers
from kit.db import engine
from kit.rls import refuse_powerful_role
from kit.settings import settings


def refuse_to_boot_without_walls() -> None:
    """Raise RuntimeError when the database's role could walk around row-level security.

    A database that cannot be reached yet is another matter: pages then answer 503, and /readyz says why.
    """
    try:
        with engine().connect() as connection:
            refuse_powerful_role(connection)
    except OperationalError:
        return


logs.configure()
sharing.share()
traces.begin("crrc-web")
servers.prepare = bring_up_to_date
refuse_to_boot_without_walls()
app = create_app()
sys.setswitchinterval(0.02)  # seconds, four times Python's own: a request that computes is not stopped for others
gc.freeze()  # all this stays: no request waits for cycles to be looked for in it
if settings().trusted_proxies:
    hops = settings().trusted_proxies
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
