"""A document people write (YAML, JSON): read with its places, held to its shape, faults said by path. Pure."""
