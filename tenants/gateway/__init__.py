"""Other systems and their protocols: identity providers, passkeys."""
