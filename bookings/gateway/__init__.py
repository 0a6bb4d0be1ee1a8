"""The outside of bookings: documents on paper."""
