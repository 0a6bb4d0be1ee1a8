"""Pages of orders, planning, missions and time."""
