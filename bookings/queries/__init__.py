"""What is read of orders, planning, missions and time."""
