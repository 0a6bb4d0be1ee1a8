output "private_network_id" {
  description = "The private network. Waits for the way out: nodes cannot start without it."
  value       = scaleway_vpc_private_network.main.id
  depends_on  = [scaleway_vpc_gateway_network.main]
}

output "egress_address" {
  description = "The address that everything leaves by."
  value       = scaleway_vpc_public_gateway_ip.main.address
}
