"""What can be done with the register: import an edition."""
