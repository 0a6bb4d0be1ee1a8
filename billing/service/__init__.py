"""What people can do with invoices and payments."""
