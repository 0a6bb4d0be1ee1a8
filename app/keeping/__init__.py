"""Backups: one encrypted set of the database, the files and the keys; read again, restored, forgotten in their time."""
