"""What is checked of the infrastructure's code, without a provider plugin and without a network: run by scripts/infra."""
