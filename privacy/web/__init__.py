"""Pages: one's own data, and the GRADeS's duties."""
