"""A synthetic register: national in size and shape, with nobody's data in it.

Every number is well-formed and none is anybody's: FINESS numbers carry a 9 where every real one carries a 0 (third
character), SIREN begin with 003 or 004, where SIRENE has nobody, and telephones are those ARCEP reserves for fiction.
Counts by category are orders of magnitude, not statistics (finess/data/README.md).
"""
