"""Rules of orders, planning, missions and time. Pure."""
