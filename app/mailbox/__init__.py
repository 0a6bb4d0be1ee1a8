"""The local mailbox of `crrc demo` and `crrc dev`: a real SMTP server that keeps every mail, and a page to read them.

Used when CRRC_SMTP_URL is not set. It listens on this machine only and sends nothing anywhere.
"""

import threading
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from app.mailbox.door import open_door
from app.mailbox.page import create_page
from app.mailbox.store import Store

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """The mailbox is read beside the portal's own log: no line per page."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def run(folder: Path, smtp_port: int, page_port: int, stop: threading.Event) -> None:
    """Receive mails into `folder` and show them, until `stop` is set. Raises OSError when a port is taken."""
    store = Store(folder)
    page = make_server(HOST, page_port, create_page(store), threaded=True, request_handler=_Quiet)
    with open_door(store, HOST, smtp_port):
        reader = threading.Thread(target=page.serve_forever, name="mailbox-page")
        reader.start()
        try:
            stop.wait()
        finally:
            page.shutdown()
            reader.join()
            page.server_close()
