"""How the rules of EN 16931 are broken, and which of them cannot be by anything we write."""

from tests.billing.hurts import Hurt, add, cut, say, twice, without

DOC = "//rsm:ExchangedDocument"
AGREED = "//ram:ApplicableHeaderTradeAgreement"
SELLER, BUYER = f"{AGREED}/ram:SellerTradeParty", f"{AGREED}/ram:BuyerTradeParty"
SETTLED = "//ram:ApplicableHeaderTradeSettlement"
TAX, PERIOD = f"{SETTLED}/ram:ApplicableTradeTax", f"{SETTLED}/ram:BillingSpecifiedPeriod"
MEANS = f"{SETTLED}/ram:SpecifiedTradeSettlementPaymentMeans"
ACCOUNT = f"{MEANS}/ram:PayeePartyCreditorFinancialAccount"
SUM = f"{SETTLED}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
LINE = "//ram:IncludedSupplyChainTradeLineItem"
LINE_TAX, LINE_PERIOD = f"{LINE}//ram:ApplicableTradeTax", f"{LINE}//ram:BillingSpecifiedPeriod"
LINE_SUM = f"{LINE}//ram:SpecifiedTradeSettlementLineMonetarySummation"
PRICE = f"{LINE}//ram:NetPriceProductTradePrice/ram:ChargeAmount"
VAT_NUMBER = f"{SELLER}/ram:SpecifiedTaxRegistration"
IDENTITIES = " | ".join(
    f"{SELLER}/{one}" for one in ("ram:GlobalID", "ram:SpecifiedLegalOrganization", "ram:SpecifiedTaxRegistration")
)
RATE = "ram:RateApplicablePercent"
REASON = "<ram:ExemptionReason>Sans motif</ram:ExemptionReason>"
TAXED = (
    "<ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>"
    "<ram:CategoryCode>S</ram:CategoryCode></ram:ApplicableTradeTax>"
)
TAX_POINT = "<ram:TaxPointDate><udt:DateString>20260101</udt:DateString></ram:TaxPointDate>"
NUMBER = '<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR05130007966</ram:ID></ram:SpecifiedTaxRegistration>'
PUBLIC, EXEMPT, OUTSIDE, ZERO = "public_chorus", "private_exempt", "outside", "zero_rate"
PERIODICAL = "subscription"

