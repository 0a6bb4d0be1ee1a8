"""The ground: machinery without a domain word. Imports nothing of the other packages."""
