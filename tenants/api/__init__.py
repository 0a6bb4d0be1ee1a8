"""The API of portals: what a portal says of itself, and how programs get their tokens."""
