"""Templates, delivery and receipts of mails and in-app notices."""
