"""Pages that need the register beside a portal."""
