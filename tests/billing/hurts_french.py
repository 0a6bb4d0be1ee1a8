"""How the French rules (BR-FR, Flux 2) are broken, and which of them cannot be by anything we write."""

from tests.billing.hurts import Hurt, add, cut, say, twice, without
from tests.billing.hurts_base import (
    BUYER,
    DOC,
    LINE,
    LINE_PERIOD,
    LINE_SUM,
    LINE_TAX,
    PERIOD,
    PERIODICAL,
    PRICE,
    PUBLIC,
    RATE,
    SELLER,
    SETTLED,
    SUM,
    TAX,
)

NOTE = f"{DOC}/ram:IncludedNote"
URI = "ram:URIUniversalCommunication/ram:URIID"
BEFORE = f"{SETTLED}/ram:InvoiceReferencedDocument"
DUE = f"{SETTLED}//ram:DueDateDateTime/udt:DateTimeString"
MANDATE = "//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"
SHIP_TO, SHIPPED = "//ram:ShipToTradeParty", "no_delivery_day"
SIRET = '<ram:GlobalID schemeID="0009">99900000900016</ram:GlobalID>'


def note(code: str) -> str:
    """The note of a subject code."""
    return f"{NOTE}[ram:SubjectCode='{code}']"


HURTS = {
    "BR-FR-01_BT-1": Hurt(PUBLIC, f"{DOC}/ram:ID", say("F" * 36)),
    "BR-FR-02_BT-1": Hurt(PUBLIC, f"{DOC}/ram:ID", say("F 2026 n° 1")),
    "BR-FR-01_BT-25": Hurt("credit_note", f"{BEFORE}/ram:IssuerAssignedID", say("F" * 36)),
    "BR-FR-02_BT-25": Hurt("credit_note", f"{BEFORE}/ram:IssuerAssignedID", say("F 2026 n° 1")),
    "BR-FR-03_BT-2": Hurt(PUBLIC, f"{DOC}/ram:IssueDateTime/udt:DateTimeString", say("19991231")),
    "BR-FR-03_BT-9": Hurt(PUBLIC, DUE, say("21000101")),
    "BR-FR-03_BT-26": Hurt("credit_note", f"{BEFORE}//qdt:DateTimeString", say("19991231")),
    "BR-FR-03_BT-72": Hurt(PUBLIC, "//ram:ActualDeliverySupplyChainEvent//udt:DateTimeString", say("19991231")),
    "BR-FR-03_BT-73": Hurt(PERIODICAL, f"{PERIOD}/ram:StartDateTime/udt:DateTimeString", say("19991231")),
    "BR-FR-03_BT-74": Hurt(PERIODICAL, f"{PERIOD}/ram:EndDateTime/udt:DateTimeString", say("21000101")),
    "BR-FR-03_EXT-FR-FE-134": Hurt(PERIODICAL, f"{LINE_PERIOD}/ram:StartDateTime/udt:DateTimeString", say("19991231")),
    "BR-FR-03_EXT-FR-FE-135": Hurt(PERIODICAL, f"{LINE_PERIOD}/ram:EndDateTime/udt:DateTimeString", say("21000101")),
    "BR-FR-04_BT-3": Hurt(PUBLIC, f"{DOC}/ram:TypeCode", say("326")),
    "BR-FR-05_BT-22_PMT": Hurt(PUBLIC, note("PMT"), cut),
    "BR-FR-05_BT-22_PMD": Hurt(PUBLIC, note("PMD"), cut),
    "BR-FR-05_BT-22_AAB": Hurt(PUBLIC, note("AAB"), cut),
    "BR-FR-06_BT-21_PMT": Hurt(PUBLIC, note("PMT"), twice),
    "BR-FR-06_BT-21_PMD": Hurt(PUBLIC, note("PMD"), twice),
    "BR-FR-06_BT-21_AAB": Hurt(PUBLIC, note("AAB"), twice),
    "BR-FR-08_BT-23": Hurt(PUBLIC, MANDATE, say("ZZ")),
    "BR-FR-09_BT-29": Hurt(PUBLIC, f"{SELLER}/ram:GlobalID", say("99900000900016")),
    "BR-FR-09_BT-46": Hurt(PUBLIC, f"{BUYER}/ram:GlobalID", say("99900000900016")),
    "BR-FR-09_BT-71": Hurt(SHIPPED, SHIP_TO, add(SIRET.replace("99900000900016", "999"))),
    "BR-FR-10_BT-30": Hurt(PUBLIC, f"{SELLER}/ram:SpecifiedLegalOrganization", cut),
    "BR-FR-12_BT-49": Hurt(PUBLIC, f"{BUYER}/ram:URIUniversalCommunication", cut),
    "BR-FR-13_BT-34": Hurt(PUBLIC, f"{SELLER}/ram:URIUniversalCommunication", cut),
    "BR-FR-15_BT-95_BT-118": Hurt(PUBLIC, f"{TAX}/ram:CategoryCode", say("B")),
    "BR-FR-15_BT-95_BT-118_LM": Hurt(PUBLIC, f"{TAX}/ram:CategoryCode", say("L")),
    "BR-FR-15_BT-95_BT-151": Hurt(PUBLIC, f"{LINE_TAX}/ram:CategoryCode", say("B")),
    "BR-FR-15_BT-95_BT-151_LM": Hurt(PUBLIC, f"{LINE_TAX}/ram:CategoryCode", say("M")),
    "BR-FR-16_BT-119": Hurt(PUBLIC, f"{TAX}/{RATE}", say("21.00")),
    "BR-FR-16_BT-152": Hurt(PUBLIC, f"{LINE_TAX}/{RATE}", say("21.00")),
    "BR-FR-23_BT-34": Hurt(PUBLIC, f"{SELLER}/{URI}", say("130 007 966")),
    "BR-FR-23_BT-49": Hurt(PUBLIC, f"{BUYER}/{URI}", say("266 000 009")),
    "BR-FR-25_BT-34": Hurt(PUBLIC, f"{SELLER}/{URI}", say("1" * 126)),
    "BR-FR-25_BT-49": Hurt(PUBLIC, f"{BUYER}/{URI}", say("1" * 126)),
    "BR-FR-32-LEGALID": Hurt(PUBLIC, f"{BUYER}/ram:SpecifiedLegalOrganization/ram:ID", say("26600000")),
    "BR-FR-CO-04_BT-4": Hurt("corrected", BEFORE, cut),
    "BR-FR-CO-05_BT-3": Hurt("credit_note", BEFORE, cut),
    "BR-FR-CO-07_BT-9": Hurt(PUBLIC, DUE, say("20261101")),
    "BR-FR-CO-10_BT-29-1": Hurt(PUBLIC, f"{SELLER}/ram:GlobalID", without("schemeID")),
    "BR-FR-CO-10_BT-29-2": Hurt(PUBLIC, f"{SELLER}/ram:GlobalID", twice),
    "BR-FR-CO-10_BT-46-1": Hurt(PUBLIC, f"{BUYER}/ram:GlobalID", without("schemeID")),
    "BR-FR-CO-10_BT-46-2": Hurt(PUBLIC, f"{BUYER}/ram:GlobalID", twice),
    "BR-FR-CO-10_BT-71-1": Hurt(SHIPPED, SHIP_TO, add("<ram:GlobalID>1</ram:GlobalID>")),
    "BR-FR-CO-10_BT-71-2": Hurt(SHIPPED, SHIP_TO, add(SIRET.replace("0009", "0088") * 2)),
    "BR-FR-CO-12_BT-5": Hurt(PUBLIC, f"{SETTLED}/ram:InvoiceCurrencyCode", say("USD")),
    "BR-FR-DEC-01_BT-106": Hurt(PUBLIC, f"{SUM}/ram:LineTotalAmount", say("7350.001")),
    "BR-FR-DEC-01_BT-109": Hurt(PUBLIC, f"{SUM}/ram:TaxBasisTotalAmount", say("7350.001")),
    "BR-FR-DEC-01_BT-110": Hurt(PUBLIC, f"{SUM}/ram:TaxTotalAmount", say("1470.001")),
    "BR-FR-DEC-01_BT-112": Hurt(PUBLIC, f"{SUM}/ram:GrandTotalAmount", say("8820.001")),
    "BR-FR-DEC-01_BT-115": Hurt(PUBLIC, f"{SUM}/ram:DuePayableAmount", say("8820.001")),
    "BR-FR-DEC-01_BT-116": Hurt(PUBLIC, f"{TAX}/ram:BasisAmount", say("7350.001")),
    "BR-FR-DEC-01_BT-117": Hurt(PUBLIC, f"{TAX}/ram:CalculatedAmount", say("1470.001")),
    "BR-FR-DEC-01_BT-131": Hurt(PUBLIC, f"{LINE_SUM}/ram:LineTotalAmount", say("4800.001")),
    "BR-FR-DEC-02_BT-129": Hurt(PUBLIC, f"{LINE}//ram:BilledQuantity", say("1.00001")),
    "BR-FR-DEC-03_BT-146": Hurt(PUBLIC, PRICE, say("4800.0000001")),
    "BR-FR-DEC-04_BT-119": Hurt(PUBLIC, f"{TAX}/{RATE}", say("20.001")),
    "BR-FR-DEC-04_BT-152": Hurt(PUBLIC, f"{LINE_TAX}/{RATE}", say("20.001")),
}
_BAR = "note BAR: what the platform is to do with the invoice is not said, it finds it in the directory"
_SINGLE = "member of a single taxable person (scheme 0231)"
_PAID = "invoices already paid (S2)"
_MULTI = "invoices of several sellers (S8, S9): we write S1"
NEVER = {
    "BR-FR-06_BT-21_TXD": "note TXD (single taxable person)",
    "BR-FR-11_BT-47": _BAR,
    "BR-FR-21_BT-49": _BAR,
    "BR-FR-22_BT-34": _BAR,
    "BR-FR-31_BT-21": _BAR,
    "BR-FR-18_BT-123": "attached documents (BG-24)",
    "BR-FR-29_BT-18": "object of the invoice (BT-18)",
    "BR-FR-30_BT-128": "object of a line (BT-128)",
    "BR-FR-CO-03_BT-3": "global discount (262)",
    "BR-FR-CO-08_BT-23": "invoice after a deposit (S4)",
    "BR-FR-CO-09_BT-23-1": _PAID,
    "BR-FR-CO-09_BT-23-2": _PAID,
    "BR-FR-CO-09_BT-23-3": _PAID,
    "BR-FR-CO-14_BT-29-1": _SINGLE,
    "BR-FR-CO-15_BT-29-1": _SINGLE,
    "BR-FR-DEC-01_BT-111": "accounting currency (BT-111)",
    "BR-FR-MV-02_EXT-FR-FE-163": _MULTI,
    "BR-FR-BD-02_EXT-FR-FE-163": _MULTI,
    "BR-FR-BD-02_BT-31": _MULTI,
    "BR-FR-BD-02_BT-47": _MULTI,
    "BR-FR-MV-06_EXT-FR-FE-167": _MULTI,
    "BR-FR-MV-07_BT-128": _MULTI,
    "BR-FR-MV-12_BT-128": _MULTI,
    "BR-FR-MV-13_BT-3": _MULTI,
    "BR-FR-BD-13_BT-3": _MULTI,
}
