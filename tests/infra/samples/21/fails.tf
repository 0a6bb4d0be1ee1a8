resource "scaleway_vpc_public_gateway" "s72" {
  type            = "VPC-GW-S"
  bastion_enabled = true
}
