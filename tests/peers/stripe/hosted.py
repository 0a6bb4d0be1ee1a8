"""The payment page that a browser is sent to: pay by card, by SEPA debit, be declined, or go back."""

from flask import Blueprint, Response, abort, redirect, render_template_string, request

from tests.peers.stripe import money
from tests.peers.stripe.api import ledger

blueprint = Blueprint("stripe_pages", __name__)
LABELS = {"card": "Payer par carte", "sepa_debit": "Payer par prélèvement SEPA", "declined": "Carte refusée"}
PAGE = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Paiement (serveur d’essai)</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body style="font-family: sans-serif; max-width: 30rem; margin: 2rem auto; padding: 0 1rem"><main>
<h1>Paiement (serveur d’essai)</h1><p><strong>{{ "%.2f"|format(session.amount_total / 100) }} €</strong></p>
{% if fault %}<p role="alert">{{ fault }}</p>{% endif %}
{% if session.status == "open" %}<form method="post">{% for how, label in labels.items() %}
<p><button name="how" value="{{ how }}">{{ label }}</button></p>{% endfor %}</form>
{% else %}<p>Cette page de paiement est fermée.</p>{% endif %}
<p><a href="{{ session.cancel_url or session.success_url }}">Revenir sans payer</a></p></main></body></html>"""


@blueprint.get("/c/pay/<session_id>")
def show(session_id: str) -> Response:
    """The page."""
    return _page(session_id)


@blueprint.post("/c/pay/<session_id>")
def pay(session_id: str) -> Response:
    """What the payer chose."""
    try:
        money.pay(ledger(), session_id, request.form.get("how", ""))
    except money.Impossible as fault:
        return _page(session_id, fault.message)
    if ledger().things[session_id]["status"] == "open":
        return _page(session_id, "Votre carte a été refusée.")
    return redirect(ledger().things[session_id]["success_url"], 303)  # type: ignore[return-value]


def _page(session_id: str, fault: str = "") -> Response:
    session = ledger().things.get(session_id)
    if session is None:
        abort(404)
    kept = {how: label for how, label in LABELS.items() if how == "declined" or how in session["payment_method_types"]}
    return Response(render_template_string(PAGE, session=session, labels=kept, fault=fault))
