"""One function per thing a person can do with the catalogue, the market and its providers."""
