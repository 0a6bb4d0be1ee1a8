"""The outside of billing: documents, portals of invoices, the payment provider."""
