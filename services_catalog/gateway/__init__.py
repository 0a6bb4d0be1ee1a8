"""The outside of the catalogue and the market: files that people send, and files for them."""
