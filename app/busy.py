"""The page of who comes when too many wait (app/admission.py): the house's own, written before anybody needs it."""

from flask import Flask, g, render_template

from app.admission import SECONDS, SENTENCE


def busy_page(app: Flask) -> str:
    """The whole page, with SECONDS where it says when it comes back. Asks nothing of the database, nor of a session."""
    with app.test_request_context("/"):
        g.csp_nonce = ""  # it has no script
        return render_template("busy.html", sentence=SENTENCE, seconds=SECONDS)
