"""Rules of invoices, VAT, shares, payments and accounts. Pure."""
