"""The words of a portal's policies: how one comes in, how an account is proved, what a portal says of itself. Pure."""

IDENTITY_PROVIDERS = ("proconnect", "psc")
SIGN_IN_METHODS = ("link", "passkey", *IDENTITY_PROVIDERS)
# `later`: whoever declares an establishment works at once and the GRADeS checks; `before`: it checks first.
CLAIM_PROOFS = ("later", "before")
ACCOUNT_PROOFS = ("declaration", "proconnect", "psc", "invitation", "request", "grades")
CLAIM_STATES = ("asked", "accepted", "refused", "withdrawn")
EXPORT_STATES = ("asked", "running", "ready", "failed", "expired")
ACCESSIBILITY_STATES = ("none", "partial", "full")
