"""Pages: one's own notices, and the pulse."""
