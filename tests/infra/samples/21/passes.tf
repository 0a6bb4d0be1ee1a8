resource "scaleway_vpc_public_gateway" "s71" {
  type            = "VPC-GW-S"
  bastion_enabled = false
}
