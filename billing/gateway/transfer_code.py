"""The QR code of a SEPA transfer (EPC069-12, version 2): a banking application that reads it fills everything in."""

from decimal import Decimal

from segno import helpers

from billing.rules.content import Content
from billing.rules.decimals import euros


def transfer_code(content: Content) -> str:
    """The code as SVG; empty when the account, its holder or the amount cannot be put in one."""
    reference = content.payment_reference
    structured = reference if reference.startswith("RF") else None
    try:
        code = helpers.make_epc_qr(
            name=content.account_holder[:70],
            iban=content.iban,
            amount=Decimal(euros(content.total_cents)),
            reference=structured,
            text=None if structured else reference[:140] or content.number,
            bic=content.bic or None,
            encoding="utf-8",
        )
    except ValueError:
        return ""
    svg = code.svg_inline(scale=4, border=0, omitsize=True)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
