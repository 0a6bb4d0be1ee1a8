"""What is checked of the infrastructure's code, without the provider's plugin and a network: run by scripts/infra."""
