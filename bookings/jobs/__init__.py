"""What happens here when others have news, and at what hour."""
