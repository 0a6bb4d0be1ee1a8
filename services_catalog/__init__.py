"""What can be bought, from whom, at what price: services, framework agreements, price schedules, providers."""
