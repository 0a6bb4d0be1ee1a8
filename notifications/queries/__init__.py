"""What is asked of notices, addresses and preferences: every select."""
