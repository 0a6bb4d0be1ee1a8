"""One function per thing a person, or the operator, can do with portals, accounts and organisations."""
