"""Rules of the catalogue, the market and its providers. Pure."""
