"""What an invoice says, as frozen data: the document (XML and PDF) is made from this and nothing else."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer. `electronic_address` is the SIREN, with suffix if any (scheme 0225)."""

    name: str
    siret: str
    vat_number: str
    electronic_address: str
    address: str
    postal_code: str
    town: str
    country: str
    email: str = ""
    phone: str = ""

    @property
    def siren(self) -> str:
        """The first nine digits of the SIRET."""
        return self.siret[:9]


@dataclass(frozen=True, slots=True)
class Line:
    """A line, in cents; `rate` in basis points (2000 = 20 %); dates ISO or empty; `unit_code` of UN/ECE Rec. 20."""

    designation: str
    detail: str
    quantity: int
    unit_code: str
    unit_cents: int
    net_cents: int
    vat_cents: int
    total_cents: int
    category: str
    rate: int
    exemption_text: str
    exemption_code: str
    starts_on: str = ""
    ends_on: str = ""


@dataclass(frozen=True, slots=True)
class Vat:
    """The VAT of one (category, rate, exemption) of the invoice: the sum of its lines (BG-23)."""

    category: str
    rate: int
    net_cents: int
    vat_cents: int
    exemption_text: str
    exemption_code: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a document says. Dates are ISO texts. `kind` as billing.rules.states.INVOICE_KINDS.

    `reference_number`, `reference_on` and `reason` are those of the invoice credited or replaced. `orders` are the
    numbers of the purchase orders concerned. `notes` are (subject code of BT-21, text): PMT, PMD, AAB, and others.
    `iban` is what a transfer is made to; `payment_reference` what it quotes.
    """

    number: str
    kind: str
    issued_on: str
    due_on: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    vat: tuple[Vat, ...]
    net_cents: int
    vat_cents: int
    total_cents: int
    delivered_on: str
    starts_on: str
    ends_on: str
    service_code: str
    engagement_number: str
    purchaser_reference: str
    orders: tuple[str, ...]
    reference_number: str
    reference_on: str
    reason: str
    iban: str
    bic: str
    account_holder: str
    payment_reference: str
    terms: str
    notes: tuple[tuple[str, str], ...]
    mentions: str
    seller_legal_form: str
    vat_on_debits: bool
    portal: str

    def as_json(self) -> dict[str, Any]:
        """Plain JSON: what the database keeps."""
        return asdict(self)

    @property
    def issue_date(self) -> date:
        """The day of the issue."""
        return date.fromisoformat(self.issued_on)

    @property
    def due_date(self) -> date:
        """The last day to pay."""
        return date.fromisoformat(self.due_on)


def read_content(stored: dict[str, Any]) -> Content:
    """The content that `as_json` wrote."""
    parties = {side: Party(**stored[side]) for side in ("seller", "buyer")}
    return Content(
        **{
            **stored,
            **parties,
            "lines": tuple(Line(**line) for line in stored["lines"]),
            "vat": tuple(Vat(**one) for one in stored["vat"]),
            "orders": tuple(stored["orders"]),
            "notes": tuple((code, text) for code, text in stored["notes"]),
        }
    )


def breakdown(lines: tuple[Line, ...]) -> tuple[Vat, ...]:
    """The VAT of the lines, by category, rate and exemption, in the order of the lines (BG-23)."""
    sums: dict[tuple[str, int, str, str], tuple[int, int]] = {}
    for line in lines:
        key = (line.category, line.rate, line.exemption_text, line.exemption_code)
        net, vat = sums.get(key, (0, 0))
        sums[key] = (net + line.net_cents, vat + line.vat_cents)
    return tuple(Vat(key[0], key[1], net, vat, key[2], key[3]) for key, (net, vat) in sums.items())
