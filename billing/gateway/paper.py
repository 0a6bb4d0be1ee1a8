"""The invoice as a person reads it: every text that its template sets, in French, made from the Content alone."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from billing.gateway.transfer_code import transfer_code
from billing.rules.content import Content, Line, Party, Vat
from billing.rules.mentions import notes
from billing.rules.states import INVOICE_LABELS
from billing.rules.vat import percent
from kit.french import NBSP, count, day, grouped, money, siret

# UN/ECE Recommendation 20, the ones this house uses; another is shown as its code.
UNITS = {
    "C62": ("", ""),
    "HUR": ("heure", "heures"),
    "DAY": ("jour", "jours"),
    "MON": ("mois", "mois"),
    "ANN": ("an", "ans"),
    "LS": ("forfait", "forfaits"),
}


def words(content: Content) -> dict[str, Any]:
    """What the template says, in the order of the page."""
    credit = content.kind == "credit_note"
    return {
        "kind": INVOICE_LABELS[content.kind],
        "credit": credit,
        "number": content.number,
        "standing": _standing(content),
        "reason": content.reason,
        "seller": _seller(content),
        "buyer": _party(content.buyer),
        "carried": _shortened(content.buyer.name),
        "facts": [list(pair) for pair in _facts(content)],
        "references": [list(pair) for pair in _references(content)],
        "lines": [_line(line) for line in content.lines],
        "vat": [_vat(one) for one in content.vat],
        "exemptions": list(dict.fromkeys(one.exemption_text for one in content.vat if one.exemption_text)),
        "net": money(content.net_cents),
        "vat_total": money(content.vat_cents),
        "total": money(content.total_cents),
        "due": f"À{NBSP}déduire" if credit else f"Net{NBSP}à{NBSP}payer",
        "payment": None if credit else _payment(content),
        # What is said of late payment has no object where nothing is to be paid.
        "notes": [text for code, text in notes(content) if not (credit and code in ("PMT", "PMD", "AAB"))],
        "portal": content.portal,
        "footer": " · ".join(
            part for part in (content.seller.name, content.seller_legal_form, _siret(content.seller)) if part
        ),
    }


def title(content: Content) -> str:
    """« Facture F2026-000001 »."""
    return f"{INVOICE_LABELS[content.kind]} {content.number}"


def _standing(content: Content) -> str:
    if not content.reference_number:
        return ""
    of = f"la facture {content.reference_number}"
    if content.reference_on:
        of += f" du {_day(content.reference_on)}"
    if content.kind == "credit_note":
        return f"Cet avoir vient en déduction de {of}. Il n’est pas à payer."
    return f"Cette facture annule et remplace {of}."


def _seller(content: Content) -> dict[str, Any]:
    seller = content.seller
    contact = [part for part in (seller.email, _phone(seller.phone)) if part]
    return _party(seller) | {"legal_form": content.seller_legal_form, "contact": contact}


def _party(party: Party) -> dict[str, Any]:
    address = [line.strip() for line in party.address.splitlines() if line.strip()]
    town = " ".join(part for part in (party.postal_code, party.town) if part)
    country = [] if party.country == "FR" else [party.country]
    siren = NBSP.join([party.siren[:3], party.siren[3:6], party.siren[6:]])
    identity = [f"SIREN {siren} · {_siret(party)}"] if party.siret else []
    if party.vat_number:
        identity.append(f"TVA {party.vat_number}")
    return {"name": party.name, "address": [*address, town, *country], "identity": identity}


def _facts(content: Content) -> Iterator[tuple[str, str]]:
    yield "Date d’émission", _day(content.issued_on)
    if content.kind != "credit_note" and content.due_on:
        yield "Échéance", _day(content.due_on)
    if content.starts_on and content.ends_on:
        yield "Période", f"du {_day(content.starts_on)} au {_day(content.ends_on)}"
    if content.delivered_on:
        yield "Prestation achevée le", _day(content.delivered_on)


def _references(content: Content) -> Iterator[tuple[str, str]]:
    if content.service_code:
        yield "Code service", content.service_code
    if content.engagement_number:
        yield "Numéro d’engagement", content.engagement_number
    if content.purchaser_reference:
        yield "Votre référence", content.purchaser_reference
    if content.orders:
        yield ("Bon de commande" if len(content.orders) == 1 else "Bons de commande"), ", ".join(content.orders)


def _line(line: Line) -> dict[str, str]:
    period = ""
    if line.starts_on and line.ends_on:
        same = line.starts_on == line.ends_on
        period = f"Le {_day(line.ends_on)}" if same else f"Période du {_day(line.starts_on)} au {_day(line.ends_on)}"
    one, many = UNITS.get(line.unit_code, (line.unit_code, line.unit_code))
    return {
        "designation": line.designation,
        "detail": line.detail,
        "period": period,
        "quantity": count(line.quantity, one, many) if one else grouped(line.quantity),
        "unit_price": money(line.unit_cents),
        "rate": _rate(line.category, line.rate),
        "net": money(line.net_cents),
    }


def _vat(one: Vat) -> list[str]:
    label = {"S": f"TVA à {percent(one.rate)}", "Z": f"TVA à {percent(0)}", "E": "Exonéré de TVA"}
    return [label.get(one.category, "Hors du champ de la TVA"), money(one.net_cents), money(one.vat_cents)]


def _rate(category: str, rate: int) -> str:
    return {"E": "exonéré", "O": "hors champ"}.get(category) or percent(rate)


def _payment(content: Content) -> dict[str, Any] | None:
    if not content.iban or content.total_cents <= 0:
        return None
    return {
        "amount": money(content.total_cents),
        "due": _day(content.due_on) if content.due_on else "",
        "terms": content.terms,
        "iban": NBSP.join(content.iban[at : at + 4] for at in range(0, len(content.iban), 4)),
        "bic": content.bic,
        "holder": content.account_holder,
        "reference": content.payment_reference,
        "code": transfer_code(content),
    }


def _shortened(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79].rstrip()}…"


def _siret(party: Party) -> str:
    return f"SIRET {siret(party.siret)}" if party.siret else ""


def _phone(number: str) -> str:
    plain = number.replace(" ", "").replace(".", "")
    if len(plain) == 10 and plain.isdigit():
        return NBSP.join(plain[at : at + 2] for at in range(0, 10, 2))
    return number


def _day(iso: str) -> str:
    return day(date.fromisoformat(iso))
