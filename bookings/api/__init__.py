"""Orders, planning, missions and time, for programs."""
