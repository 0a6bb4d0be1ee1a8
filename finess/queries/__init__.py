"""Every select of the register, by resource."""
