"""Rules of notices: the life of a mail, and when a process or a backlog is worth a worry."""
