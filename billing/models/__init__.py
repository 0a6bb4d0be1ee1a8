"""Tables of billing."""

import bookings.models  # noqa: F401 - our foreign keys name its tables, and those of the floors below it
from billing.models.customer import AdhesionFee, Customer, Subscription
from billing.models.invoice import Invoice, InvoiceDocument, InvoiceLine, InvoiceSeries, IssueRun
from billing.models.issuer import ChannelAccount, Issuer, VatRule
from billing.models.journal import JournalEntry, JournalLine, JournalSeries
from billing.models.online import Checkout, ConnectedAccount, OnlineRefund, PaymentAccount, PaymentEvent, Payout
from billing.models.payment import BankLine, BankStatement, Matching, Payment, Receivable
from billing.models.transmission import Dunning, Transmission, TransmissionEvent

__all__ = [
    "AdhesionFee",
    "BankLine",
    "BankStatement",
    "ChannelAccount",
    "Checkout",
    "ConnectedAccount",
    "Customer",
    "Dunning",
    "Invoice",
    "InvoiceDocument",
    "InvoiceLine",
    "InvoiceSeries",
    "IssueRun",
    "Issuer",
    "JournalEntry",
    "JournalLine",
    "JournalSeries",
    "Matching",
    "OnlineRefund",
    "Payment",
    "PaymentAccount",
    "PaymentEvent",
    "Payout",
    "Receivable",
    "Subscription",
    "Transmission",
    "TransmissionEvent",
    "VatRule",
]
