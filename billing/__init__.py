"""From accepted work to paid invoices: drafts, numbers, documents, routing, payments, dunning, accounts."""
