"""The rule by itself: verdicts, laws, SQL, audience."""
