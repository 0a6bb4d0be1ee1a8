"""Pages where a legal entity of the register meets its account: claiming one, checking those that were declared."""
