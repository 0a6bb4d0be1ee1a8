"""The national register of health establishments: import, editions, look-up."""