TOTALS = {
    "BR-45": Hurt(PUBLIC, f"{TAX}/ram:BasisAmount", cut),
    "BR-46": Hurt(PUBLIC, f"{TAX}/ram:CalculatedAmount", cut),
    "BR-47": Hurt(PUBLIC, f"{TAX}/ram:CategoryCode", cut),
    "BR-48": Hurt(PUBLIC, f"{TAX}/{RATE}", cut),
    "BR-CO-03": Hurt(PERIODICAL, TAX, add(TAX_POINT)),
    "BR-CO-10": Hurt(PUBLIC, f"{SUM}/ram:LineTotalAmount", say("1.00")),
    "BR-CO-13": Hurt(PUBLIC, f"{SUM}/ram:TaxBasisTotalAmount", say("1.00")),
    "BR-CO-14": Hurt(PUBLIC, f"{SUM}/ram:TaxTotalAmount", say("1.00")),
    "BR-CO-15": Hurt(PUBLIC, f"{SUM}/ram:GrandTotalAmount", say("1.00")),
    "BR-CO-16": Hurt(PUBLIC, f"{SUM}/ram:DuePayableAmount", say("1.00")),
    "BR-CO-17": Hurt(PUBLIC, f"{TAX}/ram:CalculatedAmount", say("999.00")),
    "BR-CO-18": Hurt(PUBLIC, TAX, cut),
    "BR-12": Hurt(PUBLIC, f"{SUM}/ram:LineTotalAmount", cut),
    "BR-13": Hurt(PUBLIC, f"{SUM}/ram:TaxBasisTotalAmount", cut),
    "BR-14": Hurt(PUBLIC, f"{SUM}/ram:GrandTotalAmount", cut),
    "BR-15": Hurt(PUBLIC, f"{SUM}/ram:DuePayableAmount", cut),
    "BR-DEC-09": Hurt(PUBLIC, f"{SUM}/ram:LineTotalAmount", say("7350.000")),
    "BR-DEC-12": Hurt(PUBLIC, f"{SUM}/ram:TaxBasisTotalAmount", say("7350.000")),
    "BR-DEC-13": Hurt(PUBLIC, f"{SUM}/ram:TaxTotalAmount", say("1470.001")),
    "BR-DEC-14": Hurt(PUBLIC, f"{SUM}/ram:GrandTotalAmount", say("8820.000")),
    "BR-DEC-18": Hurt(PUBLIC, f"{SUM}/ram:DuePayableAmount", say("8820.000")),
    "BR-DEC-19": Hurt(PUBLIC, f"{TAX}/ram:BasisAmount", say("7350.000")),
    "BR-DEC-20": Hurt(PUBLIC, f"{TAX}/ram:CalculatedAmount", say("1470.000")),
}
LINES = {
    "BR-16": Hurt(PUBLIC, LINE, cut),
    "BR-21": Hurt(PUBLIC, f"{LINE}//ram:LineID", say("")),
    "BR-22": Hurt(PUBLIC, f"{LINE}//ram:BilledQuantity", cut),
    "BR-23": Hurt(PUBLIC, f"{LINE}//ram:BilledQuantity", without("unitCode")),
    "BR-24": Hurt(PUBLIC, f"{LINE_SUM}/ram:LineTotalAmount", cut),
    "BR-25": Hurt(PUBLIC, f"{LINE}/ram:SpecifiedTradeProduct/ram:Name", say("")),
    "BR-26": Hurt(PUBLIC, PRICE, cut),
    "BR-27": Hurt(PUBLIC, PRICE, say("-1.00")),
    "BR-30": Hurt(PERIODICAL, f"{LINE_PERIOD}/ram:EndDateTime/udt:DateTimeString", say("20200101")),
    "BR-CO-04": Hurt(PUBLIC, f"{LINE_TAX}/ram:CategoryCode", cut),
    "BR-CO-20": Hurt(PERIODICAL, f"{LINE_PERIOD}/*", cut),
    "BR-DEC-23": Hurt(PUBLIC, f"{LINE_SUM}/ram:LineTotalAmount", say("4800.000")),
}
VAT = {
    "BR-S-01": Hurt(PERIODICAL, f"{TAX}/ram:CategoryCode", say("Z")),
    "BR-S-02": Hurt(PUBLIC, VAT_NUMBER, cut),
    "BR-S-05": Hurt(PUBLIC, f"{LINE_TAX}/{RATE}", say("0.00")),
    "BR-S-08": Hurt(PUBLIC, f"{TAX}/ram:BasisAmount", say("1.00")),
    "BR-S-09": Hurt(PUBLIC, f"{TAX}/ram:CalculatedAmount", say("999.00")),
    "BR-S-10": Hurt(PUBLIC, TAX, add(REASON)),
    "BR-E-01": Hurt(EXEMPT, f"{TAX}/ram:CategoryCode", say("Z")),
    "BR-E-02": Hurt(EXEMPT, VAT_NUMBER, cut),
    "BR-E-05": Hurt(EXEMPT, f"{LINE_TAX}/{RATE}", say("20.00")),
    "BR-E-08": Hurt(EXEMPT, f"{TAX}/ram:BasisAmount", say("1.00")),
    "BR-E-09": Hurt(EXEMPT, f"{TAX}/ram:CalculatedAmount", say("1.00")),
    "BR-E-10": Hurt(EXEMPT, f"{TAX}/ram:ExemptionReason | {TAX}/ram:ExemptionReasonCode", cut),
    "BR-Z-01": Hurt(ZERO, f"{TAX}/ram:CategoryCode", say("S")),
    "BR-Z-02": Hurt(ZERO, VAT_NUMBER, cut),
    "BR-Z-05": Hurt(ZERO, f"{LINE_TAX}/{RATE}", say("20.00")),
    "BR-Z-08": Hurt(ZERO, f"{TAX}/ram:BasisAmount", say("1.00")),
    "BR-Z-09": Hurt(ZERO, f"{TAX}/ram:CalculatedAmount", say("1.00")),
    "BR-Z-10": Hurt(ZERO, TAX, add(REASON)),
    "BR-O-01": Hurt(OUTSIDE, LINE, cut),
    "BR-O-02": Hurt(OUTSIDE, SELLER, add(NUMBER)),
    "BR-O-05": Hurt(OUTSIDE, LINE_TAX, add("<ram:RateApplicablePercent>0.00</ram:RateApplicablePercent>")),
    "BR-O-08": Hurt(OUTSIDE, f"{TAX}/ram:BasisAmount", say("1.00")),
    "BR-O-09": Hurt(OUTSIDE, f"{TAX}/ram:CalculatedAmount", say("1.00")),
    "BR-O-10": Hurt(OUTSIDE, f"{TAX}/ram:ExemptionReason | {TAX}/ram:ExemptionReasonCode", cut),
    "BR-O-11": Hurt(OUTSIDE, SETTLED, add(TAXED)),
    "BR-O-12": Hurt(OUTSIDE, f"{LINE_TAX}/ram:CategoryCode", say("S")),
}
HEADER = {
    "BR-01": Hurt(PUBLIC, "//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", say("")),
    "BR-02": Hurt(PUBLIC, f"{DOC}/ram:ID", say("")),
    "BR-03": Hurt(PUBLIC, f"{DOC}/ram:IssueDateTime", cut),
    "BR-04": Hurt(PUBLIC, f"{DOC}/ram:TypeCode", say("")),
    "BR-05": Hurt(PUBLIC, f"{SETTLED}/ram:InvoiceCurrencyCode", cut),
    "BR-06": Hurt(PUBLIC, f"{SELLER}/ram:Name", say("")),
    "BR-07": Hurt(PUBLIC, f"{BUYER}/ram:Name", say("")),
    "BR-08": Hurt(PUBLIC, f"{SELLER}/ram:PostalTradeAddress", cut),
    "BR-09": Hurt(PUBLIC, f"{SELLER}//ram:CountryID", cut),
    "BR-10": Hurt(PUBLIC, f"{BUYER}/ram:PostalTradeAddress", cut),
    "BR-11": Hurt(PUBLIC, f"{BUYER}//ram:CountryID", cut),
    "BR-29": Hurt(PERIODICAL, f"{PERIOD}/ram:EndDateTime/udt:DateTimeString", say("20200101")),
    "BR-49": Hurt(PUBLIC, f"{MEANS}/ram:TypeCode", cut),
    "BR-50": Hurt(PUBLIC, f"{ACCOUNT}/ram:IBANID", say("")),
    "BR-55": Hurt("credit_note", f"{SETTLED}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID", say("")),
    "BR-57": Hurt("no_delivery_day", "//ram:ShipToTradeParty//ram:CountryID", cut),
    "BR-61": Hurt(PUBLIC, f"{ACCOUNT}/ram:IBANID", cut),
    "BR-62": Hurt(PUBLIC, f"{SELLER}/ram:URIUniversalCommunication/ram:URIID", without("schemeID")),
    "BR-63": Hurt(PUBLIC, f"{BUYER}/ram:URIUniversalCommunication/ram:URIID", without("schemeID")),
    "BR-CO-09": Hurt(PUBLIC, f"{VAT_NUMBER}/ram:ID", say("ZZ05130007966")),
    "BR-CO-19": Hurt(PERIODICAL, f"{PERIOD}/*", cut),
    "BR-CO-26": Hurt(PUBLIC, IDENTITIES, cut),
    "CII-SR-465": Hurt(PUBLIC, f"{SELLER}/ram:DefinedTradeContact", add("<ram:DepartmentName>X</ram:DepartmentName>")),
    "CII-SR-469": Hurt(PUBLIC, f"{SETTLED}/ram:PaymentReference", twice),
    "CII-SR-470": Hurt(PUBLIC, ACCOUNT, cut),
    "PEPPOL-EN16931-R008": Hurt(PUBLIC, f"{DOC}/ram:ID", say("")),
}
HURTS = TOTALS | LINES | VAT | HEADER

