"""What notices do when others have news, and at every tick."""
