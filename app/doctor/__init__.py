"""The doctor: looks at an installation from its settings to its backups, and says what to do about what it finds."""