# What these rules look at is never written by the portal (a rule as a whole, or the only way to break it).
NEVER = {
    "BR-28": "gross price (BT-148)",
    "BR-64": "standard identifier of an item (BT-157)",
    "BR-65": "classification of an item (BT-158)",
    "BR-CO-11": "allowances on the document (BG-20)",
    "BR-CO-12": "charges on the document (BG-21)",
    "BR-DEC-10": "allowances on the document (BT-107)",
    "BR-DEC-11": "charges on the document (BT-108)",
    "BR-DEC-15": "accounting currency (BT-6, BT-111): everything is in euros",
    "BR-DEC-16": "amount paid in advance (BT-113)",
    "BR-DEC-17": "rounding (BT-114)",
    "BR-53": "accounting currency (BT-6)",
    "BR-O-13": "allowances on the document (BG-20)",
    "BR-O-14": "charges on the document (BG-21)",
    "BR-AE-01": "reverse charge (category AE)",
    "BR-IC-01": "intra-community supply (category K)",
    "BR-G-01": "export outside the EU (category G)",
    "BR-AF-01": "Canary Islands (category L)",
    "BR-AG-01": "Ceuta and Melilla (category M)",
    "BR-B-01": "Italian split payment (category B)",
    "BR-B-02": "Italian split payment (category B)",
    "CII-SR-464": "nothing breaks it: « one of them, or neither » is always true",
    "CII-SR-466": "a contact of the buyer (BG-9)",
    "CII-SR-467": "two means of payment: we write one",
    "CII-SR-468": "text of the means of payment (BT-82)",
    "CII-SR-474": "object of a line (BT-128)",
    "CII-SR-475": "attached documents (BG-24)",
    "CII-SR-476": "attached documents (BG-24)",
}
