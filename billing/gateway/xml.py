"""The invoice as a machine reads it: Factur-X, profile EN 16931 (CII), written by factur-x from a Content.

Numbers of terms (BT-…, BG-…) are those of EN 16931; the codes of notes those of UNTDID 4451.
"""

import re
from typing import Any

from facturx import generate_xml

from billing.gateway.xml_line import lines, vat_groups
from billing.rules.content import Content, Party
from billing.rules.decimals import euros
from billing.rules.mentions import notes, reminders
from billing.rules.states import TYPE_CODES
from kit.errors import Invalid

# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_BLANK = b"> </"


def cii(content: Content) -> bytes:
    """The XML (UTF-8), the same bytes for the same content. Raises Invalid when a period ends before it starts."""
    periods = [(content.starts_on, content.ends_on), *((line.starts_on, line.ends_on) for line in content.lines)]
    for starts_on, ends_on in periods:
        if starts_on and ends_on and starts_on > ends_on:
            raise Invalid("Une période de la facture finit avant de commencer. Corrigez-la sur le brouillon.")
    written = generate_xml(_clean(_terms(content)), "factur-x", "en16931", check_xsd=False, check_schematron=None)
    return bytes(written).replace(_BLANK, b"></")


def _terms(content: Content) -> dict[str, Any]:
    seller_vat = "" if any(one.category == "O" for one in content.vat) else content.seller.vat_number
    buyer_vat = "" if any(one.category == "O" for one in content.vat) else content.buyer.vat_number
    return {
        "BT-1": content.number,
        "BT-2": content.issued_on,
        "BT-3": TYPE_CODES[content.kind],
        "BT-5": "EUR",
        "BT-9": content.due_on,
        "BT-10": content.service_code,
        "BT-13": content.engagement_number or content.purchaser_reference,
        "BT-14": content.orders[0] if len(content.orders) == 1 else "",
        "BT-20": content.terms,
        "BT-23": "S1",
        "BT-24": "urn:cen.eu:en16931:2017",
        "BG-1": [{"BT-21": code, "BT-22": text} for code, text in [*notes(content), *reminders(content)]],
        "BG-3": [{"BT-25": content.reference_number, "BT-26": content.reference_on}]
        if content.reference_number
        else [],
        "BG-4": _seller(content, seller_vat),
        "BG-7": _party(content.buyer, buyer_vat),
        **_delivery(content),
        **_payment(content),
        **_totals(content),
        "BG-23": vat_groups(content),
        "BG-25": lines(content),
    }


def _seller(content: Content, vat_number: str) -> dict[str, Any]:
    seller = content.seller
    party = _party(seller, vat_number) | {
        "legal_info": content.seller_legal_form,
        "contacts": [{"name": "Facturation", "phone": seller.phone, "email": seller.email}],
    }
    # An exempt issuer without a VAT number is known to the tax office by its SIREN (BT-32). Where VAT is charged,
    # the VAT number is owed: its absence must be found.
    if not seller.vat_number and all(one.category in ("E", "Z") for one in content.vat):
        party["tax_identifier"] = seller.siren
    return party


def _party(party: Party, vat_number: str) -> dict[str, Any]:
    first, second, *rest = [*(line.strip() for line in party.address.splitlines() if line.strip()), "", ""]
    return {
        "name": party.name,
        "identifiers": {"0009": party.siret} if party.siret else {},
        "legal_identifier": party.siren,
        "legal_identifier_schemeid": "0002",
        "vat_identifier": vat_number,
        "einvoicing_addr": party.electronic_address,
        "einvoicing_addr_schemeid": "0225",
        "addr_l1": first,
        "addr_l2": second,
        "addr_l3": ", ".join(line for line in rest if line),
        "postcode": party.postal_code,
        "city": party.town,
        "country_code": party.country,
    }


def _delivery(content: Content) -> dict[str, Any]:
    """When (BT-72, BT-73/74); where, if no day is known: XSD wants one of them."""
    terms: dict[str, Any] = {"BT-72": content.delivered_on, "BT-73": content.starts_on, "BT-74": content.ends_on}
    if not content.delivered_on:
        terms["BG-13"] = {
            key: value
            for key, value in _party(content.buyer, "").items()
            if key in ("name", "addr_l1", "addr_l2", "addr_l3", "postcode", "city", "country_code")
        }
    return terms


def _payment(content: Content) -> dict[str, Any]:
    """A transfer (30), its account and the reference it quotes. A credit note asks for no transfer."""
    if content.kind == "credit_note" or not content.iban:
        return {}
    return {
        "BT-81": "30",
        "BT-83": content.payment_reference,
        "BT-84": content.iban,
        "BT-85": content.account_holder,
        "BT-86": content.bic,
    }


def _totals(content: Content) -> dict[str, Any]:
    terms = {
        "BT-106": euros(sum(line.net_cents for line in content.lines)),
        "BT-109": euros(content.net_cents),
        "BT-110": euros(content.vat_cents),
        "BT-112": euros(content.total_cents),
        "BT-115": euros(content.total_cents),
    }
    return terms | ({"BT-8": "invoice"} if content.vat_on_debits else {})


def _clean(value: Any) -> Any:
    """A copy (factur-x writes into what it is given) without empty terms, its texts without what XML cannot hold."""
    if isinstance(value, dict):
        kept = {key: _clean(one) for key, one in value.items()}
        # Without these factur-x would raise: blank, then empty, they are found by the rules, which have a sentence.
        return {key: one or " " for key, one in kept.items() if one or key in ("BT-1", "BT-153", "BT-130", "name")}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return _FORBIDDEN.sub("", value).strip() if isinstance(value, str) else value
