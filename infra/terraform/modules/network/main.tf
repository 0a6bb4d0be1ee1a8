# One private network that everything is in, and one way out. Nothing here can be reached from outside.

resource "scaleway_vpc" "main" {
  name = var.names.vpc
  tags = var.tags
}

resource "scaleway_vpc_private_network" "main" {
  name   = var.names.private_network
  vpc_id = scaleway_vpc.main.id
  tags   = var.tags

  ipv4_subnet {
    subnet = var.subnet
  }
}

resource "scaleway_vpc_public_gateway_ip" "main" {
  tags = var.tags
}

# The nodes have no public address: what they fetch (images, the State's identity providers, mail) leaves by here, from
# one address that others may allow.
resource "scaleway_vpc_public_gateway" "main" {
  name            = var.names.gateway
  type            = var.gateway_type
  ip_id           = scaleway_vpc_public_gateway_ip.main.id
  bastion_enabled = false
  tags            = var.tags
}

resource "scaleway_vpc_gateway_network" "main" {
  gateway_id         = scaleway_vpc_public_gateway.main.id
  private_network_id = scaleway_vpc_private_network.main.id
  enable_masquerade  = true

  ipam_config {
    push_default_route = true
  }
}
