"""What is asked of requests, breaches, periods, and of every table about one person."""
