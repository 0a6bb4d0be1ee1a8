"""What people, the GRADeS and the clock do about personal data."""
