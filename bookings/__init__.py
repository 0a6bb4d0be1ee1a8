"""What was ordered, planned, done and accepted; and the half-days of the shared CISO."""
