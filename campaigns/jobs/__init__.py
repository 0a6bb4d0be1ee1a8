"""What campaigns do when something happens, or when its hour has come."""
