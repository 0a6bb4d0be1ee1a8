"""Every select of campaigns, by resource."""
