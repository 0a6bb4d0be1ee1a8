"""What billing does when others have news."""
