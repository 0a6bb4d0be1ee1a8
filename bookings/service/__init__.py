"""What people and other packages do with orders, planning, missions and time."""
