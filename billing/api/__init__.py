"""Programs read and write billing here."""
