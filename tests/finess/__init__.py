"""The register: numbers, files, editions, look-ups."""
