"""Tenants and the people in them: who they are, where they belong, how they come in."""
